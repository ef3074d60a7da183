// The four trigger slots of a user pool's LambdaConfig that impersonation needs.

import type { LambdaConfigType } from '@aws-sdk/client-cognito-identity-provider'

const challenges = ['DefineAuthChallenge', 'CreateAuthChallenge', 'VerifyAuthChallengeResponse'] as const

/** The LambdaConfig to set by hand, for error messages. */
export function manualSteps(arn: string): string {
  const slots = challenges.map((slot) => `${slot}=${arn}`)
  return `${slots.join(', ')}, PreTokenGenerationConfig={LambdaVersion=V2_0,LambdaArn=${arn}}`
}

/** The function in each slot that has one. PreTokenGeneration is the old name of PreTokenGenerationConfig. */
export function triggerOwners(config: LambdaConfigType): [slot: string, arn: string][] {
  const slots: [string, string | undefined][] = [
    ...challenges.map((slot): [string, string | undefined] => [slot, config[slot]]),
    ['PreTokenGeneration', config.PreTokenGeneration],
    ['PreTokenGenerationConfig', config.PreTokenGenerationConfig?.LambdaArn],
  ]
  return slots.filter((slot): slot is [string, string] => Boolean(slot[1]))
}

/** Whether this function is in every slot. */
export function hasOurTriggers(config: LambdaConfigType, arn: string): boolean {
  return (
    challenges.every((slot) => config[slot] === arn) &&
    config.PreTokenGenerationConfig?.LambdaArn === arn &&
    config.PreTokenGenerationConfig.LambdaVersion === 'V2_0' &&
    (!config.PreTokenGeneration || config.PreTokenGeneration === arn)
  )
}

/** The config with this function in every slot. */
export function withTriggers(config: LambdaConfigType, arn: string): LambdaConfigType {
  return {
    ...config,
    ...Object.fromEntries(challenges.map((slot) => [slot, arn])),
    // If the config has the old name, Cognito requires the same function under both names.
    ...(config.PreTokenGeneration && { PreTokenGeneration: arn }),
    PreTokenGenerationConfig: { LambdaVersion: 'V2_0', LambdaArn: arn },
  }
}

/** The config without the slots that run one of these functions. */
export function withoutFunctions(config: LambdaConfigType, arns: readonly string[]): LambdaConfigType {
  const ours = triggerOwners(config).filter(([, arn]) => arns.includes(arn))
  const slots = ours.map(([slot]) => slot)
  return Object.fromEntries(Object.entries(config).filter(([slot]) => !slots.includes(slot)))
}

/** The config without any of the slots. */
export function withoutTriggers(config: LambdaConfigType): LambdaConfigType {
  return withoutFunctions(
    config,
    triggerOwners(config).map(([, arn]) => arn),
  )
}
