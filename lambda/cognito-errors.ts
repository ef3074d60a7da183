// Translates Cognito's exceptions to error codes.

import { errorName, isClientFault } from './aws-errors.ts'
import { type Code, ImpersonationError } from './errors.ts'

/** Error codes by the exception's name. */
export type Codes = Readonly<Record<string, Code>>

/**
 * Cognito can't send a verification code. In a sign-in by Basic, this happens only after the right password, so the caller
 * must get the same response as for a wrong one.
 */
export const undelivered = [
  'CodeDeliveryFailureException',
  'InvalidEmailRoleAccessPolicyException',
  'InvalidSmsRoleAccessPolicyException',
  'InvalidSmsRoleTrustRelationshipException',
]

export const all = (names: readonly string[], code: Code): Codes =>
  Object.fromEntries(names.map((name) => [name, code]))

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
