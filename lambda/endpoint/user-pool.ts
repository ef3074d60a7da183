// The only file of the endpoint that calls Cognito. Refusals are told apart by the exception's name, never by its message.

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

/** A sign-in that waits for its answer. */
export interface Challenge {
  username: string
  session: string | undefined
}

export type Tokens = AuthenticationResultType

export type UserPool = ReturnType<typeof createUserPool>

/** The longest that one call may take, its retries included, ms; of a look-up, one page. */
const timeouts = { signIn: 9_000, challenge: 9_000, answer: 15_000, lookUp: 4_000, revoke: 2_000 }

/**
 * @param cognito sends again where that is safe. @param cognitoOnce never does: Cognito refuses a repeated answer.
 * Each call ends by its own time limit or by the caller's signal. Each error is an ImpersonationError.
 */
export function createUserPool(
  cognito: CognitoIdentityProviderClient,
  cognitoOnce: CognitoIdentityProviderClient,
  config: EndpointConfig,
) {
  const { userPoolId: UserPoolId, impersonationClientId: ClientId, impersonationClientSecret: ClientSecret } = config

  const secretHash = (username: string) =>
    createHmac('sha256', ClientSecret)
      .update(username + ClientId)
      .digest('base64')

  /** Cognito's NotAuthorizedException says no more than that. A subject in good health means a fault on this side. */
  async function whyRefused(username: string, cause: unknown, signal: AbortSignal): Promise<ImpersonationError> {
    const command = new AdminGetUserCommand({ UserPoolId, Username: username })
    const user = await cognito.send(command, limit(timeouts.lookUp, signal)).catch((error) => {
      throw translate(error, subjectCodes)
    })
    const healthy = errorName(cause) === 'InvalidParameterException' ? 'TriggersDetached' : 'Unavailable'
    if (user.Enabled === false) return new ImpersonationError('SubjectDisabled', { cause })
    return new ImpersonationError(codeByUserStatus[String(user.UserStatus)] ?? healthy, { cause })
  }

  async function explain(error: unknown, username: string, signal: AbortSignal): Promise<ImpersonationError> {
    return ['NotAuthorizedException', 'InvalidParameterException'].includes(errorName(error))
      ? whyRefused(username, error, signal)
      : translate(error, subjectCodes)
  }

  return {
    /** Signs an actor in. @returns the ID token. */
    async signIn(username: string, password: string, signal: AbortSignal): Promise<string> {
      const command = new AdminInitiateAuthCommand({
        UserPoolId,
        ClientId: config.actorClientId,
        AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: username, PASSWORD: password },
      })
      const answer = await cognito.send(command, limit(timeouts.signIn, signal)).catch((error) => {
        throw translate(error, signInCodes)
      })
      const idToken = answer.AuthenticationResult?.IdToken
      if (!idToken) throw new ImpersonationError('CredentialsInvalid')
      return idToken
    },

    /** Starts the subject's sign-in. A pool whose triggers are not ours may answer with tokens at once. */
    async challenge(username: string, signal: AbortSignal): Promise<Challenge | { tokens: Tokens }> {
      const command = new AdminInitiateAuthCommand({
        UserPoolId,
        ClientId,
        AuthFlow: 'CUSTOM_AUTH',
        AuthParameters: { USERNAME: username, SECRET_HASH: secretHash(username) },
      })
      const answer = await cognito.send(command, limit(timeouts.challenge, signal)).catch(async (error) => {
        throw await explain(error, username, signal)
      })
      if (answer.AuthenticationResult) return { tokens: answer.AuthenticationResult }
      if (answer.ChallengeName !== 'CUSTOM_CHALLENGE') throw new ImpersonationError('SubjectChallenged')
      return { username: answer.ChallengeParameters?.USERNAME ?? username, session: answer.Session }
    },

    /** Answers with the grant. */
    async answer(challenge: Challenge, answer: string, impersonationId: string, signal: AbortSignal) {
      const { username, session } = challenge
      const command = new AdminRespondToAuthChallengeCommand({
        UserPoolId,
        ClientId,
        ChallengeName: 'CUSTOM_CHALLENGE',
        ChallengeResponses: { USERNAME: username, ANSWER: answer, SECRET_HASH: secretHash(username) },
        Session: session,
        ClientMetadata: { impersonationId },
      })
      const { AuthenticationResult } = await cognitoOnce
        .send(command, limit(timeouts.answer, signal))
        .catch(async (error) => {
          throw await explain(error, username, signal)
        })
      if (!AuthenticationResult) throw new ImpersonationError('SubjectChallenged')
      return AuthenticationResult
    },

    /** Is this user in the group now? One who is gone is not. */
    async isMember(username: string, group: string, signal: AbortSignal): Promise<boolean> {
      let NextToken: string | undefined
      do {
        const command = new AdminListGroupsForUserCommand({ UserPoolId, Username: username, Limit: 60, NextToken })
        const page = await cognito.send(command, limit(timeouts.lookUp, signal)).catch(none)
        if (page?.Groups?.some(({ GroupName }) => GroupName === group)) return true
        NextToken = page?.NextToken
      } while (NextToken)
      return false
    },

    /** Is this user enabled now, and still the one with this `sub`? A username may have been given out again. */
    async isActive({ username, sub }: { username: string; sub: string }, signal: AbortSignal): Promise<boolean> {
      const command = new AdminGetUserCommand({ UserPoolId, Username: username })
      const user = await cognito.send(command, limit(timeouts.lookUp, signal)).catch(none)
      const found = user?.UserAttributes?.find(({ Name }) => Name === 'sub')?.Value
      return user?.Enabled === true && found === sub
    },

    /** Ends a session family that must not be used. */
    async revoke(refreshToken: string): Promise<void> {
      const command = new RevokeTokenCommand({ Token: refreshToken, ClientId, ClientSecret })
      await cognito.send(command, limit(timeouts.revoke)).catch((error) => {
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
  // A name that Cognito does not take is nobody's: its rule may be stricter than ours.
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

/** Where no name decides: an error that Cognito blames on the call is our fault, any other means it can't be had now. */
function translate(error: unknown, codes: Record<string, Code> = {}): ImpersonationError {
  const name = errorName(error)
  const otherwise = isClientFault(error) ? 'Fault' : 'Unavailable'
  return new ImpersonationError(codes[name] ?? commonCodes[name] ?? otherwise, { cause: error })
}

/** For look-ups of a user who may be gone. */
function none(error: unknown): undefined {
  if (errorName(error) !== 'UserNotFoundException') throw translate(error)
}

function limit(ms: number, signal?: AbortSignal) {
  const timeout = AbortSignal.timeout(ms)
  return { abortSignal: signal ? AbortSignal.any([timeout, signal]) : timeout }
}
