// Attaches our triggers to an existing pool and detaches them. Every other setting keeps its value.

import {
  type CognitoIdentityProviderClient,
  GetUserPoolSessionConfigurationCommand,
  type LambdaConfigType,
} from '@aws-sdk/client-cognito-identity-provider'
import { errorName, isClientFault } from '../aws-errors.ts'
import { timeLimit } from '../time-limit.ts'
import {
  adviceToAttach,
  assertAllKnown,
  assertAttachable,
  assertMayPass,
  assertOthersUnchanged,
  errorText,
  Refusal,
  settingsRejected,
} from './pool-checks.ts'
import { type DescribedPool, describePool, type PoolSettings, readMfa, updatePool } from './pool-settings.ts'
import { retry } from './retry.ts'
import { hasOurTriggers, type Triggers, triggerOwners, withoutOurs, withTriggers } from './trigger-slots.ts'

/** An update was sent. The next DescribeUserPool shows whether it took effect. `cause`: the error of UpdateUserPool, if any. */
class UnconfirmedUpdate extends Error {}

/** The pool, the triggers, and the limits of one call. */
export interface Attachment extends Triggers {
  userPoolId: string
  /** The role that an update may pass to Cognito. */
  smsRoleArn: string | undefined
  signal: AbortSignal
}

export type PoolTriggers = ReturnType<typeof createPoolTriggers>

interface Change extends Pick<Attachment, 'userPoolId' | 'smsRoleArn' | 'signal'> {
  /** Returns the LambdaConfig to set, or undefined if the pool already has it. Throws if the pool must not be updated. */
  newConfig(pool: DescribedPool): LambdaConfigType | undefined
  /** How to continue by hand, for error messages. */
  advice: string
}

/** The longest that one call may take, ms. */
const callTimeout = 10_000

/** Client faults that another try can fix. Each try first reads the pool again. */
const temporaryErrors = new Set([
  'ConcurrentModificationException',
  'TooManyRequestsException',
  'ThrottlingException',
  'LimitExceededException',
  // A new IAM policy can take some seconds to apply.
  'AccessDeniedException',
])

/**
 * @param cognito must not retry by itself: a repeated UpdateUserPool would undo changes made to the pool in between.
 * @param pauses before each further try, ms
 */
export function createPoolTriggers(
  cognito: CognitoIdentityProviderClient,
  pauses: readonly number[] = [100, 500, 1_000, 2_000, 4_000, 8_000],
) {
  /** Reads the pool, updates it if necessary, and reads it again, until it has the new LambdaConfig. */
  async function change({ userPoolId, smsRoleArn, signal, newConfig, advice }: Change): Promise<void> {
    /** The last update, and the settings of MFA before it. */
    let before: { sent: PoolSettings; mfa: PoolSettings } | undefined
    const mfaNow = () => readMfa(cognito, userPoolId, timeLimit(callTimeout, signal))

    async function checkAndUpdate(): Promise<void> {
      const pool = await describePool(cognito, userPoolId, timeLimit(callTimeout, signal))
      const LambdaConfig = newConfig(pool)
      if (!LambdaConfig) {
        if (before) assertOthersUnchanged(before, { found: pool.settings, mfa: await mfaNow() })
        return
      }
      assertMayPass(pool.settings, { smsRoleArn, advice })
      const sent = { ...pool.settings, LambdaConfig }
      before = { sent, mfa: await mfaNow() }
      const error: unknown = await updatePool(cognito, userPoolId, sent, timeLimit(callTimeout, signal)).catch(
        (error) => error,
      )
      // The pool is missing, or a resource in its settings is. The next DescribeUserPool shows which.
      const missing = errorName(error) === 'ResourceNotFoundException'
      if (error && !isTemporary(error) && !missing) throw settingsRejected(error, advice)
      // Trust the update only after reading it back.
      throw new UnconfirmedUpdate('the update is not confirmed', { cause: error })
    }

    await retry(checkAndUpdate, { pauses, signal, isRetryable: isTemporary }).catch((error) => {
      throw isTemporary(error) && !signal.aborted ? notChanged(error, advice) : error
    })
  }

  return {
    /** How many sessions a user may have. Undefined: the pool does not count them. @throws AWS's errors. */
    async sessionLimit({ userPoolId, signal }: Pick<Attachment, 'userPoolId' | 'signal'>): Promise<number | undefined> {
      const command = new GetUserPoolSessionConfigurationCommand({ UserPoolId: userPoolId })
      const { UserSessionTracking, TokenSession } = await cognito.send(command, {
        abortSignal: timeLimit(callTimeout, signal),
      })
      return UserSessionTracking === 'ENABLED' ? TokenSession?.MaxPerUser : undefined
    },

    /**
     * @throws Error saying why the triggers can't be attached, with the pool unchanged; or, after the update, naming
     *   the other settings that changed
     */
    async attach({ userPoolId, smsRoleArn, signal, ...triggers }: Attachment): Promise<void> {
      const newConfig = (pool: DescribedPool) => {
        const config = pool.settings.LambdaConfig ?? {}
        if (hasOurTriggers(config, triggers)) return undefined
        assertAttachable(pool, triggers)
        return withTriggers(config, triggers)
      }
      await change({ userPoolId, smsRoleArn, signal, newConfig, advice: adviceToAttach(triggers) })
    },

    /**
     * Puts the owner's functions back into the slots that run ours. Does nothing if the pool is deleted or runs none of
     * our triggers. @throws Error as `attach` does
     */
    async detach({ userPoolId, smsRoleArn, signal, ...triggers }: Attachment): Promise<void> {
      const { triggersArn } = triggers
      const advice = `remove the triggers that run ${triggersArn} by hand, then delete again.`
      const newConfig = (pool: DescribedPool) => {
        const config = pool.settings.LambdaConfig ?? {}
        if (!triggerOwners(config).some(({ arn }) => arn === triggersArn)) return undefined
        assertAllKnown(pool, `To continue, ${advice}`)
        return withoutOurs(config, triggers)
      }
      await change({ userPoolId, smsRoleArn, signal, newConfig, advice }).catch((error) => {
        if (errorName(error) !== 'ResourceNotFoundException') throw error
      })
    },
  }
}

function notChanged(error: unknown, advice: string): Error {
  const cause = error instanceof UnconfirmedUpdate ? error.cause : error
  const why = cause === undefined ? 'it does not keep the settings that UpdateUserPool sends' : errorText(cause)
  return new Error(`The user pool could not be changed: ${why}. Try again, or ${advice}`, { cause })
}

/** An error that AWS does not blame on the call can also mean a lost response: the next DescribeUserPool tells. */
function isTemporary(error: unknown): boolean {
  if (error instanceof Refusal) return false
  return !isClientFault(error) || temporaryErrors.has(errorName(error))
}
