// The function behind the routes that list, read and end impersonations. Connects them to the user pool and records table.

import { Agent } from 'node:https'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { readOversightConfig } from '../config.ts'
import { createAuthenticate } from '../http/authenticate.ts'
import { createCount } from '../http/metrics.ts'
import { createUsers } from '../http/users.ts'
import { createVerifier } from '../http/verifier.ts'
import { sdkClientConfig } from '../sdk-client.ts'
import { createOversight } from './oversight.ts'
import { createOversightRecords } from './records.ts'
import { createOversightRoutes } from './routes.ts'

const { env } = process
const now = Date.now
const config = readOversightConfig(env)

const records = createOversightRecords({
  dynamoDB: new DynamoDBClient(sdkClientConfig),
  tableName: config.recordsTableName,
  timeout: 2_000,
  now,
})
// The verifier and the Cognito client use the same host, so they share one agent.
const httpsAgent = new Agent({ keepAlive: true, maxSockets: 50 })
const cognito = new CognitoIdentityProviderClient({ ...sdkClientConfig, requestHandler: { httpsAgent } })
const users = createUsers({ cognito, config })
const endpoint = env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER ?? env.AWS_ENDPOINT_URL
// Accepts tokens of impersonated sessions too: a session may end its own record.
const clientIds = [...config.actorClientIds, ...config.subjectClientIds, config.impersonationClientId]
const verifier = createVerifier({ userPoolId: config.userPoolId, clientIds }, endpoint, httpsAgent)
// The limit on the age of a sign-in is for staff. An impersonated session may be older than that.
const subjectClientIds = [...config.subjectClientIds, config.impersonationClientId]
const authenticateWith = (basic: boolean) =>
  createAuthenticate({
    config: { ...config, subjectClientIds, basic },
    verify: (idToken) => verifier.verify(idToken),
    signIn: users.signIn,
    now,
  })

export const handler = createOversightRoutes({
  config,
  authenticate: authenticateWith(config.basic),
  authenticateByToken: authenticateWith(false),
  oversight: createOversight({ config, records, users, now }),
  log: console,
  count: createCount(env.AWS_LAMBDA_FUNCTION_NAME ?? ''),
})
