// The whole stack: dependencies, outputs, and removal policies.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { circleIn, onlyOne, pathOf, type StackTemplate, synthesizeStack } from './template.ts'

let template: StackTemplate
let terminationProtection: boolean | undefined
beforeAll(async () => {
  const stack = await synthesizeStack({ accessLog: true })
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
  ])('would have a circular dependency if the pool referred to its triggers by %s', (_intrinsic, reference) => {
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
      'IntrospectionFunctionName',
      'IntrospectionLogGroupName',
      'OversightFunctionName',
      'OversightLogGroupName',
      'RecordsTableName',
      'ResourceServerKeyIdResourceServer',
      'TriggersFunctionName',
      'TriggersLogGroupName',
      'UserPoolId',
    ])
  })

  test('sets no AWS_ENDPOINT_URL, since the functions would trust that endpoint', () => {
    expect(JSON.stringify(template)).not.toContain('AWS_ENDPOINT_URL')
  })
})

describe('deleting the stack', () => {
  /** Everything that sign-ins need, and the audit trail. */
  const userData = [
    'AccessLog',
    'Endpoint/Logs',
    'Introspection/Logs',
    'Oversight/Logs',
    'Records',
    'Triggers/Function',
    'Triggers/Function/UserPool',
    'Triggers/Logs',
    'Triggers/Role',
    'Triggers/Role/DefaultPolicy',
    'UserPool',
    'UserPool/ActorClient',
    'UserPool/Group-admins',
    'UserPool/Group-impersonation-auditors',
    'UserPool/Group-impersonators',
  ]
  /** They have deletion protection, so CloudFormation can't delete them when a creation fails. */
  const protectedData = ['Records', 'UserPool']
  const policies = (of: StackTemplate, policy: string, replacePolicy = policy) =>
    Object.values(of.Resources)
      .filter(({ DeletionPolicy }) => DeletionPolicy === policy)
      .filter(({ UpdateReplacePolicy }) => UpdateReplacePolicy === replacePolicy)
      .map(pathOf)
      .sort()

  test('keeps users, records, and everything that sign-ins need', () => {
    const kept = [...policies(template, 'Retain'), ...policies(template, 'RetainExceptOnCreate', 'Retain')]
    expect(kept.sort()).toEqual(userData)
    expect(onlyOne(template, 'AWS::Cognito::UserPool').DeletionProtection).toBe('ACTIVE')
    expect(onlyOne(template, 'AWS::DynamoDB::Table').DeletionProtectionEnabled).toBe(true)
  })

  test('is possible after a failed creation, which leaves only the table and the pool', () => {
    expect(policies(template, 'Retain')).toEqual(protectedData)
    expect(terminationProtection ?? false).toBe(false)
  })

  test('deletes users and records too with data=destroy', async () => {
    const stack = await synthesizeStack({ data: 'destroy', accessLog: true })
    // The key of the alarm topic protects no user data, so it is always deleted.
    expect(policies(template, 'Delete')).toEqual(['AlarmTopicKey'])
    expect(policies(stack.template, 'Delete')).toEqual([...userData, 'AlarmTopicKey'].sort())
    expect(policies(stack.template, 'Retain')).toEqual([])
    expect(JSON.stringify(stack.template)).not.toContain('"Retain')
    expect(onlyOne(stack.template, 'AWS::Cognito::UserPool').DeletionProtection).toBe('INACTIVE')
    expect(onlyOne(stack.template, 'AWS::DynamoDB::Table').DeletionProtectionEnabled).toBe(false)
    expect(stack.terminationProtection ?? false).toBe(false)
  })
})
