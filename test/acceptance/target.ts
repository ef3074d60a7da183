// The deployment under test: described by an outputs file and an API key, or the local run.

import { readFileSync } from 'node:fs'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'

export interface Outputs {
  ApiUrl: string
  UserPoolId: string
  ActorClientId: string
  ImpersonationClientId: string
  RecordsTableName: string
  CognitoEndpoint?: string
  DynamoDbEndpoint?: string
}

export interface Target {
  outputs: Outputs
  apiKey: string
  /** The API key of a resource server. */
  resourceServerKey: string
  cognito: CognitoIdentityProviderClient
  dynamoDB: DynamoDBClient
  close(): Promise<void>
}

/**
 * ACCEPTANCE_OUTPUTS names the outputs file of `cdk deploy`. ACCEPTANCE_API_KEY holds a customer's key, and
 * ACCEPTANCE_RESOURCE_SERVER_KEY that of a resource server. Without ACCEPTANCE_OUTPUTS, the local run is started. The AWS SDK finds the AWS credentials as usual.
 * @throws Error if a key is missing or the file has no outputs.
 */
export async function openTarget(): Promise<Target> {
  const {
    ACCEPTANCE_OUTPUTS: file,
    ACCEPTANCE_API_KEY: apiKey,
    ACCEPTANCE_RESOURCE_SERVER_KEY: resourceServerKey,
  } = process.env
  if (!file) return openLocalRun()
  if (!apiKey) throw new Error('ACCEPTANCE_API_KEY must hold an API key of the deployment in ACCEPTANCE_OUTPUTS')
  if (!resourceServerKey) throw new Error('ACCEPTANCE_RESOURCE_SERVER_KEY must hold the API key of a resource server')
  const [outputs] = Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, Outputs>)
  if (!outputs) throw new Error(`${file} contains no stack outputs`)
  return { outputs, apiKey, resourceServerKey, ...connect(outputs), close: async () => {} }
}

async function openLocalRun(): Promise<Target> {
  const { runLocally } = await import('../../infra/local/run.ts')
  const { demoApiKey, demoResourceKey, makeDemoPeople } = await import('../../infra/local/demo/people.ts')
  const { sharedAssembly } = await import('../support/assembly.ts')
  const { poolKeys } = await import('../support/pool-keys.ts')
  const run = await runLocally({ assembly: await sharedAssembly({ approvalGroups: 'vips' }), keys: poolKeys })
  const outputs = run.outputs as unknown as Outputs
  const clients = connect(outputs)
  await makeDemoPeople(clients.cognito, outputs.UserPoolId)
  return {
    outputs,
    apiKey: demoApiKey,
    resourceServerKey: demoResourceKey,
    ...clients,
    async close() {
      clients.cognito.destroy()
      clients.dynamoDB.destroy()
      await run.close()
    },
  }
}

export function connect({ UserPoolId, CognitoEndpoint, DynamoDbEndpoint }: Outputs) {
  const region = UserPoolId.split('_')[0] ?? ''
  const local = { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
  return {
    cognito: new CognitoIdentityProviderClient({
      region,
      ...(CognitoEndpoint && { endpoint: CognitoEndpoint, ...local }),
    }),
    dynamoDB: new DynamoDBClient({ region, ...(DynamoDbEndpoint && { endpoint: DynamoDbEndpoint, ...local }) }),
  }
}
