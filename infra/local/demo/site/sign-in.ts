// Signs a person in at Cognito, from the server.

import {
  AdminInitiateAuthCommand,
  CognitoIdentityProviderClient,
  type CognitoIdentityProviderClientConfig,
  CognitoIdentityProviderServiceException,
} from '@aws-sdk/client-cognito-identity-provider'
import { Refusal } from './server.ts'

export interface SignedIn {
  username: string
  groups: string[]
  /** Stays on the server. */
  idToken: string
  /** When the ID token ends, in ms since the epoch. */
  endsAt: number
}

export interface SignInOptions {
  cognito: CognitoIdentityProviderClientConfig
  userPoolId: string
  clientId: string
  /** The levels that a sign-in asks for. Empty: it asks for none. */
  acrValues: readonly string[]
}

export type SignIn = (credentials: { username: unknown; password: unknown }) => Promise<SignedIn>

/** A real site would use Cognito's hosted pages, or SRP in the browser, and then MFA works too. */
export function createSignIn({ cognito, userPoolId, clientId, acrValues }: SignInOptions): SignIn {
  const client = new CognitoIdentityProviderClient(cognito)
  // A token has a level only if the sign-in asked for one.
  const flow =
    acrValues.length > 0
      ? {
          name: 'USER_AUTH' as const,
          parameters: { PREFERRED_CHALLENGE: 'PASSWORD', TARGET_ACR_VALUES: acrValues.join(' ') },
        }
      : { name: 'ADMIN_USER_PASSWORD_AUTH' as const, parameters: {} }
  return async ({ username, password }) => {
    const command = new AdminInitiateAuthCommand({
      UserPoolId: userPoolId,
      ClientId: clientId,
      AuthFlow: flow.name,
      AuthParameters: { USERNAME: String(username), PASSWORD: String(password), ...flow.parameters },
    })
    const { AuthenticationResult } = await client.send(command).catch(refuse)
    const idToken = AuthenticationResult?.IdToken
    if (idToken === undefined) throw new Refusal(401, 'This account needs another step to sign in, such as MFA.')
    // It comes from Cognito itself, so its signature need not be checked.
    const claims = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString())
    return {
      username: claims['cognito:username'],
      groups: claims['cognito:groups'] ?? [],
      idToken,
      endsAt: claims.exp * 1000,
    }
  }
}

function refuse(error: unknown): never {
  const isRefusal = error instanceof CognitoIdentityProviderServiceException && error.$fault === 'client'
  throw isRefusal ? new Refusal(401, 'Cognito refuses this name and password.') : error
}
