// Deploys the stack as its users do, by the CDK CLI, and says where it then is.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type RunOptions, root, run } from '../support/commands.ts'

type Outputs = Record<string, string>

const cli = join(root, 'node_modules/.bin/cdk')
export const place = { account: '000000000000', region: 'us-east-1' }

/** Nothing of this machine's settings for AWS. @param folder where programs leave what they keep */
export function bareEnvironment(folder: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: folder, TMPDIR: folder }
}

/** The environment of programs that are to reach `endpoint` as if it were AWS. */
export function environmentFor(endpoint: string, folder: string): NodeJS.ProcessEnv {
  return {
    ...bareEnvironment(folder),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  }
}

export function bootstrap(options: RunOptions): Promise<string> {
  return run(cli, ['bootstrap', `aws://${place.account}/${place.region}`, '--no-notices'], options)
}

/** @returns the file of the stack's outputs */
export async function deploy(
  assembly: string,
  options: RunOptions,
  context: Record<string, string> = {},
): Promise<string> {
  const file = join(assembly, 'outputs.json')
  // MiniStack can't take a change set twice; a direct deployment is the same template.
  const args = ['--method=direct', '--require-approval=never', `--output=${assembly}`, `--outputs-file=${file}`]
  const settings = Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  await run(cli, ['deploy', '--no-notices', ...args, ...settings], options)
  return file
}

/** `cdk destroy` asks for what MiniStack does not know. @throws Error where the stack is not gone then */
export async function remove(endpoint: string): Promise<void> {
  const ask = async (Action: string) => {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { Authorization: authorization('cloudformation') },
      body: new URLSearchParams({ Action, Version: '2010-05-15', StackName: 'Impersonation' }),
    })
    return answer.text()
  }
  await ask('DeleteStack')
  let left = await ask('DescribeStacks')
  for (let tries = 0; left.includes('IN_PROGRESS') && tries < 60; tries++) {
    await setTimeout(500)
    left = await ask('DescribeStacks')
  }
  if (!left.includes('does not exist')) throw new Error(`the stack was not removed\n${left}`)
}

/** Signatures are not checked here, but the scope tells which service is meant. */
function authorization(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=test/20260101/${place.region}/${service}/aws4_request`
}

/** Rewrites what AWS would have by names in the DNS. @returns the value of an API key */
export async function address(outputsFile: string, endpoint: string): Promise<string> {
  const [[stack, outputs] = []] = Object.entries(
    JSON.parse(readFileSync(outputsFile, 'utf8')) as Record<string, Outputs>,
  )
  const apiId = /^https:\/\/([^.]+)/.exec(outputs?.ApiUrl ?? '')?.[1]
  if (!stack || !outputs || !apiId) throw new Error(`${outputsFile} has no ApiUrl in it`)
  const ApiUrl = `${endpoint}/_aws/execute-api/${apiId}/v1`
  const addressed = { ...outputs, ApiUrl, CognitoEndpoint: endpoint, DynamoDbEndpoint: endpoint }
  writeFileSync(outputsFile, JSON.stringify({ [stack]: addressed }))
  const [, keyId] = Object.entries(outputs).find(([name]) => name.startsWith('ApiKeyId')) ?? []
  return keyValue(endpoint, keyId ?? '')
}

/** As `aws apigateway get-api-key --include-value` does. */
async function keyValue(endpoint: string, keyId: string): Promise<string> {
  const answer = await fetch(`${endpoint}/apikeys/${keyId}?includeValue=true`, {
    headers: { Authorization: authorization('apigateway') },
  })
  const { value } = (await answer.json()) as { value?: string }
  if (!value) throw new Error(`the API key ${keyId} has no value`)
  return value
}

export async function seed(outputsFile: string, options: RunOptions): Promise<void> {
  await run(process.execPath, ['infra/local/demo/make-people.ts', '--outputs-file', outputsFile], options)
}
