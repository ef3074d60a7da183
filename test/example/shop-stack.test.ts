// The example app as CloudFormation would get it: the shop's pool, with impersonation on it and its own trigger kept.

import { expect, test } from '@jest/globals'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { circleIn, type Resources } from '../infra/template.ts'
import { ShopStack } from './shop-stack.ts'

const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
const template = Template.fromStack(new ShopStack(app, 'Shop'))
const [userPoolId, userPool] = Object.entries(template.findResources('AWS::Cognito::UserPool'))[0] ?? []

test('it can be deployed', () => {
  expect(circleIn(template.toJSON().Resources as Resources)).toBeUndefined()
})

test('its pool runs its own trigger and ours', () => {
  const { PreSignUp, PreTokenGenerationConfig, ...challenges } = userPool?.Properties.LambdaConfig ?? {}
  expect(PreSignUp).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^PreSignUp/), 'Arn'] })
  expect(PreTokenGenerationConfig.LambdaVersion).toBe('V2_0')
  expect(Object.keys(challenges).sort()).toEqual([
    'CreateAuthChallenge',
    'DefineAuthChallenge',
    'VerifyAuthChallengeResponse',
  ])
  for (const arn of Object.values(challenges)) expect(arn).toEqual(PreTokenGenerationConfig.LambdaArn)
})

test('its own app client is the one that actors sign in with', () => {
  const clients = template.findResources('AWS::Cognito::UserPoolClient')
  const shop = Object.keys(clients).find((id) => id.startsWith('CustomersShop'))
  expect(Object.keys(clients)).toHaveLength(2)
  template.hasResourceProperties('AWS::Lambda::Function', {
    Handler: 'impersonate.handler',
    Environment: { Variables: { USER_POOL_ID: { Ref: userPoolId }, ACTOR_CLIENT_ID: { Ref: shop } } },
  })
})
