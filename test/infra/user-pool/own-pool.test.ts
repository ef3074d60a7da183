// The own pool.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { ofType, onlyOne, type StackTemplate, templateOf } from '../template.ts'

let template: StackTemplate
beforeAll(async () => {
  template = await templateOf()
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

  test('has the impersonators’ group and the protected groups', async () => {
    const changed = await templateOf({
      impersonatorsGroup: 'support',
      protectedGroups: 'support,impersonation-auditors,board',
    })
    const groups = (of: StackTemplate) => Object.values(ofType(of, 'AWS::Cognito::UserPoolGroup'))
    expect(groups(template).map(({ GroupName }) => GroupName)).toEqual([
      'impersonators',
      'impersonation-auditors',
      'admins',
    ])
    expect(groups(changed).map(({ GroupName }) => GroupName)).toEqual(['support', 'impersonation-auditors', 'board'])
  })

  test('lets users add an authenticator app only with actorAcr, and demands none', async () => {
    const changed = onlyOne(await templateOf({ actorAcr: 'urn:cognito:loa:4', basic: false }), 'AWS::Cognito::UserPool')
    expect(changed).toMatchObject({ MfaConfiguration: 'OPTIONAL', EnabledMfas: ['SOFTWARE_TOKEN_MFA'] })
    expect(onlyOne(template, 'AWS::Cognito::UserPool')).not.toHaveProperty('MfaConfiguration')
  })

  test('has the actors’ groups and the groups of subjects of mayActAs', async () => {
    const mayActAs = '{"support-emea":["customers-emea"],"support-us":["customers-us","customers-emea","*"]}'
    const changed = await templateOf({ impersonatorsGroup: 'support-us', mayActAs })
    expect(Object.values(ofType(changed, 'AWS::Cognito::UserPoolGroup')).map(({ GroupName }) => GroupName)).toEqual(
      expect.arrayContaining([
        'support-emea',
        'support-us',
        'impersonation-auditors',
        'admins',
        'customers-emea',
        'customers-us',
      ]),
    )
    expect(ofType(changed, 'AWS::Cognito::UserPoolGroup')).not.toHaveProperty(['UserPool/Group-*'])
    expect(Object.keys(ofType(changed, 'AWS::Cognito::UserPoolGroup'))).toHaveLength(6)
  })

  test('has the groups of approvalGroups and the approvers’ group', async () => {
    const changed = await templateOf({ approvalGroups: 'vips', approversGroup: 'leads' })
    expect(Object.values(ofType(changed, 'AWS::Cognito::UserPoolGroup')).map(({ GroupName }) => GroupName)).toEqual(
      expect.arrayContaining(['vips', 'leads']),
    )
  })

  test('has no triggers with attachTriggers=false, and the setting changes no other resource', async () => {
    const { Resources } = await templateOf({ attachTriggers: 'false' })
    const changed = Object.keys(template.Resources).filter(
      (id) => JSON.stringify(Resources[id]) !== JSON.stringify(template.Resources[id]),
    )
    expect(Object.keys(Resources)).toEqual(Object.keys(template.Resources))
    expect(changed.map((id) => template.Resources[id]?.Type)).toEqual(['AWS::Cognito::UserPool'])
    expect(onlyOne({ Resources, Outputs: {} }, 'AWS::Cognito::UserPool')).not.toHaveProperty('LambdaConfig')
  })
})
