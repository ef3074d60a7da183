// Finds out why Cognito refused a subject, if the exception does not give the reason.

import { randomUUID } from 'node:crypto'
import {
  AdminGetUserCommand,
  type AdminGetUserCommandOutput,
  type CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { errorName, isClientFault } from '../aws-errors.ts'
import { translate } from '../cognito-errors.ts'
import type { EndpointConfig } from '../config.ts'
import { ImpersonationError } from '../errors.ts'
import type { Subject } from '../records-schema.ts'
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
   * @returns the reason, with the subject if Cognito knows them.
   */
  return async function whyRefused(refusal: UnexplainedRefusal, signal: AbortSignal): Promise<ImpersonationError> {
    const command = new AdminGetUserCommand({ UserPoolId: config.userPoolId, Username: refusal.username })
    try {
      const user = await cognito.send(command, { abortSignal: timeLimit(timeout, signal) })
      const reason = await explain(refusal, user, signal).catch((error) => translate(error))
      return Object.assign(reason, subjectOf(user))
    } catch (error) {
      return translate(error, lookUpCodes)
    }
  }

  async function explain(
    { call, cause }: UnexplainedRefusal,
    { Enabled, UserStatus }: AdminGetUserCommandOutput,
    signal: AbortSignal,
  ) {
    if (Enabled === false) return new ImpersonationError('SubjectDisabled', { cause })
    const code = stateCodes[String(UserStatus)]
    if (code) return new ImpersonationError(code, { cause })

    // The subject's state allows a sign-in.
    if (errorName(cause) === 'InvalidParameterException') return new ImpersonationError('TriggersDetached', { cause })
    const refused = call === 'challenge' ? refusedStateCodes[String(UserStatus)] : undefined
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

function subjectOf({ Username, UserAttributes }: AdminGetUserCommandOutput): { subject?: Subject } {
  const sub = UserAttributes?.find(({ Name }) => Name === 'sub')?.Value
  return sub && Username ? { subject: { sub, username: Username } } : {}
}
