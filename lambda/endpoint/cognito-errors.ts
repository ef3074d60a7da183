// The error codes of Cognito's exceptions when it refuses a subject.

import { errorName } from '../aws-errors.ts'
import { all, type Codes, undelivered } from '../cognito-errors.ts'

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
