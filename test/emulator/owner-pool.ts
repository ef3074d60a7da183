// A pool that existed before impersonation, with an app client and a user of its owner.

import {
  AdminCreateUserCommand,
  AdminInitiateAuthCommand,
  type AdminInitiateAuthResponse,
  AdminSetUserPasswordCommand,
  type AuthenticationResultType,
  type CognitoIdentityProviderClient,
  CreateGroupCommand,
  CreateUserPoolClientCommand,
  type LambdaConfigType,
  RespondToAuthChallengeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt'
import { createFullUserPool } from '../support/full-user-pool.ts'
import type { Session } from './olivia.ts'

export type Claims = Record<string, unknown>

/** The claims of both tokens. */
export interface TokenPair {
  id: Claims
  access: Claims
}

export interface OwnerPool {
  id: string
  signInByPassword(): Promise<TokenPair>
  /** @param answers to the owner's challenge, one after the other */
  signInByCode(...answers: string[]): Promise<TokenPair>
}

const user = { Username: 'zoe', Password: 'Zoe-Local-1!' }

export async function makeOwnerPool(
  cognito: CognitoIdentityProviderClient,
  LambdaConfig: LambdaConfigType,
): Promise<OwnerPool> {
  const UserPoolId = await createFullUserPool(cognito, { LambdaConfig })
  const { UserPoolClient } = await cognito.send(
    new CreateUserPoolClientCommand({
      UserPoolId,
      ClientName: 'shop',
      ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  )
  const ClientId = UserPoolClient?.ClientId
  await cognito.send(new CreateGroupCommand({ UserPoolId, GroupName: 'admins' }))
  const { Username, Password } = user
  await cognito.send(new AdminCreateUserCommand({ UserPoolId, Username, MessageAction: 'SUPPRESS' }))
  await cognito.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password, Permanent: true }))

  return {
    id: UserPoolId,
    async signInByPassword() {
      const AuthParameters = { USERNAME: Username, PASSWORD: Password }
      const command = new AdminInitiateAuthCommand({
        UserPoolId,
        ClientId,
        AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
        AuthParameters,
      })
      return claimsOfResult((await cognito.send(command)).AuthenticationResult)
    },
    async signInByCode(...answers) {
      const AuthParameters = { USERNAME: Username }
      let step: AdminInitiateAuthResponse = await cognito.send(
        new AdminInitiateAuthCommand({ UserPoolId, ClientId, AuthFlow: 'CUSTOM_AUTH', AuthParameters }),
      )
      for (const ANSWER of answers) {
        const { ChallengeName, Session } = step
        const ChallengeResponses = { USERNAME: Username, ANSWER }
        step = await cognito.send(
          new RespondToAuthChallengeCommand({ ClientId, ChallengeName, Session, ChallengeResponses }),
        )
      }
      return claimsOfResult(step.AuthenticationResult)
    },
  }
}

/** @throws Error if there are no tokens */
function claimsOfResult({ IdToken = '', AccessToken = '' }: AuthenticationResultType = {}): TokenPair {
  return claimsOf({ authorization: IdToken, accessToken: AccessToken })
}

export function claimsOf({ authorization, accessToken }: Session): TokenPair {
  return { id: lastingClaims(authorization), access: lastingClaims(accessToken) }
}

/** The claims that two sign-ins of one user have in common. */
function lastingClaims(token: string): Claims {
  const {
    iat: _,
    exp: __,
    auth_time: ___,
    jti: ____,
    origin_jti: _____,
    event_id: ______,
    ...claims
  } = decomposeUnverifiedJwt(token).payload
  return claims
}
