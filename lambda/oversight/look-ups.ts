// Looks people up at Cognito for introspection. This is a separate file, because the function loads the client for Cognito only at
// its first look-up.

import type { Agent } from 'node:https'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { createLookUps } from '../http/users.ts'
import { sdkClientConfig } from '../sdk-client.ts'

export function createCognitoLookUps({ userPoolId, httpsAgent }: { userPoolId: string; httpsAgent: Agent }) {
  const cognito = new CognitoIdentityProviderClient({ ...sdkClientConfig, requestHandler: { httpsAgent } })
  return createLookUps({ cognito, userPoolId })
}
