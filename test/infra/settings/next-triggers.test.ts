// The setting nextTriggers: its rule, and its errors at synth.

import { describe, expect, test } from '@jest/globals'
import { App, Stack } from 'aws-cdk-lib'
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { nextTriggersRule } from '../../../infra/settings/next-triggers.ts'
import { readSettings } from '../../../infra/settings/read-settings.ts'
import { assertNextTriggers } from '../../../infra/user-pool/next-triggers.ts'

const arn = 'arn:aws:lambda:us-east-1:123456789012:function:theirs'
const tokens = (LambdaVersion: unknown, LambdaArn: unknown = arn) => ({ LambdaVersion, LambdaArn })

describe('the rule', () => {
  test.each<[string, unknown, unknown]>([
    ['nothing', {}, {}],
    ['a slot', { DefineAuthChallenge: arn }, { DefineAuthChallenge: arn }],
    ['text', JSON.stringify({ CreateAuthChallenge: `${arn}:live` }), { CreateAuthChallenge: `${arn}:live` }],
    ...['V1_0', 'V2_0', 'V3_0'].map((version): [string, unknown, unknown] => [
      version,
      { PreTokenGenerationConfig: tokens(version) },
      { PreTokenGenerationConfig: tokens(version) },
    ]),
    ['the older name', { PreTokenGeneration: arn }, { PreTokenGenerationConfig: tokens('V1_0') }],
    [
      'the older name with a version',
      { PreTokenGeneration: tokens('V2_0') },
      { PreTokenGenerationConfig: tokens('V2_0') },
    ],
    [
      'both names, as DescribeUserPool gives them',
      { PreTokenGeneration: arn, PreTokenGenerationConfig: tokens('V2_0') },
      { PreTokenGenerationConfig: tokens('V2_0') },
    ],
  ])('accepts %s', (_, value, read) => {
    expect(nextTriggersRule.read(value)).toEqual(read)
  })

  test.each<[string, unknown]>([
    ['another slot', { PreSignUp: arn }],
    ['a name', { DefineAuthChallenge: 'theirs' }],
    // A permission for such an ARN would allow many functions.
    ['every function of that beginning', { DefineAuthChallenge: `${arn}*` }],
    ['every version', { DefineAuthChallenge: `${arn}:*` }],
    ['an ARN after something else', { DefineAuthChallenge: `*${arn}` }],
    ['an ARN of something else', { DefineAuthChallenge: arn.replace(':lambda:', ':sns:') }],
    ['an empty ARN', { DefineAuthChallenge: '' }],
    ['undefined in a slot', { DefineAuthChallenge: undefined }],
    ['a version that does not exist', { PreTokenGenerationConfig: tokens('V4_0') }],
    ['tokens without a version', { PreTokenGenerationConfig: { LambdaArn: arn } }],
    ['tokens without an ARN', { PreTokenGenerationConfig: { LambdaVersion: 'V1_0' } }],
    ['tokens with more', { PreTokenGenerationConfig: { ...tokens('V1_0'), More: 1 } }],
    ['an ARN in the newer name', { PreTokenGenerationConfig: arn }],
    ['two functions for the tokens', { PreTokenGeneration: `${arn}-2`, PreTokenGenerationConfig: tokens('V2_0') }],
    ['a list', [arn]],
    ['text that is not JSON', 'theirs'],
    ['a number', 7],
    ['null', null],
  ])('refuses %s, with an error that names the rule', (_, value) => {
    expect(nextTriggersRule.read(value)).toBeUndefined()
    const read = () => readSettings({ nextTriggers: value })
    expect(read).toThrow('setting nextTriggers is ')
    expect(read).toThrow('V1_0, V2_0, V3_0')
  })

  test('accepts constructs of functions, and its error shows their paths', () => {
    const stack = new Stack(new App(), 'Shop')
    const theirs = LambdaFunction.fromFunctionArn(stack, 'Theirs', arn)
    expect(nextTriggersRule.read({ VerifyAuthChallengeResponse: theirs })).toEqual({ VerifyAuthChallengeResponse: arn })
    expect(() => readSettings({ nextTriggers: { PreSignUp: theirs } })).toThrow('Shop/Theirs')
  })
})

describe('synth', () => {
  const check = (functionArn: string, env: { region?: string; account?: string } = {}, userPoolId = 'us-east-1_A') => {
    const stack = new Stack(new App(), 'Shop', { env, stackName: 'Shop' })
    return () => assertNextTriggers(stack, { DefineAuthChallenge: functionArn }, userPoolId)
  }
  test('accepts a function of the stack’s account and region', () => {
    expect(check(arn, { region: 'us-east-1', account: '123456789012' })).not.toThrow()
    expect(check(arn)).not.toThrow()
  })
  test.each([
    ['in another account', arn, { account: '210987654321' }, 'us-east-1_A'],
    ['in another region', arn, { region: 'eu-west-1' }, 'eu-west-1_A'],
    ['in another region than the pool', arn, {}, 'eu-west-1_A'],
  ])('refuses a function %s', (_, functionArn, env, userPoolId) => {
    expect(check(functionArn, env, userPoolId)).toThrow(`setting nextTriggers: DefineAuthChallenge is ${arn}`)
  })
  test.each(['Shop-triggers-05955157', 'Shop-triggers-05955157:live'])(
    'refuses the stack’s own function: %s',
    (name) => {
      expect(check(arn.replace('theirs', name))).toThrow('would call itself')
    },
  )
  test.each(['Other-triggers-05955157', 'Shop-triggers', 'Shop-triggers-05955157-2'])(
    'accepts a function with a similar name: %s',
    (name) => expect(check(arn.replace('theirs', name))).not.toThrow(),
  )
})
