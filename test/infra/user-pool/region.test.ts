// Regions of other partitions are refused at synth.

import { afterEach, describe, expect, test } from '@jest/globals'
import { App, Stack } from 'aws-cdk-lib'
import { UserPool } from 'aws-cdk-lib/aws-cognito'
import { Impersonation, type ImpersonationProps } from '../../../infra/impersonation.ts'

const { CDK_DEFAULT_REGION } = process.env
afterEach(() => {
  if (CDK_DEFAULT_REGION === undefined) delete process.env.CDK_DEFAULT_REGION
  else process.env.CDK_DEFAULT_REGION = CDK_DEFAULT_REGION
})

function add(region?: string, props: ImpersonationProps = {}) {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
  const stack = new Stack(app, 'Shop', region === undefined ? {} : { env: { region } })
  return new Impersonation(stack, 'Impersonation', props)
}

const others = [
  'cn-north-1',
  'cn-northwest-1',
  'us-gov-east-1',
  'us-gov-west-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'us-isof-south-1',
  'eu-isoe-west-1',
  'eusc-de-east-1',
]

describe('a region of another partition', () => {
  test.each(others)('is refused: %s', (region) => {
    expect(() => add(region)).toThrow(`region ${region} is not supported`)
    expect(() => add(region)).toThrow('issuer')
  })

  test('is refused as the CDK CLI’s default region, for a stack without a region', () => {
    process.env.CDK_DEFAULT_REGION = 'cn-north-1'
    expect(() => add()).toThrow('cn-north-1')
    expect(() => add('eu-west-1')).not.toThrow()
  })

  test('is refused as the region of an existing pool, by its id or its ARN', () => {
    delete process.env.CDK_DEFAULT_REGION
    expect(() => add(undefined, { userPoolId: 'us-gov-west-1_Abc123' })).toThrow('us-gov-west-1')
    const imported = new Stack()
    const arn = 'arn:aws-cn:cognito-idp:cn-north-1:123456789012:userpool/cn-north-1_Abc123'
    expect(() => add(undefined, { userPool: UserPool.fromUserPoolArn(imported, 'Pool', arn) })).toThrow('cn-north-1')
  })
})

test.each(['us-east-1', 'us-west-2', 'eu-central-1', 'ca-west-1', 'mx-central-1', 'il-central-1', undefined])(
  'region %s is accepted',
  (region) => {
    delete process.env.CDK_DEFAULT_REGION
    expect(() => add(region)).not.toThrow()
  },
)
