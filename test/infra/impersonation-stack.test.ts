// The stack as a whole: deployable, its outputs, and what is left when it goes.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { circleIn, onlyOne, pathOf, type StackTemplate, synthesizeStack } from './template.ts'

let template: StackTemplate
let terminationProtection: boolean | undefined
beforeAll(() => {
  const stack = synthesizeStack()
  template = stack.template
  terminationProtection = stack.terminationProtection
})

describe('stack', () => {
  test('has no circle in it', () => {
    expect(circleIn(template.Resources)).toBeUndefined()
  })

  test.each([
    ['Fn::GetAtt', (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] })],
    ['Ref', (id: string) => ({ Ref: id })],
    ['Fn::Sub', (id: string) => ({ 'Fn::Sub': `arn:\${${id}.Arn}` })],
  ])('would have one if the pool named its triggers by %s', (_intrinsic, reference) => {
    const changed = structuredClone(template.Resources)
    const id = (path: string) => Object.keys(changed).find((key) => pathOf(changed[key]) === path) as string
    const pool = changed[id('UserPool')]
    if (pool) pool.Properties.LambdaConfig.DefineAuthChallenge = reference(id('Triggers/Function'))
    expect(circleIn(changed)).toContain(id('UserPool'))
  })

  test('gives out what a client and an operator need', () => {
    expect(Object.keys(template.Outputs).sort()).toEqual([
      'AccessLogGroupName',
      'ActorClientId',
      'AlarmTopicArn',
      'ApiKeyIdDefault',
      'ApiUrl',
      'EndpointFunctionName',
      'EndpointLogGroupName',
      'ImpersonationClientId',
      'RecordsTableName',
      'TriggersFunctionName',
      'TriggersLogGroupName',
      'UserPoolId',
    ])
  })

  test('sets no endpoint of AWS: that is a root of trust', () => {
    expect(JSON.stringify(template)).not.toContain('AWS_ENDPOINT_URL')
  })
})

describe('taking it down', () => {
  /** What a pool needs to let anyone in, and who did what. */
  const together = [
    'AccessLog',
    'Endpoint/Logs',
    'Records',
    'Triggers/Function',
    'Triggers/Function/UserPool',
    'Triggers/Logs',
    'Triggers/Role',
    'Triggers/Role/DefaultPolicy',
    'UserPool',
    'UserPool/ActorClient',
    'UserPool/Group-admins',
    'UserPool/Group-impersonators',
  ]
  const policies = (of: StackTemplate, policy: string) =>
    Object.values(of.Resources)
      .filter(({ DeletionPolicy, UpdateReplacePolicy }) => DeletionPolicy === policy && UpdateReplacePolicy === policy)
      .map(pathOf)
      .sort()

  test('keeps users and records, and with them all that signing in needs', () => {
    expect(policies(template, 'Retain')).toEqual(together)
    expect(onlyOne(template, 'AWS::Cognito::UserPool').DeletionProtection).toBe('ACTIVE')
    expect(onlyOne(template, 'AWS::DynamoDB::Table').DeletionProtectionEnabled).toBe(true)
    expect(terminationProtection).toBe(true)
  })

  test('destroys all of it together where the setting says so', () => {
    const stack = synthesizeStack({ data: 'destroy' })
    // The key of the alarms' topic holds nothing of anyone's: it goes either way.
    expect(policies(template, 'Delete')).toEqual(['AlarmTopicKey'])
    expect(policies(stack.template, 'Delete')).toEqual([...together, 'AlarmTopicKey'].sort())
    expect(policies(stack.template, 'Retain')).toEqual([])
    expect(onlyOne(stack.template, 'AWS::Cognito::UserPool').DeletionProtection).toBe('INACTIVE')
    expect(onlyOne(stack.template, 'AWS::DynamoDB::Table').DeletionProtectionEnabled).toBe(false)
    expect(stack.terminationProtection).toBe(false)
  })
})
