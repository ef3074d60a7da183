// The setting `nextTriggers`: the owner's functions in the trigger slots that impersonation needs, in the form of Cognito's LambdaConfig.

import { isObject, parseJson } from './json.ts'

export const challengeSlots = ['DefineAuthChallenge', 'CreateAuthChallenge', 'VerifyAuthChallengeResponse'] as const

export const tokenVersions = ['V1_0', 'V2_0', 'V3_0'] as const

export type ChallengeSlot = (typeof challengeSlots)[number]
export type TokenVersion = (typeof tokenVersions)[number]

export interface NextTriggers {
  DefineAuthChallenge?: string
  CreateAuthChallenge?: string
  VerifyAuthChallengeResponse?: string
  PreTokenGenerationConfig?: { LambdaVersion: TokenVersion; LambdaArn: string }
}

/** @param text a function's setting NEXT_TRIGGERS. @throws Error if it is not a JSON object */
export function readNextTriggers(text: string | undefined): NextTriggers {
  if (!text) return {}
  const value = parseJson(text)
  if (!isObject(value)) throw new Error('setting NEXT_TRIGGERS must be a JSON object')
  return value
}

/** The ARN in each slot that has one. */
export function nextArns(next: NextTriggers): [slot: ChallengeSlot | 'PreTokenGenerationConfig', arn: string][] {
  const challenges = challengeSlots.map((slot) => [slot, next[slot]] as const)
  const all = [...challenges, ['PreTokenGenerationConfig', next.PreTokenGenerationConfig?.LambdaArn] as const]
  return all.flatMap(([slot, arn]) => (arn ? [[slot, arn] as [typeof slot, string]] : []))
}

/** The event version that the pool sends to our function: V2_0, or V3_0 if the owner's trigger needs it. */
export function ourTokenVersion(next: NextTriggers): 'V2_0' | 'V3_0' {
  return next.PreTokenGenerationConfig?.LambdaVersion === 'V3_0' ? 'V3_0' : 'V2_0'
}

/** The name of a deployment's trigger function, and a version or an alias. infra/functions/triggers-name.ts composes it. */
export const triggersNamePattern = /^(.+)-triggers-[0-9a-f]{8}(?=:|$)/

/** Whether a function's ARN has the form of a trigger function's that some deployment of impersonation made. */
export function isTriggersArn(arn: string): boolean {
  const [, , , , , , ...name] = arn.split(':')
  return triggersNamePattern.test(name.join(':'))
}
