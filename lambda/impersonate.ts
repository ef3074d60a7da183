// POST /auth/impersonate: the endpoint over this function's own pool and table.

import { Agent } from 'node:https'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createAuthenticate } from './authenticate.ts'
import { clientSettings } from './client-settings.ts'
import { readEndpointConfig } from './config.ts'
import { createEndpoint } from './endpoint.ts'
import { loggable } from './errors.ts'
import { createImpersonate } from './impersonation.ts'
import { createCount } from './metrics.ts'
import { createRecords } from './records.ts'
import { createUserPool } from './user-pool.ts'
import { createVerifier } from './verifier.ts'

const { env } = process
const now = Date.now
const config = readEndpointConfig(env)

const records = createRecords({
  dynamoDB: new DynamoDBClient(clientSettings),
  tableName: config.recordsTableName,
  timeout: 2_000,
  now,
})
// The pool's keys are fetched from Cognito's own host: over one agent, the first call finds a connection open, and those
// beside it resume its TLS session. 50 sockets are the AWS SDK's own limit.
const httpsAgent = new Agent({ keepAlive: true, maxSockets: 50 })
const cognito = new CognitoIdentityProviderClient({ ...clientSettings, requestHandler: { httpsAgent } })
// Over the same connections: after a freeze an idle one may be dead, and the calls before this one's have found out.
const { requestHandler } = cognito.config
const cognitoOnce = new CognitoIdentityProviderClient({ ...clientSettings, requestHandler, maxAttempts: 1 })
const userPool = createUserPool(cognito, cognitoOnce, config)
const endpoint = env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER ?? env.AWS_ENDPOINT_URL
const verifier = createVerifier(config, endpoint, httpsAgent)

export const handler = createEndpoint({
  config,
  authenticate: createAuthenticate({
    config,
    verify: (idToken) => verifier.verify(idToken),
    signIn: userPool.signIn,
    now,
  }),
  impersonate: createImpersonate({
    config,
    records,
    userPool,
    now,
    log: (failed, impersonationId, error) =>
      console.error({ event: 'not-closed', failed, impersonationId, error: loggable(error) }),
  }),
  log: console,
  count: createCount(env.AWS_LAMBDA_FUNCTION_NAME ?? ''),
})
