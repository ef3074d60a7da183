// The function behind the routes that mint sessions. Connects the endpoint to its user pool and records table.

import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { readEndpointConfig } from '../config.ts'
import { createAuthenticate } from '../http/authenticate.ts'
import { createCount } from '../http/metrics.ts'
import { createPoolVerifier, httpsAgent } from '../http/pool-connection.ts'
import { createUsers } from '../http/users.ts'
import { loggable } from '../loggable.ts'
import { createRecords } from '../records.ts'
import { sdkClientConfig } from '../sdk-client.ts'
import { createCountActor } from './actor-limit.ts'
import { createImpersonations } from './impersonations.ts'
import { loadReasonForm } from './reason-form.ts'
import { createEndpoint } from './routes.ts'
import { createUserPool } from './user-pool.ts'

const { env } = process
const now = Date.now
const config = readEndpointConfig(env)

const table = {
  dynamoDB: new DynamoDBClient(sdkClientConfig),
  tableName: config.recordsTableName,
  timeout: 2_000,
}
const cognito = new CognitoIdentityProviderClient({ ...sdkClientConfig, requestHandler: { httpsAgent } })
// Shares the connections of `cognito`. Idle connections may be dead after Lambda has frozen the function. An earlier call of
// the same request has then replaced them.
const { requestHandler } = cognito.config
const cognitoOnce = new CognitoIdentityProviderClient({ ...sdkClientConfig, requestHandler, maxAttempts: 1 })
const users = createUsers({ cognito, config })
// Accepts tokens of impersonated sessions too, so that the endpoint can refuse them as ActorImpersonated.
const clientIds = [...config.actorClientIds, config.impersonationClientId]
const verifier = createPoolVerifier({ userPoolId: config.userPoolId, clientIds })

export const handler = createEndpoint({
  config,
  reasonForm: await loadReasonForm(config.reasonPattern),
  authenticate: createAuthenticate({
    config,
    verify: (idToken) => verifier.verify(idToken),
    signIn: users.signIn,
    now,
  }),
  ...createImpersonations({
    config,
    records: createRecords({ ...table, now }),
    countActor: createCountActor({ ...table, config, now }),
    userPool: createUserPool({ cognito, cognitoOnce, config }),
    users,
    now,
    log: (failed, impersonationId, error) =>
      console.error({ event: 'not-closed', failed, impersonationId, error: loggable(error) }),
  }),
  log: console,
  count: createCount(env.AWS_LAMBDA_FUNCTION_NAME ?? ''),
})
