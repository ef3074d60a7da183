// Calls Cognito for the endpoint. Classifies its exceptions by name, never by message.

import { createHmac } from 'node:crypto'
import {
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  AdminListGroupsForUserCommand,
  AdminRespondToAuthChallengeCommand,
  type AuthenticationResultType,
  type CognitoIdentityProviderClient,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { errorName } from '../aws-errors.ts'
import type { EndpointConfig } from '../config.ts'
import { ImpersonationError } from '../errors.ts'
import type { Grant } from '../grant.ts'
import { timeLimit } from '../time-limit.ts'
import { type SubjectCall, signInCodes, subjectCodes, translate, UnexplainedRefusal } from './cognito-errors.ts'
import type { Credentials } from './http/authenticate.ts'
import type { ContextData } from './http/gateway-event.ts'
import { createWhyRefused } from './why-refused.ts'

/** A sign-in that waits for the challenge's answer. */
export interface Challenge {
  username: string
  session: string | undefined
}

export type Tokens = AuthenticationResultType

export type UserPool = ReturnType<typeof createUserPool>

/** The time limit of one call, including retries, in ms. A look-up of groups makes one call for each page. */
const timeouts = { signIn: 9_000, challenge: 9_000, answer: 15_000, lookUp: 4_000, revoke: 2_000 }

/** The states of a user who can sign in, at the pool or at an identity provider. */
const activeStates = ['CONFIRMED', 'EXTERNAL_PROVIDER']

/**
 * Each method throws only ImpersonationErrors, unless its comment says otherwise. A call ends at its own time limit, or when
 * the caller's signal aborts.
 * @param cognito retries failed calls.
 * @param cognitoOnce never retries: Cognito refuses an answer that is sent twice.
 */
export function createUserPool(options: {
  cognito: CognitoIdentityProviderClient
  cognitoOnce: CognitoIdentityProviderClient
  config: EndpointConfig
}) {
  const { cognito, cognitoOnce, config } = options
  const { userPoolId: UserPoolId, impersonationClientId: ClientId, impersonationClientSecret: ClientSecret } = config

  const secretHash = (username: string) =>
    createHmac('sha256', ClientSecret)
      .update(username + ClientId)
      .digest('base64')

  /** Calls nothing. @throws UnexplainedRefusal if the exception does not give the reason, otherwise ImpersonationError. */
  function refuse(cause: unknown, { call, username }: { call: SubjectCall; username: string }): never {
    if (['NotAuthorizedException', 'InvalidParameterException'].includes(errorName(cause)))
      throw new UnexplainedRefusal({ call, username, cause })
    throw translate(cause, subjectCodes[call])
  }

  const whyRefused = createWhyRefused({ cognito, config, secretHash })

  return {
    /** Signs an actor in. @returns the ID token. */
    async signIn({ username, password }: Credentials, contextData: ContextData, signal: AbortSignal): Promise<string> {
      const command = new AdminInitiateAuthCommand({
        UserPoolId,
        ClientId: config.actorClientId,
        AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: username, PASSWORD: password },
        ContextData: contextData,
      })
      const response = await cognito.send(command, within(timeouts.signIn, signal)).catch((error) => {
        throw translate(error, signInCodes)
      })
      const idToken = response.AuthenticationResult?.IdToken
      if (!idToken) throw new ImpersonationError('CredentialsInvalid')
      return idToken
    },

    /**
     * Starts the subject's sign-in.
     * @param contextData data about the caller, for Cognito's threat protection.
     * @returns the challenge, or tokens if the pool's triggers were replaced.
     * @throws ImpersonationError or UnexplainedRefusal
     */
    async challenge(
      username: string,
      contextData: ContextData | undefined,
      signal: AbortSignal,
    ): Promise<Challenge | { tokens: Tokens }> {
      const command = new AdminInitiateAuthCommand({
        UserPoolId,
        ClientId,
        AuthFlow: 'CUSTOM_AUTH',
        AuthParameters: { USERNAME: username, SECRET_HASH: secretHash(username) },
        ContextData: contextData,
      })
      const response = await cognito
        .send(command, within(timeouts.challenge, signal))
        .catch((error) => refuse(error, { call: 'challenge', username }))
      if (response.AuthenticationResult) return { tokens: response.AuthenticationResult }
      if (response.ChallengeName !== 'CUSTOM_CHALLENGE') throw new ImpersonationError('SubjectChallenged')
      return { username: response.ChallengeParameters?.USERNAME ?? username, session: response.Session }
    },

    /** Answers the challenge with the grant. @throws ImpersonationError or UnexplainedRefusal */
    async answer(
      { username, session }: Challenge,
      grant: Pick<Grant, 'id' | 'answer'>,
      contextData: ContextData | undefined,
      signal: AbortSignal,
    ): Promise<Tokens> {
      const command = new AdminRespondToAuthChallengeCommand({
        UserPoolId,
        ClientId,
        ChallengeName: 'CUSTOM_CHALLENGE',
        ChallengeResponses: { USERNAME: username, ANSWER: grant.answer, SECRET_HASH: secretHash(username) },
        Session: session,
        ClientMetadata: { impersonationId: grant.id },
        ContextData: contextData,
      })
      const { AuthenticationResult } = await cognitoOnce
        .send(command, within(timeouts.answer, signal))
        .catch((error) => refuse(error, { call: 'answer', username }))
      if (!AuthenticationResult) throw new ImpersonationError('SubjectChallenged')
      return AuthenticationResult
    },

    whyRefused,

    /** Whether the user is in the group now. False if the user no longer exists. */
    async isMember({ username, group }: { username: string; group: string }, signal: AbortSignal): Promise<boolean> {
      let NextToken: string | undefined
      do {
        const command = new AdminListGroupsForUserCommand({ UserPoolId, Username: username, Limit: 60, NextToken })
        const page = await cognito.send(command, within(timeouts.lookUp, signal)).catch(undefinedIfNotFound)
        if (page?.Groups?.some(({ GroupName }) => GroupName === group)) return true
        NextToken = page?.NextToken
      } while (NextToken)
      return false
    },

    /**
     * Whether the user can sign in now and still has this `sub`: another user may have got the username. After a password
     * reset, or with a one-time password, the user is not active.
     */
    async isActive({ username, sub }: { username: string; sub: string }, signal: AbortSignal): Promise<boolean> {
      const command = new AdminGetUserCommand({ UserPoolId, Username: username })
      const user = await cognito.send(command, within(timeouts.lookUp, signal)).catch(undefinedIfNotFound)
      const currentSub = user?.UserAttributes?.find(({ Name }) => Name === 'sub')?.Value
      return user?.Enabled === true && activeStates.includes(String(user.UserStatus)) && currentSub === sub
    },

    /** Revokes the refresh token and its access tokens. */
    async revoke(refreshToken: string): Promise<void> {
      const command = new RevokeTokenCommand({ Token: refreshToken, ClientId, ClientSecret })
      await cognito.send(command, within(timeouts.revoke)).catch((error) => {
        throw translate(error)
      })
    },
  }
}

function undefinedIfNotFound(error: unknown): undefined {
  if (errorName(error) !== 'UserNotFoundException') throw translate(error)
}

function within(milliseconds: number, signal?: AbortSignal) {
  return { abortSignal: timeLimit(milliseconds, signal) }
}
