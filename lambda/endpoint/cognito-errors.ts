// Translates Cognito's exceptions to error codes, for each call.

import { errorName, isClientFault } from '../aws-errors.ts'
import { type Code, ImpersonationError } from '../errors.ts'

type Codes = Readonly<Record<string, Code>>

/** The calls of a subject's sign-in. */
export type SubjectCall = 'challenge' | 'answer'

/** Cognito refused a subject, and the exception does not give the reason. `whyRefused` finds it. */
export class UnexplainedRefusal extends Error {
  readonly call: SubjectCall
  readonly username: string

  constructor({ call, username, cause }: { call: SubjectCall; username: string; cause: unknown }) {
    super(`Cognito refused the subject: ${errorName(cause)}`, { cause })
    this.name = 'UnexplainedRefusal'
    this.call = call
    this.username = username
  }
}

/**
 * Cognito can't send a verification code. In a sign-in by Basic, this happens only after the right password, so the caller
 * must get the same response as for a wrong one.
 */
const undelivered = [
  'CodeDeliveryFailureException',
  'InvalidEmailRoleAccessPolicyException',
  'InvalidSmsRoleAccessPolicyException',
  'InvalidSmsRoleTrustRelationshipException',
]

const all = (names: readonly string[], code: Code): Codes => Object.fromEntries(names.map((name) => [name, code]))

const answerCodes: Codes = {
  ...all(undelivered, 'SubjectChallenged'),
  InvalidUserPoolConfigurationException: 'TriggersDetached',
  UserNotFoundException: 'SubjectNotFound',
  UserNotConfirmedException: 'SubjectUnconfirmed',
  PasswordResetRequiredException: 'SubjectMustResetPassword',
  MFAMethodNotFoundException: 'SubjectChallenged',
}

/** The codes of a subject's sign-in. */
export const subjectCodes: Readonly<Record<SubjectCall, Codes>> = {
  challenge: {
    ...answerCodes,
    // A trigger of the pool's owner refused. Our triggers throw here only if they are broken: see SubjectRefused in RUNBOOK.md.
    UserLambdaValidationException: 'SubjectRefused',
  },
  answer: answerCodes,
}

/** The codes of a subject's look-up. Cognito may reject a username that our rule accepts. No user has such a username. */
export const lookUpCodes: Codes = {
  UserNotFoundException: 'SubjectNotFound',
  InvalidParameterException: 'SubjectNotFound',
}

/** The codes for user states that do not allow a sign-in at the pool. */
export const stateCodes: Codes = {
  UNCONFIRMED: 'SubjectUnconfirmed',
  RESET_REQUIRED: 'SubjectMustResetPassword',
  EXTERNAL_PROVIDER: 'SubjectFederated',
}

/** The codes for user states that allow a sign-in, if Cognito still refuses to start it. */
export const refusedStateCodes: Codes = {
  CONFIRMED: 'SubjectRefused',
  FORCE_CHANGE_PASSWORD: 'SubjectInvitationExpired',
}

/** The codes of an actor's sign-in. InvalidParameterException becomes a fault: the actors' client does not allow the flow. */
export const signInCodes: Codes = all(
  [
    ...undelivered,
    'NotAuthorizedException',
    'UserNotFoundException',
    'UserNotConfirmedException',
    'PasswordResetRequiredException',
    'MFAMethodNotFoundException',
    'UserLambdaValidationException',
  ],
  'CredentialsInvalid',
)

const commonCodes: Codes = {
  TooManyRequestsException: 'TooManyRequests',
  LimitExceededException: 'TooManyRequests',
  ThrottlingException: 'TooManyRequests',
  UserLambdaValidationException: 'TriggerRefused',
  UnexpectedLambdaException: 'Unavailable',
  InvalidLambdaResponseException: 'Unavailable',
  NotAuthorizedException: 'Unavailable',
}

/** An unlisted client error becomes Fault. Any other unlisted error becomes Unavailable. */
export function translate(error: unknown, codes: Codes = {}): ImpersonationError {
  const name = errorName(error)
  const otherwise = isClientFault(error) ? 'Fault' : 'Unavailable'
  return new ImpersonationError(codes[name] ?? commonCodes[name] ?? otherwise, { cause: error })
}
