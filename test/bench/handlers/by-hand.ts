// A hand-written function: the same two Cognito calls, without checks and records.

import { createHmac } from 'node:crypto'
import {
  AdminInitiateAuthCommand,
  AdminRespondToAuthChallengeCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider'

const {
  USER_POOL_ID: UserPoolId = '',
  IMPERSONATION_CLIENT_ID: ClientId = '',
  IMPERSONATION_CLIENT_SECRET: secret = '',
} = process.env
const cognito = new CognitoIdentityProviderClient({})

export async function handler(event: { body: string }) {
  const { username: USERNAME } = JSON.parse(event.body)
  const SECRET_HASH = createHmac('sha256', secret)
    .update(USERNAME + ClientId)
    .digest('base64')
  const { Session } = await cognito.send(
    new AdminInitiateAuthCommand({
      UserPoolId,
      ClientId,
      AuthFlow: 'CUSTOM_AUTH',
      AuthParameters: { USERNAME, SECRET_HASH },
    }),
  )
  const { AuthenticationResult } = await cognito.send(
    new AdminRespondToAuthChallengeCommand({
      UserPoolId,
      ClientId,
      ChallengeName: 'CUSTOM_CHALLENGE',
      ChallengeResponses: { USERNAME, SECRET_HASH, ANSWER: 'constant' },
      Session,
    }),
  )
  return { statusCode: 200, body: JSON.stringify(AuthenticationResult) }
}
