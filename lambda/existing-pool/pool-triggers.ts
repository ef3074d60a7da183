// Attaches our triggers to an existing pool and detaches them. Every other setting keeps its value.

import {
  type CognitoIdentityProviderClient,
  GetUserPoolSessionConfigurationCommand,
  type LambdaConfigType,
} from '@aws-sdk/client-cognito-identity-provider'
import { errorName, isClientFault } from '../aws-errors.ts'
import { timeLimit } from '../time-limit.ts'
import {
  type DescribedPool,
  describePool,
  differences,
  type PoolSettings,
  readMfa,
  updatePool,
} from './pool-settings.ts'
import { retry } from './retry.ts'
import {
  type ForeignTrigger,
  foreignTriggers,
  hasOurTriggers,
  manualSteps,
  nextTriggersWith,
  type Triggers,
  triggerOwners,
  withoutOurs,
  withoutTriggers,
  withTriggers,
} from './trigger-slots.ts'

/** An error that another try cannot fix. */
class Refusal extends Error {}

/** An update was sent. The next DescribeUserPool shows whether it took effect. `cause`: the error of UpdateUserPool, if any. */
class UnconfirmedUpdate extends Error {}

/** What to attach or detach, and where. */
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

function assertAttachable(pool: DescribedPool, triggers: Triggers) {
  const { UserPoolTier, LambdaConfig = {} } = pool.settings
  if (UserPoolTier === 'LITE') {
    throw new Refusal(
      "The user pool's feature plan is LITE. Impersonation needs ESSENTIALS or PLUS, where triggers can change access tokens. Nothing was changed. Change the plan, or choose another pool.",
    )
  }
  const foreign = foreignTriggers(LambdaConfig, triggers)
  if (foreign.length > 0) throw slotsTaken(foreign, triggers)
  assertAllKnown(pool, `Deploy a newer version, or ${adviceToAttach(triggers)}`)
}

function slotsTaken(foreign: readonly ForeignTrigger[], triggers: Triggers): Refusal {
  const slots = foreign.map(({ slot, arn, version }) => `${slot} runs ${arn}${version ? ` (${version})` : ''}`)
  const setting = nextTriggersWith(foreign, triggers)
  const run = setting ? `To have impersonation run them, deploy with -c 'nextTriggers=${setting}'. Or remove` : 'Remove'
  return new Refusal(
    `The user pool already has functions in the trigger slots that impersonation needs: ${slots.join('; ')}. Nothing was changed. ${run} these functions from the slots, or choose another pool.`,
  )
}

/** A pool that already has the triggers is not updated, so this always works. */
function adviceToAttach(triggers: Triggers): string {
  return `set the triggers by hand: deploy with attachTriggers=false, set these triggers on the pool, and deploy again without attachTriggers=false. The triggers: ${manualSteps(triggers)}`
}

/** UpdateUserPool resets every setting that it does not receive. */
function assertAllKnown({ unknown }: DescribedPool, advice: string): void {
  if (unknown.length === 0) return
  throw new Refusal(
    `The user pool has settings that this version does not know: ${unknown.join(', ')}. An update would reset them. Nothing was changed. ${advice}`,
  )
}

/** UpdateUserPool sends the role for text messages back, and Cognito then requires the right to pass it. */
function assertMayPass(
  { SmsConfiguration: { SnsCallerArn, EumsSms } = {} }: PoolSettings,
  { smsRoleArn, advice }: Pick<Change, 'smsRoleArn' | 'advice'>,
): void {
  const role = [SnsCallerArn, EumsSms?.CallerArn].find((arn) => arn && arn !== smsRoleArn)
  if (!role) return
  throw new Refusal(
    `The user pool sends text messages with the role ${role}, and Cognito requires the right to pass this role. Nothing was changed. Deploy with -c smsRoleArn=${role}. Or ${advice}`,
  )
}

function assertOthersUnchanged(
  { sent, mfa }: { sent: PoolSettings; mfa: PoolSettings },
  now: { found: PoolSettings; mfa: PoolSettings },
): void {
  const { found } = now
  const others = (settings: PoolSettings) => ({
    ...settings,
    LambdaConfig: withoutTriggers(settings.LambdaConfig ?? {}),
  })
  const changed = differences({ ...others(sent), MFA: mfa }, { ...others(found), MFA: now.mfa })
  if (changed.length === 0) return
  throw new Refusal(
    `The user pool's triggers are correct, but other settings have changed: ${changed.join(', ')}. Another person changed them at the same time, or Cognito rejects a value that it returned. Check these settings and correct them.`,
  )
}

function settingsRejected(error: unknown, advice: string): Refusal {
  return new Refusal(
    `Cognito rejects the user pool's present settings: ${errorText(error)}. Nothing was changed. To continue, ${advice}`,
    { cause: error },
  )
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

function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
