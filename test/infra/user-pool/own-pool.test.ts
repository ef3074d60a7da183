// The own pool.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { ofType, onlyOne, type StackTemplate, templateOf } from '../template.ts'

let template: StackTemplate
beforeAll(() => {
  template = templateOf()
})

describe('own pool', () => {
  test('signs users in by username or e-mail; only administrators create users', () => {
    expect(onlyOne(template, 'AWS::Cognito::UserPool')).toMatchObject({
      UserPoolTier: 'ESSENTIALS',
      AliasAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
    })
  })

  test('runs the trigger function for all four triggers, PreTokenGeneration as V2_0', () => {
    const { FunctionName } = ofType(template, 'AWS::Lambda::Function')['Triggers/Function'] ?? {}
    const arn = `arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:${FunctionName}`
    expect(onlyOne(template, 'AWS::Cognito::UserPool').LambdaConfig).toEqual({
      DefineAuthChallenge: arn,
      CreateAuthChallenge: arn,
      VerifyAuthChallengeResponse: arn,
      PreTokenGenerationConfig: { LambdaArn: arn, LambdaVersion: 'V2_0' },
    })
  })

  test('has the impersonators’ group and the protected groups', () => {
    const changed = templateOf({ impersonatorsGroup: 'support', protectedGroups: 'support,board' })
    const groups = (of: StackTemplate) => Object.values(ofType(of, 'AWS::Cognito::UserPoolGroup'))
    expect(groups(template).map(({ GroupName }) => GroupName)).toEqual(['impersonators', 'admins'])
    expect(groups(changed).map(({ GroupName }) => GroupName)).toEqual(['support', 'board'])
  })
})
