// Tests that functionRoles() reads all actions, and refuses a template that it cannot read.

import { describe, expect, test } from '@jest/globals'
import { functionRoles, type Template } from './function-roles.ts'

const statement = (Action: string | string[], Effect = 'Allow') => ({ Effect, Action, Resource: '*' })

function templateWith(statements: object[], more: Template['Resources'] = {}): Template {
  return {
    Resources: {
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Handler: 'endpoint.handler',
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          LoggingConfig: { LogGroup: { Ref: 'Logs' } },
        },
      },
      Role: { Type: 'AWS::IAM::Role', Properties: {} },
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: { Statement: statements } },
      },
      ...more,
    },
  }
}

describe('functionRoles', () => {
  test('lists the actions of all statements of the function’s role', () => {
    expect(functionRoles(templateWith([statement('a:One'), statement(['a:Two', 'b:Three'])]))).toEqual([
      {
        entry: 'endpoint',
        functionId: 'Function',
        roleId: 'Role',
        logGroupId: 'Logs',
        actions: ['a:One', 'a:Two', 'b:Three'],
      },
    ])
  })
  test.each<[string, object[], Template['Resources'], string]>([
    ['an action twice', [statement('a:One'), statement('a:One')], {}, 'allows a:One twice'],
    ['a denial', [statement('a:One', 'Deny')], {}, 'only statements that allow'],
    ['NotAction', [{ Effect: 'Allow', NotAction: 'a:One', Resource: '*' }], {}, 'only statements that allow'],
    [
      'a role of no function',
      [],
      { Other: { Type: 'AWS::IAM::Role', Properties: {} } },
      'Other belongs to no function',
    ],
    [
      'a managed policy’s ARN on the role',
      [],
      { Role: { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns: ['arn'] } } },
      'does not read',
    ],
    [
      'a managed policy',
      [],
      { Managed: { Type: 'AWS::IAM::ManagedPolicy' } },
      'does not read managed policies: Managed',
    ],
  ])('refuses a template with %s', (_, statements, more, message) => {
    expect(() => functionRoles(templateWith(statements, more))).toThrow(message)
  })
})
