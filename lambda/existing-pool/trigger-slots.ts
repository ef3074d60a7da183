// The four trigger slots of a user pool's LambdaConfig that impersonation needs.

import type { LambdaConfigType } from '@aws-sdk/client-cognito-identity-provider'
import { challengeSlots, isTriggersArn, type NextTriggers, nextArns, ourTokenVersion } from '../next-triggers.ts'

export interface Triggers {
  /** The ARN of our trigger function. */
  triggersArn: string
  /** The owner's functions. Ours runs them, and detaching puts them back. */
  nextTriggers: NextTriggers
}

export interface ForeignTrigger {
  slot: string
  arn: string
  /** The event version. Set only for PreTokenGeneration. */
  version?: string
}

/** The LambdaConfig to set by hand, for error messages. */
export function manualSteps({ triggersArn, nextTriggers }: Triggers): string {
  const slots = challengeSlots.map((slot) => `${slot}=${triggersArn}`)
  const config = `{LambdaVersion=${ourTokenVersion(nextTriggers)},LambdaArn=${triggersArn}}`
  return `${slots.join(', ')}, PreTokenGenerationConfig=${config}`
}

/** The function in each slot that has one. PreTokenGeneration is the old name of PreTokenGenerationConfig. */
export function triggerOwners(config: LambdaConfigType): ForeignTrigger[] {
  const version = config.PreTokenGenerationConfig?.LambdaVersion ?? 'V1_0'
  const slots = [
    ...challengeSlots.map((slot) => ({ slot, arn: config[slot] })),
    { slot: 'PreTokenGeneration', arn: config.PreTokenGeneration, version },
    { slot: 'PreTokenGenerationConfig', arn: config.PreTokenGenerationConfig?.LambdaArn, version },
  ]
  return slots.filter((slot): slot is ForeignTrigger & typeof slot => Boolean(slot.arn))
}

/** The functions in our slots that are neither ours nor named by `nextTriggers` for that slot and event version. */
export function foreignTriggers(config: LambdaConfigType, { triggersArn, nextTriggers }: Triggers): ForeignTrigger[] {
  const { PreTokenGenerationConfig: tokens, ...challenges } = nextTriggers
  const named: Record<string, string | undefined> = challenges
  return triggerOwners(config).filter(({ slot, arn, version }) => {
    if (arn === triggersArn) return false
    return version === undefined ? arn !== named[slot] : arn !== tokens?.LambdaArn || version !== tokens.LambdaVersion
  })
}

/**
 * The setting `nextTriggers` that names these functions, too. Undefined if one of them is our own function, or that of another
 * deployment: two deployments would take the slots from each other.
 */
export function nextTriggersWith(foreign: readonly ForeignTrigger[], triggers: Triggers): string | undefined {
  if (foreign.some(({ arn }) => isOurs(arn, triggers.triggersArn) || isTriggersArn(arn))) return undefined
  const named = foreign.map(({ slot, arn, version }) =>
    version === undefined ? [slot, arn] : ['PreTokenGenerationConfig', { LambdaVersion: version, LambdaArn: arn }],
  )
  return JSON.stringify({ ...triggers.nextTriggers, ...Object.fromEntries(named) })
}

/** Whether `nextTriggers` names our own function, also by a version or an alias of it: it would call itself. */
export function namesItself({ triggersArn, nextTriggers }: Triggers): boolean {
  return nextArns(nextTriggers).some(([, arn]) => isOurs(arn, triggersArn))
}

/** Whether an ARN names our function, also by a version or an alias. */
export function isOurs(arn: string, triggersArn: string): boolean {
  return arn === triggersArn || arn.startsWith(`${triggersArn}:`)
}

/** Whether our function is in every slot. */
export function hasOurTriggers(config: LambdaConfigType, { triggersArn: arn, nextTriggers }: Triggers): boolean {
  return (
    challengeSlots.every((slot) => config[slot] === arn) &&
    config.PreTokenGenerationConfig?.LambdaArn === arn &&
    config.PreTokenGenerationConfig.LambdaVersion === ourTokenVersion(nextTriggers) &&
    (!config.PreTokenGeneration || config.PreTokenGeneration === arn)
  )
}

/** The config with our function in every slot. */
export function withTriggers(config: LambdaConfigType, { triggersArn: arn, nextTriggers }: Triggers): LambdaConfigType {
  return {
    ...config,
    ...Object.fromEntries(challengeSlots.map((slot) => [slot, arn])),
    // If the config has the old name, Cognito requires the same function under both names.
    ...(config.PreTokenGeneration && { PreTokenGeneration: arn }),
    PreTokenGenerationConfig: { LambdaVersion: ourTokenVersion(nextTriggers), LambdaArn: arn },
  }
}

/** The config with the owner's functions, or nothing, in the slots that run ours. */
export function withoutOurs(config: LambdaConfigType, { triggersArn, nextTriggers }: Triggers): LambdaConfigType {
  const { PreTokenGenerationConfig: tokens, ...challenges } = nextTriggers
  const theirs: Record<string, unknown> = {
    ...challenges,
    PreTokenGeneration: tokens?.LambdaArn,
    PreTokenGenerationConfig: tokens,
  }
  const ours = triggerOwners(config).filter(({ arn }) => arn === triggersArn)
  const slots = ours.map(({ slot }) => [slot, theirs[slot]] as const)
  const changed = { ...config, ...Object.fromEntries(slots) }
  return Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined))
}

/** The config without any of the slots. */
export function withoutTriggers(config: LambdaConfigType): LambdaConfigType {
  const slots = triggerOwners(config).map(({ slot }) => slot)
  return Object.fromEntries(Object.entries(config).filter(([slot]) => !slots.includes(slot)))
}
