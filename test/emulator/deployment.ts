// Deploys the stack to the emulator with the CDK CLI.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { APIGatewayClient, GetApiKeyCommand } from '@aws-sdk/client-api-gateway'
import { CloudFormationClient, DeleteStackCommand, waitUntilStackDeleteComplete } from '@aws-sdk/client-cloudformation'
import { localAccess } from '../../infra/local/client-access.ts'
import type { Outputs } from '../acceptance/target.ts'
import { type RunOptions, root, run } from '../support/commands.ts'

const cli = join(root, 'node_modules/.bin/cdk')
export const place = { account: '000000000000', region: 'us-east-1' }
export const stackName = 'Impersonation'

/** An environment without this machine's AWS settings. @param folder home and temporary folder */
export function bareEnvironment(folder: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: folder, TMPDIR: folder }
}

/** The environment of programs that use `endpoint` as AWS. */
export function environmentFor({ endpoint, folder }: { endpoint: string; folder: string }): NodeJS.ProcessEnv {
  const { credentials } = localAccess(place.region, endpoint)
  return {
    ...bareEnvironment(folder),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    // CDK's validation takes 3 s in each deployment. test/infra/app.test.ts runs it.
    CDK_VALIDATION: 'false',
    // The CLI, the app and the tests start faster with code that Node.js has compiled before.
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  }
}

/**
 * Writes the CLI's own bootstrap template without the bucket policy that denies plain HTTP: MiniStack has no TLS here.
 * @returns the file
 */
export async function bootstrapTemplate(folder: string, options: RunOptions): Promise<string> {
  const { Resources, ...rest } = JSON.parse(await run(cli, ['bootstrap', '--show-template', '--json'], options))
  const { StagingBucketPolicy: _, ...others } = Resources
  const file = join(folder, 'bootstrap.json')
  writeFileSync(file, JSON.stringify({ ...rest, Resources: others }))
  return file
}

export function bootstrap(template: string, options: RunOptions): Promise<string> {
  const args = ['bootstrap', `aws://${place.account}/${place.region}`, '--no-notices', `--template=${template}`]
  return run(cli, args, options)
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

/** Deletes the stack through the API: MiniStack lacks a call that `cdk destroy` makes. @throws Error if that fails. */
export async function remove(endpoint: string): Promise<void> {
  const client = new CloudFormationClient(localAccess(place.region, endpoint))
  try {
    await client.send(new DeleteStackCommand({ StackName: stackName }))
    const patience = { client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 } // seconds
    await waitUntilStackDeleteComplete(patience, { StackName: stackName })
  } finally {
    client.destroy()
  }
}

/**
 * Replaces AWS's host names in the outputs file with the emulator's address.
 * @returns the outputs, and the values of a customer's and a resource server's API key. @throws Error if the file has no
 * ApiUrl or a key has no value.
 */
export async function useEmulatorAddresses({
  outputsFile,
  endpoint,
}: {
  outputsFile: string
  endpoint: string
}): Promise<{ outputs: Outputs; apiKey: string; resourceServerKey: string }> {
  const [[stack, outputs] = []] = Object.entries(
    JSON.parse(readFileSync(outputsFile, 'utf8')) as Record<string, Outputs>,
  )
  const apiId = /^https:\/\/([^.]+)/.exec(outputs?.ApiUrl ?? '')?.[1]
  if (!stack || !outputs || !apiId) throw new Error(`${outputsFile} contains no ApiUrl`)
  const ApiUrl = `${endpoint}/_aws/execute-api/${apiId}/v1`
  const addressed = { ...outputs, ApiUrl, CognitoEndpoint: endpoint, DynamoDbEndpoint: endpoint }
  writeFileSync(outputsFile, JSON.stringify({ [stack]: addressed }))
  const keyOf = (prefix: string) => {
    const [, keyId = ''] = Object.entries(outputs).find(([name]) => name.startsWith(prefix)) ?? []
    return keyValue({ endpoint, keyId })
  }
  return {
    outputs: addressed,
    apiKey: await keyOf('ApiKeyId'),
    resourceServerKey: await keyOf('ResourceServerKeyId'),
  }
}

/** Like `aws apigateway get-api-key --include-value`. */
async function keyValue({ endpoint, keyId }: { endpoint: string; keyId: string }): Promise<string> {
  const client = new APIGatewayClient(localAccess(place.region, endpoint))
  try {
    const { value } = await client.send(new GetApiKeyCommand({ apiKey: keyId, includeValue: true }))
    if (!value) throw new Error(`the API key ${keyId} has no value`)
    return value
  } finally {
    client.destroy()
  }
}

/** Creates the demo people. */
export async function createDemoPeople(outputsFile: string, options: RunOptions): Promise<void> {
  await run(process.execPath, ['infra/local/demo/make-people.ts', '--outputs-file', outputsFile], options)
}
