// The example app as CloudFormation would get it, and run on this machine: the shop's pool, with impersonation on it.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt'
import { place } from '../../infra/local/account.ts'
import { circleIn, type Resources } from '../infra/template.ts'
import { startDeployment } from '../support/deployment.ts'
import { ShopStack } from './shop-stack.ts'

jest.setTimeout(60_000)

const assembly = mkdtempSync(join(tmpdir(), 'shop-'))
// The local run looks for its stack by this name.
const template = Template.fromStack(new ShopStack(new App({ outdir: assembly }), place.stackName))
const [userPoolId, userPool] = Object.entries(template.findResources('AWS::Cognito::UserPool'))[0] ?? []

let shop: Awaited<ReturnType<typeof startDeployment>>
beforeAll(async () => {
  shop = await startDeployment({ assembly })
})
afterAll(async () => {
  await shop?.close()
  rmSync(assembly, { recursive: true })
})

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
    Handler: 'endpoint.handler',
    Environment: { Variables: { USER_POOL_ID: { Ref: userPoolId }, ACTOR_CLIENT_ID: { Ref: shop } } },
  })
})

test('its staff act as its customers, by its own app client', async () => {
  const { status, body } = await shop.send({ headers: { Authorization: shop.olivia } })
  expect(status).toBe(200)
  const { authorization } = body.session as { authorization: string }
  expect(decomposeUnverifiedJwt(authorization).payload).toMatchObject({
    'cognito:username': 'alice',
    act: { sub: decomposeUnverifiedJwt(shop.olivia).payload.sub },
  })
})

test('its customers sign in as before', async () => {
  const { IdToken } = await shop.signIn('alice')
  expect(decomposeUnverifiedJwt(IdToken).payload).not.toHaveProperty('act')
})
