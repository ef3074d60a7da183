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
import { errorName, isClientFault } from '../aws-errors.ts'
import type { EndpointConfig } from '../config.ts'
import { type Code, ImpersonationError } from '../errors.ts'
import type { Grant } from '../grant.ts'
import { timeLimit } from '../time-limit.ts'
import type { Credentials } from './http/authenticate.ts'

/** A sign-in that waits for the challenge's answer. */
export interface Challenge {
  username: string
  session: string | undefined
}

export type Tokens = AuthenticationResultType

export type UserPool = ReturnType<typeof createUserPool>

/** The time limit of one call, including retries, in ms. A look-up of groups makes one call for each page. */
const timeouts = { signIn: 9_000, challenge: 9_000, answer: 15_000, lookUp: 4_000, revoke: 2_000 }

/**
 * Each method throws only ImpersonationErrors. A call ends at its own time limit or when the caller's signal aborts.
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

  /**
   * Looks up why Cognito refused the subject: its exception does not say. If the subject could sign in, this deployment
   * or the pool is at fault.
   */
  async function lookUpRefusal(username: string, cause: unknown, signal: AbortSignal): Promise<ImpersonationError> {
    const command = new AdminGetUserCommand({ UserPoolId, Username: username })
    const user = await cognito.send(command, within(timeouts.lookUp, signal)).catch((error) => {
      throw translate(error, subjectCodes)
    })
    const otherwise = errorName(cause) === 'InvalidParameterException' ? 'TriggersDetached' : 'Unavailable'
    if (user.Enabled === false) return new ImpersonationError('SubjectDisabled', { cause })
    return new ImpersonationError(codeByUserStatus[String(user.UserStatus)] ?? otherwise, { cause })
  }

  async function explain(error: unknown, username: string, signal: AbortSignal): Promise<ImpersonationError> {
    return ['NotAuthorizedException', 'InvalidParameterException'].includes(errorName(error))
      ? lookUpRefusal(username, error, signal)
      : translate(error, subjectCodes)
  }

  return {
    /** Signs an actor in. @returns the ID token. */
    async signIn({ username, password }: Credentials, signal: AbortSignal): Promise<string> {
      const command = new AdminInitiateAuthCommand({
        UserPoolId,
        ClientId: config.actorClientId,
        AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: username, PASSWORD: password },
      })
      const response = await cognito.send(command, within(timeouts.signIn, signal)).catch((error) => {
        throw translate(error, signInCodes)
      })
      const idToken = response.AuthenticationResult?.IdToken
      if (!idToken) throw new ImpersonationError('CredentialsInvalid')
      return idToken
    },

    /** Starts the subject's sign-in. @returns tokens at once if the pool's triggers were replaced. */
    async challenge(username: string, signal: AbortSignal): Promise<Challenge | { tokens: Tokens }> {
      const command = new AdminInitiateAuthCommand({
        UserPoolId,
        ClientId,
        AuthFlow: 'CUSTOM_AUTH',
        AuthParameters: { USERNAME: username, SECRET_HASH: secretHash(username) },
      })
      const response = await cognito.send(command, within(timeouts.challenge, signal)).catch(async (error) => {
        throw await explain(error, username, signal)
      })
      if (response.AuthenticationResult) return { tokens: response.AuthenticationResult }
      if (response.ChallengeName !== 'CUSTOM_CHALLENGE') throw new ImpersonationError('SubjectChallenged')
      return { username: response.ChallengeParameters?.USERNAME ?? username, session: response.Session }
    },

    /** Answers the challenge with the grant. */
    async answer(
      { username, session }: Challenge,
      grant: Pick<Grant, 'id' | 'answer'>,
      signal: AbortSignal,
    ): Promise<Tokens> {
      const command = new AdminRespondToAuthChallengeCommand({
        UserPoolId,
        ClientId,
        ChallengeName: 'CUSTOM_CHALLENGE',
        ChallengeResponses: { USERNAME: username, ANSWER: grant.answer, SECRET_HASH: secretHash(username) },
        Session: session,
        ClientMetadata: { impersonationId: grant.id },
      })
      const { AuthenticationResult } = await cognitoOnce
        .send(command, within(timeouts.answer, signal))
        .catch(async (error) => {
          throw await explain(error, username, signal)
        })
      if (!AuthenticationResult) throw new ImpersonationError('SubjectChallenged')
      return AuthenticationResult
    },

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

    /** Whether the user is enabled now and has this `sub`. Another user may have the same username by now. */
    async isActive({ username, sub }: { username: string; sub: string }, signal: AbortSignal): Promise<boolean> {
      const command = new AdminGetUserCommand({ UserPoolId, Username: username })
      const user = await cognito.send(command, within(timeouts.lookUp, signal)).catch(undefinedIfNotFound)
      const currentSub = user?.UserAttributes?.find(({ Name }) => Name === 'sub')?.Value
      return user?.Enabled === true && currentSub === sub
    },

    /** Revokes the refresh token and the access tokens that came with it. */
    async revoke(refreshToken: string): Promise<void> {
      const command = new RevokeTokenCommand({ Token: refreshToken, ClientId, ClientSecret })
      await cognito.send(command, within(timeouts.revoke)).catch((error) => {
        throw translate(error)
      })
    },
  }
}

const subjectCodes: Record<string, Code> = {
  UserNotFoundException: 'SubjectNotFound',
  UserNotConfirmedException: 'SubjectUnconfirmed',
  PasswordResetRequiredException: 'SubjectMustResetPassword',
  MFAMethodNotFoundException: 'SubjectChallenged',
  // No user has a username that Cognito rejects. Cognito's rule may be stricter than isUsername.
  InvalidParameterException: 'SubjectNotFound',
}

const codeByUserStatus: Record<string, Code> = {
  UNCONFIRMED: 'SubjectUnconfirmed',
  RESET_REQUIRED: 'SubjectMustResetPassword',
  EXTERNAL_PROVIDER: 'SubjectFederated',
}

const signInCodes: Record<string, Code> = {
  NotAuthorizedException: 'CredentialsInvalid',
  UserNotFoundException: 'CredentialsInvalid',
  UserNotConfirmedException: 'CredentialsInvalid',
  PasswordResetRequiredException: 'CredentialsInvalid',
  MFAMethodNotFoundException: 'CredentialsInvalid',
  UserLambdaValidationException: 'CredentialsInvalid',
  InvalidParameterException: 'CredentialsInvalid',
}

const commonCodes: Record<string, Code> = {
  TooManyRequestsException: 'TooManyRequests',
  LimitExceededException: 'TooManyRequests',
  ThrottlingException: 'TooManyRequests',
  UserLambdaValidationException: 'TriggerRefused',
  UnexpectedLambdaException: 'Unavailable',
  InvalidLambdaResponseException: 'Unavailable',
  NotAuthorizedException: 'Unavailable',
}

/** An unlisted client error is a fault of this code. Every other unlisted error means that Cognito is unavailable. */
function translate(error: unknown, codes: Record<string, Code> = {}): ImpersonationError {
  const name = errorName(error)
  const otherwise = isClientFault(error) ? 'Fault' : 'Unavailable'
  return new ImpersonationError(codes[name] ?? commonCodes[name] ?? otherwise, { cause: error })
}

function undefinedIfNotFound(error: unknown): undefined {
  if (errorName(error) !== 'UserNotFoundException') throw translate(error)
}

function within(milliseconds: number, signal?: AbortSignal) {
  return { abortSignal: timeLimit(milliseconds, signal) }
}
