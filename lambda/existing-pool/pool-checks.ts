// Checks an existing pool before and after an update. The messages are for the person who deploys.

import { isTriggersArn } from '../next-triggers.ts'
import { type DescribedPool, differences, type PoolSettings } from './pool-settings.ts'
import {
  type ForeignTrigger,
  foreignTriggers,
  isOurs,
  manualSteps,
  nextTriggersWith,
  type Triggers,
  withoutTriggers,
} from './trigger-slots.ts'

/** An error that another try cannot fix. */
export class Refusal extends Error {}

export function assertAttachable(pool: DescribedPool, triggers: Triggers) {
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
  const other = foreign.find(({ arn }) => isTriggersArn(arn) && !isOurs(arn, triggers.triggersArn))
  const cause = other
    ? ` ${other.arn} seems to be the trigger function of another deployment of impersonation, perhaps a removed one. A pool can have only one deployment.`
    : ''
  return new Refusal(
    `The user pool already has functions in the trigger slots that impersonation needs: ${slots.join('; ')}. Nothing was changed.${cause} ${run} these functions from the slots, or choose another pool.`,
  )
}

/** A pool that already has the triggers is not updated, so this always works. */
export function adviceToAttach(triggers: Triggers): string {
  return `set the triggers by hand: deploy with attachTriggers=false, set these triggers on the pool, and deploy again without attachTriggers=false. The triggers: ${manualSteps(triggers)}`
}

/** UpdateUserPool resets every setting that it does not receive. */
export function assertAllKnown({ unknown }: DescribedPool, advice: string): void {
  if (unknown.length === 0) return
  throw new Refusal(
    `The user pool has settings that this version does not know: ${unknown.join(', ')}. An update would reset them. Nothing was changed. ${advice}`,
  )
}

/** UpdateUserPool sends the role for text messages back, and Cognito then requires the right to pass it. */
export function assertMayPass(
  { SmsConfiguration: { SnsCallerArn, EumsSms } = {} }: PoolSettings,
  { smsRoleArn, advice }: { smsRoleArn: string | undefined; advice: string },
): void {
  const role = [SnsCallerArn, EumsSms?.CallerArn].find((arn) => arn && arn !== smsRoleArn)
  if (!role) return
  throw new Refusal(
    `The user pool sends text messages with the role ${role}, and Cognito requires the right to pass this role. Nothing was changed. Deploy with -c smsRoleArn=${role}. Or ${advice}`,
  )
}

export function assertOthersUnchanged(
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

export function settingsRejected(error: unknown, advice: string): Refusal {
  return new Refusal(
    `Cognito rejects the user pool's present settings: ${errorText(error)}. Nothing was changed. To continue, ${advice}`,
    { cause: error },
  )
}

export function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
