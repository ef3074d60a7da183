// The whole stack: dependencies, outputs, and removal policies.

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
  test('has no circular dependency', () => {
    expect(circleIn(template.Resources)).toBeUndefined()
  })

  test.each([
    ['Fn::GetAtt', (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] })],
    ['Ref', (id: string) => ({ Ref: id })],
    ['Fn::Sub', (id: string) => ({ 'Fn::Sub': `arn:\${${id}.Arn}` })],
  ])('would have one if the pool referred to its triggers by %s', (_intrinsic, reference) => {
    const changed = structuredClone(template.Resources)
    const id = (path: string) => Object.keys(changed).find((key) => pathOf(changed[key]) === path) as string
    const pool = changed[id('UserPool')]
    if (pool) pool.Properties.LambdaConfig.DefineAuthChallenge = reference(id('Triggers/Function'))
    expect(circleIn(changed)).toContain(id('UserPool'))
  })

  test('has outputs for clients and operators', () => {
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

  test('sets no AWS endpoint, since the functions trust AWS', () => {
    expect(JSON.stringify(template)).not.toContain('AWS_ENDPOINT_URL')
  })
})

describe('deleting the stack', () => {
  /** Everything that sign-ins need, and the audit trail. */
  const userData = [
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

  test('keeps users, records, and everything that sign-ins need', () => {
    expect(policies(template, 'Retain')).toEqual(userData)
    expect(onlyOne(template, 'AWS::Cognito::UserPool').DeletionProtection).toBe('ACTIVE')
    expect(onlyOne(template, 'AWS::DynamoDB::Table').DeletionProtectionEnabled).toBe(true)
    expect(terminationProtection).toBe(true)
  })

  test('destroys all of them with data=destroy', () => {
    const stack = synthesizeStack({ data: 'destroy' })
    // The key of the alarm topic protects no user data, so it is always deleted.
    expect(policies(template, 'Delete')).toEqual(['AlarmTopicKey'])
    expect(policies(stack.template, 'Delete')).toEqual([...userData, 'AlarmTopicKey'].sort())
    expect(policies(stack.template, 'Retain')).toEqual([])
    expect(onlyOne(stack.template, 'AWS::Cognito::UserPool').DeletionProtection).toBe('INACTIVE')
    expect(onlyOne(stack.template, 'AWS::DynamoDB::Table').DeletionProtectionEnabled).toBe(false)
    expect(stack.terminationProtection).toBe(false)
  })
})
