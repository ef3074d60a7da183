// The slots of a user pool's LambdaConfig that impersonation needs: who holds them, and how they are taken and freed.

import type { LambdaConfigType } from '@aws-sdk/client-cognito-identity-provider'

const challenges = ['DefineAuthChallenge', 'CreateAuthChallenge', 'VerifyAuthChallengeResponse'] as const

/** For messages: what to set by hand. */
export function manualSteps(arn: string): string {
  const slots = challenges.map((slot) => `${slot}=${arn}`)
  return `${slots.join(', ')}, PreTokenGenerationConfig={LambdaVersion=V2_0,LambdaArn=${arn}}`
}

/** Which function holds which of the slots. PreTokenGeneration is the older name of PreTokenGenerationConfig. */
export function triggerOwners(config: LambdaConfigType): [slot: string, arn: string][] {
  const slots: [string, string | undefined][] = [
    ...challenges.map((slot): [string, string | undefined] => [slot, config[slot]]),
    ['PreTokenGeneration', config.PreTokenGeneration],
    ['PreTokenGenerationConfig', config.PreTokenGenerationConfig?.LambdaArn],
  ]
  return slots.filter((slot): slot is [string, string] => Boolean(slot[1]))
}

export function isTaken(config: LambdaConfigType, arn: string): boolean {
  return (
    challenges.every((slot) => config[slot] === arn) &&
    config.PreTokenGenerationConfig?.LambdaArn === arn &&
    config.PreTokenGenerationConfig.LambdaVersion === 'V2_0' &&
    (!config.PreTokenGeneration || config.PreTokenGeneration === arn)
  )
}

/** The config with all slots held by `arn`, and everything else as it was. */
export function withTriggers(config: LambdaConfigType, arn: string): LambdaConfigType {
  return {
    ...config,
    ...Object.fromEntries(challenges.map((slot) => [slot, arn])),
    // Cognito wants the older name, where it is given, to agree with the newer.
    ...(config.PreTokenGeneration && { PreTokenGeneration: arn }),
    PreTokenGenerationConfig: { LambdaVersion: 'V2_0', LambdaArn: arn },
  }
}

/** The config without the slots that one of these functions holds. */
export function withoutFunctions(config: LambdaConfigType, arns: readonly string[]): LambdaConfigType {
  const ours = triggerOwners(config).filter(([, arn]) => arns.includes(arn))
  const slots = ours.map(([slot]) => slot)
  return Object.fromEntries(Object.entries(config).filter(([slot]) => !slots.includes(slot)))
}

/** The config without any of the slots, whoever holds them. */
export function withoutTriggers(config: LambdaConfigType): LambdaConfigType {
  return withoutFunctions(
    config,
    triggerOwners(config).map(([, arn]) => arn),
  )
}
