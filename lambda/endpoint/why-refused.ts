// Finds out why Cognito refused a subject, if the exception does not give the reason.

import { randomUUID } from 'node:crypto'
import {
  AdminGetUserCommand,
  type CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { errorName, isClientFault } from '../aws-errors.ts'
import { translate } from '../cognito-errors.ts'
import type { EndpointConfig } from '../config.ts'
import { ImpersonationError } from '../errors.ts'
import { timeLimit } from '../time-limit.ts'
import { lookUpCodes, refusedStateCodes, stateCodes, type UnexplainedRefusal } from './cognito-errors.ts'

/** The time limit of one call, including retries, in ms. */
const timeout = 4_000

export function createWhyRefused(options: {
  cognito: CognitoIdentityProviderClient
  config: Pick<EndpointConfig, 'userPoolId' | 'impersonationClientId'>
  secretHash: (username: string) => string
}) {
  const { cognito, config, secretHash } = options

  /**
   * Call this only after the actor's right is confirmed. The response time depends on the subject, so a caller without the
   * right could learn which users exist.
   */
  return async function whyRefused(refusal: UnexplainedRefusal, signal: AbortSignal): Promise<ImpersonationError> {
    return lookUp(refusal, signal).catch((error) => translate(error, lookUpCodes))
  }

  async function lookUp({ call, username, cause }: UnexplainedRefusal, signal: AbortSignal) {
    const command = new AdminGetUserCommand({ UserPoolId: config.userPoolId, Username: username })
    const { Enabled, UserStatus = '' } = await cognito.send(command, { abortSignal: timeLimit(timeout, signal) })
    if (Enabled === false) return new ImpersonationError('SubjectDisabled', { cause })
    const code = stateCodes[UserStatus]
    if (code) return new ImpersonationError(code, { cause })

    // The subject's state allows a sign-in.
    if (errorName(cause) === 'InvalidParameterException') return new ImpersonationError('TriggersDetached', { cause })
    const refused = call === 'challenge' ? refusedStateCodes[UserStatus] : undefined
    if (!refused) return new ImpersonationError('Unavailable', { cause })
    if (await isSecretAccepted(signal)) return new ImpersonationError(refused, { cause })
    const message = "Cognito refuses the impersonation client's secret"
    return new ImpersonationError('Unavailable', { message, cause })
  }

  /**
   * Whether Cognito still accepts the client's secret. Cognito throws NotAuthorizedException for a wrong secret, as for a
   * refused subject. So this starts a sign-in with a random username. With the right secret, the sign-in fails with
   * UserNotFoundException and runs no trigger.
   */
  async function isSecretAccepted(signal: AbortSignal): Promise<boolean> {
    const USERNAME = randomUUID()
    const command = new InitiateAuthCommand({
      ClientId: config.impersonationClientId,
      AuthFlow: 'CUSTOM_AUTH',
      AuthParameters: { USERNAME, SECRET_HASH: secretHash(USERNAME) },
    })
    try {
      await cognito.send(command, { abortSignal: timeLimit(timeout, signal) })
    } catch (error) {
      if (!isClientFault(error)) throw error
      return errorName(error) !== 'NotAuthorizedException'
    }
    return true
  }
}
