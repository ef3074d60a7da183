// The function behind POST /auth/introspect. Connects introspection to the user pool and the records table.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { readIntrospectionConfig } from '../config.ts'
import { createCount } from '../http/metrics.ts'
import { createPoolVerifier, httpsAgent } from '../http/pool-connection.ts'
import { createRecordsTable } from '../records-table.ts'
import { sdkClientConfig } from '../sdk-client.ts'
import { createCheckPeople } from './check-people.ts'
import { createIntrospect, type IntrospectedRecord, introspected } from './introspect.ts'
import { createIntrospectionRoute } from './introspection-route.ts'
import type { createCognitoLookUps } from './look-ups.ts'

const { env } = process
const now = Date.now
const config = readIntrospectionConfig(env)
const { userPoolId } = config

const table = createRecordsTable({
  dynamoDB: new DynamoDBClient(sdkClientConfig),
  tableName: config.recordsTableName,
  timeout: 2_000,
})
const projection = introspected.map((attribute) => `#${attribute}`).join(', ')

const clientIds = [config.impersonationClientId]
const verifier = createPoolVerifier({ userPoolId, clientIds, tokenUse: null })

let users: ReturnType<typeof createCognitoLookUps> | undefined
async function lookUps() {
  const { createCognitoLookUps } = await import('./look-ups.ts')
  users ??= createCognitoLookUps({ userPoolId, httpsAgent })
  return users
}

export const handler = createIntrospectionRoute({
  config,
  introspect: createIntrospect({
    config,
    verify: (token) => verifier.verify(token),
    read: (id) => table.read(id, projection) as Promise<IntrospectedRecord | undefined>,
    checkPeople: createCheckPeople({ config, lookUps, now }),
    now,
  }),
  log: console,
  count: createCount(env.AWS_LAMBDA_FUNCTION_NAME ?? ''),
})
