// The function behind the routes that list, read, approve and end impersonations. Connects them to the user pool and records table.

import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { readOversightConfig } from '../config.ts'
import { createAuthenticate } from '../http/authenticate.ts'
import { createCount } from '../http/metrics.ts'
import { createPoolVerifier, httpsAgent } from '../http/pool-connection.ts'
import { createUsers } from '../http/users.ts'
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
const cognito = new CognitoIdentityProviderClient({ ...sdkClientConfig, requestHandler: { httpsAgent } })
const users = createUsers({ cognito, config })
// Accepts tokens of impersonated sessions too: a session may end its own record.
const clientIds = [...config.actorClientIds, ...config.subjectClientIds, config.impersonationClientId]
const verifier = createPoolVerifier({ userPoolId: config.userPoolId, clientIds })
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
