// Puts the triggers on a user pool that somebody else made, and takes them off, leaving all else as it was.

import { setTimeout as sleep } from 'node:timers/promises'
import type { CognitoIdentityProviderClient, LambdaConfigType } from '@aws-sdk/client-cognito-identity-provider'
import { errorName, isClientFault } from '../aws-errors.ts'
import { type DescribedPool, describePool, differences, type PoolSettings, updatePool } from './pool-settings.ts'
import {
  isTaken,
  manualSteps,
  triggerOwners,
  withoutFunctions,
  withoutTriggers,
  withTriggers,
} from './trigger-slots.ts'

/** What no further try would change. */
class Refusal extends Error {}

export type PoolTriggers = ReturnType<typeof createPoolTriggers>

/** The longest that one call may take, ms. */
const callTimeout = 10_000

/** Refused by Cognito for now: the next try starts from the pool as it then is. */
const passing = new Set([
  'ConcurrentModificationException',
  'TooManyRequestsException',
  'ThrottlingException',
  'LimitExceededException',
  // A policy made a moment ago may not hold everywhere yet.
  'AccessDeniedException',
])

/**
 * @param cognito must not send again by itself: what is sent again would be of a pool that has changed meanwhile.
 * @param pauses before each further try, ms
 */
export function createPoolTriggers(
  cognito: CognitoIdentityProviderClient,
  pauses: readonly number[] = [100, 500, 1_000, 2_000, 4_000, 8_000],
) {
  /**
   * Describes, updates where `edit` wants it, and looks again, until the pool is as wanted.
   * @param edit what LambdaConfig must be; undefined where it is so already
   */
  async function change(
    userPoolId: string,
    signal: AbortSignal,
    edit: (pool: DescribedPool) => LambdaConfigType | undefined,
    wayOut: string,
  ): Promise<void> {
    let sent: PoolSettings | undefined
    let failure: unknown
    for (const pause of [...pauses, 0]) {
      try {
        const pool = await describePool(cognito, userPoolId, limit(signal))
        const LambdaConfig = edit(pool)
        if (!LambdaConfig) return assertUntouched(sent, pool.settings)
        sent = { ...pool.settings, LambdaConfig }
        failure = await updatePool(cognito, userPoolId, sent, limit(signal)).catch((error) => {
          // Of the pool, or of something that it names: the next look tells.
          if (isPassing(error) || errorName(error) === 'ResourceNotFoundException') return error
          throw notTakenBack(error, wayOut)
        })
      } catch (error) {
        if (!isPassing(error)) throw error
        failure = error
      }
      // What was sent is not what is there, until it has been seen.
      await sleep(pause, undefined, { signal })
    }
    const why = failure === undefined ? 'it does not keep what UpdateUserPool sets' : worded(failure)
    throw new Error(`the user pool could not be changed: ${why}; try again, or ${wayOut}`, { cause: failure })
  }

  return {
    /**
     * @param former a function whose slots count as ours too
     * @throws Error that says what is in the way, with nothing changed; or what is not as before, after the change
     */
    attach(userPoolId: string, arn: string, signal: AbortSignal, former?: string): Promise<void> {
      const edit = (pool: DescribedPool) => {
        const config = pool.settings.LambdaConfig ?? {}
        if (isTaken(config, arn)) return undefined
        assertAttachable(pool, [arn, former])
        return withTriggers(config, arn)
      }
      return change(userPoolId, signal, edit, handWork(arn))
    },

    /** A pool that is gone, or has none of our triggers, is left alone. @throws Error as above */
    async detach(userPoolId: string, arn: string, signal: AbortSignal): Promise<void> {
      const wayOut = `take the triggers of ${arn} off by hand, then delete again`
      const edit = (pool: DescribedPool) => {
        const config = pool.settings.LambdaConfig ?? {}
        if (!triggerOwners(config).some(([, holder]) => holder === arn)) return undefined
        assertKnown(pool, wayOut)
        return withoutFunctions(config, [arn])
      }
      await change(userPoolId, signal, edit, wayOut).catch((error) => {
        if (errorName(error) !== 'ResourceNotFoundException') throw error
      })
    },
  }
}

function assertAttachable(pool: DescribedPool, ours: readonly (string | undefined)[]): void {
  const { UserPoolTier, LambdaConfig = {} } = pool.settings
  if (UserPoolTier === 'LITE') {
    throw new Refusal(
      "the user pool's feature plan is LITE, but impersonation needs ESSENTIALS or PLUS, whose triggers can change access tokens; nothing was changed",
    )
  }
  const foreign = triggerOwners(LambdaConfig).filter(([, arn]) => !ours.includes(arn))
  if (foreign.length > 0) {
    const slots = foreign.map(([slot, arn]) => `${slot} runs ${arn}`)
    throw new Refusal(
      `the user pool has triggers where impersonation needs its own: ${slots.join('; ')}; nothing was changed; take them off, or choose another pool`,
    )
  }
  assertKnown(pool, `deploy a newer version, or ${handWork(ours[0] ?? '')}`)
}

/** A pool that has the triggers needs no update. */
function handWork(arn: string): string {
  return `deploy with attachTriggers=false, set these triggers by hand, and deploy again without that: ${manualSteps(arn)}`
}

/** An update would reset what it does not send. */
function assertKnown({ unknown }: DescribedPool, wayOut: string): void {
  if (unknown.length === 0) return
  throw new Refusal(
    `the user pool has settings that this version does not know and would reset: ${unknown.join(', ')}; nothing was changed; ${wayOut}`,
  )
}

/** @param sent what was last sent, if anything was */
function assertUntouched(sent: PoolSettings | undefined, found: PoolSettings): void {
  if (!sent) return
  const besidesOurs = (settings: PoolSettings) => ({
    ...settings,
    LambdaConfig: withoutTriggers(settings.LambdaConfig ?? {}),
  })
  const paths = differences(besidesOurs(sent), besidesOurs(found))
  if (paths.length === 0) return
  throw new Refusal(
    `the user pool runs its triggers as it should, but of its other settings these are not as before: ${paths.join(', ')}; somebody changed them at this moment, or Cognito does not take back what it gives; look at them and set them right`,
  )
}

function notTakenBack(error: unknown, wayOut: string): Refusal {
  return new Refusal(
    `Cognito does not take the user pool's settings back as it gave them: ${worded(error)}; nothing was changed; ${wayOut}`,
    { cause: error },
  )
}

/** What is not blamed on the call may also mean that its answer was lost: the next look tells. */
function isPassing(error: unknown): boolean {
  if (error instanceof Refusal) return false
  return !isClientFault(error) || passing.has(errorName(error))
}

function worded(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

function limit(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(callTimeout)])
}
