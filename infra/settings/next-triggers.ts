// The rule for the setting nextTriggers: the pool's own triggers, in the form of Cognito's LambdaConfig.

import { Token } from 'aws-cdk-lib'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { isObject, parseJson } from '../../lambda/json.ts'
import { challengeSlots, type NextTriggers, type TokenVersion, tokenVersions } from '../../lambda/next-triggers.ts'
import type { Rule } from './rules.ts'

/** The setting in a CDK app: a property can be an ARN or the function itself. */
export interface NextTriggersProps {
  DefineAuthChallenge?: string | IFunction
  CreateAuthChallenge?: string | IFunction
  VerifyAuthChallengeResponse?: string | IFunction
  PreTokenGenerationConfig?: { LambdaVersion: TokenVersion; LambdaArn: string | IFunction }
}

const arnPattern = /^arn:aws[\w-]*:lambda:[a-z\d-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/

export const nextTriggersRule: Rule<NextTriggers> = {
  must: `an object in the shape of Cognito's LambdaConfig: ${challengeSlots.join(', ')}, each the ARN of a Lambda function, and PreTokenGenerationConfig with LambdaVersion (${tokenVersions.join(', ')}) and LambdaArn`,
  read(value) {
    const slots = typeof value === 'string' ? parseJson(value) : value
    if (!isObject(slots)) return undefined
    const { PreTokenGenerationConfig, PreTokenGeneration, ...challenges } = slots
    if (Object.keys(challenges).some((slot) => !(challengeSlots as readonly string[]).includes(slot))) return undefined
    const arns = challengeSlots.flatMap((slot) => (slot in challenges ? [[slot, arnOf(challenges[slot])]] : []))
    if (arns.some(([, arn]) => arn === undefined)) return undefined
    const tokens = readTokens(PreTokenGenerationConfig, PreTokenGeneration)
    if (tokens === undefined) return undefined
    return { ...Object.fromEntries(arns), ...tokens }
  },
}

/**
 * Reads PreTokenGenerationConfig, or its older name PreTokenGeneration, where an ARN means V1_0. DescribeUserPool returns
 * both names for one function.
 * @returns undefined if they break the rule
 */
function readTokens(config: unknown, older: unknown): Pick<NextTriggers, 'PreTokenGenerationConfig'> | undefined {
  if (config === undefined && older === undefined) return {}
  const only = config ?? (arnOf(older) ? { LambdaVersion: 'V1_0', LambdaArn: older } : older)
  if (!isObject(only) || Object.keys(only).length !== 2) return undefined
  const LambdaArn = arnOf(only.LambdaArn)
  const LambdaVersion = tokenVersions.find((version) => version === only.LambdaVersion)
  if (!LambdaArn || !LambdaVersion) return undefined
  if (config !== undefined && older !== undefined && arnOf(older) !== LambdaArn) return undefined
  return { PreTokenGenerationConfig: { LambdaVersion, LambdaArn } }
}

function arnOf(value: unknown): string | undefined {
  const arn = isObject(value) ? value.functionArn : value
  return typeof arn === 'string' && (Token.isUnresolved(arn) || arnPattern.test(arn)) ? arn : undefined
}
