// Signs a subject in at Cognito.

import { createHmac } from 'node:crypto'
import {
  AdminInitiateAuthCommand,
  AdminRespondToAuthChallengeCommand,
  type AuthenticationResultType,
  type CognitoIdentityProviderClient,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { errorName } from '../aws-errors.ts'
import { translate } from '../cognito-errors.ts'
import type { EndpointConfig } from '../config.ts'
import { ImpersonationError } from '../errors.ts'
import type { Grant } from '../grant.ts'
import type { ContextData } from '../http/gateway-event.ts'
import { timeLimit } from '../time-limit.ts'
import { type SubjectCall, subjectCodes, UnexplainedRefusal } from './cognito-errors.ts'
import { createWhyRefused } from './why-refused.ts'

/** A sign-in that waits for the challenge's answer. */
export interface Challenge {
  username: string
  session: string | undefined
}

export type Tokens = AuthenticationResultType

export type UserPool = ReturnType<typeof createUserPool>

/** The time limit of one call, including retries, in ms. */
const timeouts = { challenge: 9_000, answer: 15_000, revoke: 2_000 }

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

    /** Revokes the refresh token and its access tokens. */
    async revoke(refreshToken: string): Promise<void> {
      const command = new RevokeTokenCommand({ Token: refreshToken, ClientId, ClientSecret })
      await cognito.send(command, within(timeouts.revoke)).catch((error) => {
        throw translate(error)
      })
    },
  }
}

function within(milliseconds: number, signal?: AbortSignal) {
  return { abortSignal: timeLimit(milliseconds, signal) }
}
