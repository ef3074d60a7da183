// Deploys the stack to the emulator with the CDK CLI.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type RunOptions, root, run } from '../support/commands.ts'

type Outputs = Record<string, string>

const cli = join(root, 'node_modules/.bin/cdk')
export const place = { account: '000000000000', region: 'us-east-1' }

/** An environment without this machine's AWS settings. @param folder home and temporary folder */
export function bareEnvironment(folder: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: folder, TMPDIR: folder }
}

/** The environment of programs that use `endpoint` as AWS. */
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

/** @returns the path of the outputs file. */
export async function deploy(
  assembly: string,
  options: RunOptions,
  context: Record<string, string> = {},
): Promise<string> {
  const file = join(assembly, 'outputs.json')
  // MiniStack cannot take a second change set. A direct deployment sends the same template.
  const args = ['--method=direct', '--require-approval=never', `--output=${assembly}`, `--outputs-file=${file}`]
  const settings = Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  await run(cli, ['deploy', '--no-notices', ...args, ...settings], options)
  return file
}

/** Deletes the stack through the API: MiniStack lacks a call that `cdk destroy` makes. @throws Error if it fails. */
export async function remove(endpoint: string): Promise<void> {
  const call = async (Action: string) => {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { Authorization: authorization('cloudformation') },
      body: new URLSearchParams({ Action, Version: '2010-05-15', StackName: 'Impersonation' }),
    })
    return answer.text()
  }
  await call('DeleteStack')
  let stacks = await call('DescribeStacks')
  for (let tries = 0; stacks.includes('IN_PROGRESS') && tries < 60; tries++) {
    await setTimeout(500)
    stacks = await call('DescribeStacks')
  }
  if (!stacks.includes('does not exist')) throw new Error(`the stack was not removed\n${stacks}`)
}

/** MiniStack does not check signatures. It reads the service from the credential scope. */
function authorization(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=test/20260101/${place.region}/${service}/aws4_request`
}

/**
 * Replaces AWS's host names in the outputs file with the emulator's address.
 * @returns the value of an API key. @throws Error if the file has no ApiUrl or the key has no value.
 */
export async function useEmulatorAddresses(outputsFile: string, endpoint: string): Promise<string> {
  const [[stack, outputs] = []] = Object.entries(
    JSON.parse(readFileSync(outputsFile, 'utf8')) as Record<string, Outputs>,
  )
  const apiId = /^https:\/\/([^.]+)/.exec(outputs?.ApiUrl ?? '')?.[1]
  if (!stack || !outputs || !apiId) throw new Error(`${outputsFile} contains no ApiUrl`)
  const ApiUrl = `${endpoint}/_aws/execute-api/${apiId}/v1`
  const addressed = { ...outputs, ApiUrl, CognitoEndpoint: endpoint, DynamoDbEndpoint: endpoint }
  writeFileSync(outputsFile, JSON.stringify({ [stack]: addressed }))
  const [, keyId] = Object.entries(outputs).find(([name]) => name.startsWith('ApiKeyId')) ?? []
  return keyValue(endpoint, keyId ?? '')
}

/** Like `aws apigateway get-api-key --include-value`. */
async function keyValue(endpoint: string, keyId: string): Promise<string> {
  const answer = await fetch(`${endpoint}/apikeys/${keyId}?includeValue=true`, {
    headers: { Authorization: authorization('apigateway') },
  })
  const { value } = (await answer.json()) as { value?: string }
  if (!value) throw new Error(`the API key ${keyId} has no value`)
  return value
}

/** Creates the demo people. */
export async function createDemoPeople(outputsFile: string, options: RunOptions): Promise<void> {
  await run(process.execPath, ['infra/local/demo/make-people.ts', '--outputs-file', outputsFile], options)
}
