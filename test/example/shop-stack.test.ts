// The example app: its template and its local run.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt'
import { stackLocation } from '../../infra/local/account.ts'
import { circleIn, type Resources } from '../infra/template.ts'
import { startDeployment } from '../support/deployment.ts'
import { ShopStack } from './shop-stack.ts'

jest.setTimeout(60_000)

const assembly = mkdtempSync(join(tmpdir(), 'shop-'))
// The local run expects this stack name.
const template = Template.fromStack(new ShopStack(new App({ outdir: assembly }), stackLocation.stackName))
const [userPoolId, userPool] = Object.entries(template.findResources('AWS::Cognito::UserPool'))[0] ?? []

let shop: Awaited<ReturnType<typeof startDeployment>>
beforeAll(async () => {
  shop = await startDeployment({ assembly })
})
afterAll(async () => {
  await shop?.close()
  rmSync(assembly, { recursive: true })
})

test('the template has no circular dependency', () => {
  expect(circleIn(template.toJSON().Resources as Resources)).toBeUndefined()
})

test('the pool runs the shop’s trigger and the impersonation triggers', () => {
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

test('impersonation may run the shop’s TenantClaims function, and no other function', () => {
  const tenantClaims = Object.keys(template.findResources('AWS::Lambda::Function')).find((id) =>
    id.startsWith('TenantClaims'),
  )
  const invoking = Object.values(template.findResources('AWS::IAM::Policy'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => [Action].flat().includes('lambda:InvokeFunction'))
  expect(invoking).toEqual([
    { Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: { 'Fn::GetAtt': [tenantClaims, 'Arn'] } },
  ])
})

test('actors sign in with the shop’s app client', () => {
  const clients = template.findResources('AWS::Cognito::UserPoolClient')
  const shop = Object.keys(clients).find((id) => id.startsWith('CustomersShop'))
  expect(Object.keys(clients)).toHaveLength(2)
  template.hasResourceProperties('AWS::Lambda::Function', {
    Handler: 'endpoint.handler',
    Environment: { Variables: { USER_POOL_ID: { Ref: userPoolId }, ACTOR_CLIENT_ID: { Ref: shop } } },
  })
})

test('staff who sign in with the shop’s app client act as customers', async () => {
  const { status, body } = await shop.send({ headers: { Authorization: shop.olivia } })
  expect(status).toBe(200)
  const { authorization } = body.session as { authorization: string }
  expect(decomposeUnverifiedJwt(authorization).payload).toMatchObject({
    'cognito:username': 'alice',
    act: { sub: decomposeUnverifiedJwt(shop.olivia).payload.sub },
    tenant_id: 'tenant-of-alice',
  })
})

test('customers’ own tokens name no actor', async () => {
  const { IdToken } = await shop.signIn('alice')
  expect(decomposeUnverifiedJwt(IdToken).payload).not.toHaveProperty('act')
  expect(decomposeUnverifiedJwt(IdToken).payload).toHaveProperty('tenant_id', 'tenant-of-alice')
})
