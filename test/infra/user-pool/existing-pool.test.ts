// A deployment to an existing pool: custom resources, permissions, and removal policies.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { circleIn, ofType, pathOf, type StackTemplate, statements, templateOf } from '../template.ts'

const id = 'us-east-1_Abc123'
const protectedGroups = 'impersonators,impersonation-auditors,admins'
const poolScope = `UserPool-${id}`
const poolArn = `arn:<AWS::Partition>:cognito-idp:<AWS::Region>:<AWS::AccountId>:userpool/${id}`

let template: StackTemplate
/** For another pool, with an existing actors' client and data=destroy. */
let otherTemplate: StackTemplate
beforeAll(async () => {
  template = await templateOf({ userPoolId: id, protectedGroups, accessLog: true })
  otherTemplate = await templateOf({
    userPoolId: 'us-east-1_Xyz',
    protectedGroups,
    actorClientId: '1abc',
    actorClientIds: '2def,1abc',
    data: 'destroy',
  })
})

const logicalId = (path: string) =>
  Object.keys(template.Resources).find((key) => pathOf(template.Resources[key]).replace(/\/Default$/, '') === path) ??
  ''
const resource = (path: string) => template.Resources[logicalId(path)]
const environment = (of: StackTemplate) =>
  ofType(of, 'AWS::Lambda::Function')['Endpoint/Function']?.Environment.Variables

describe('the pool', () => {
  test('is referred to by its id, and the stack creates no pool', () => {
    expect(ofType(template, 'AWS::Cognito::UserPool')).toEqual({})
    expect(environment(template).USER_POOL_ID).toBe(id)
    expect(template.Outputs.UserPoolId?.Value).toBe(id)
    expect(ofType(template, 'AWS::Cognito::UserPoolClient').ImpersonationClient?.UserPoolId).toBe(id)
    expect(circleIn(template.Resources)).toBeUndefined()
  })

  test('gets its triggers from a custom resource, after the permission for Cognito to run them', () => {
    const { Type, Properties, DependsOn } = resource(`${poolScope}/Triggers`) ?? {}
    expect(Type).toBe('Custom::UserPoolTriggers')
    expect(Properties).toEqual({
      ServiceToken: { 'Fn::GetAtt': [logicalId(`${poolScope}/AttachTriggers/Function`), 'Arn'] },
      ServiceTimeout: '600',
      UserPoolId: id,
      TriggersArn: { 'Fn::GetAtt': [logicalId('Triggers/Function'), 'Arn'] },
      DeployedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    })
    expect(DependsOn).toEqual(
      expect.arrayContaining([
        logicalId(`Triggers/Function/${poolScope}`),
        logicalId('Triggers/Role/DefaultPolicy'),
        logicalId(`${poolScope}/AttachTriggers/Role/DefaultPolicy`),
      ]),
    )
    expect(resource(`Triggers/Function/${poolScope}`)?.Properties.SourceArn).toEqual(expect.anything())
  })

  test('gets a custom resource for each group, since the group may already exist', () => {
    const groups = ofType(template, 'Custom::UserPoolGroup')
    expect(Object.values(groups).map(({ GroupName }) => GroupName)).toEqual([
      'impersonators',
      'impersonation-auditors',
      'admins',
    ])
    expect(ofType(template, 'AWS::Cognito::UserPoolGroup')).toEqual({})
    expect(resource(`${poolScope}/Group-admins`)?.DependsOn).toContain(
      logicalId(`${poolScope}/MakeGroup/Role/DefaultPolicy`),
    )
  })

  test('gets its triggers again at every deployment', () => {
    const times = [template, otherTemplate].map(
      (of) => Object.values(ofType(of, 'Custom::UserPoolTriggers'))[0]?.DeployedAt,
    )
    expect(times[0]).not.toBe(times[1])
  })

  test('is detached by its own custom resources when userPoolId changes', () => {
    const poolResources = (of: StackTemplate) =>
      Object.keys(of.Resources).filter((key) => /UserPool-/.test(pathOf(of.Resources[key])))
    expect(poolResources(template).length).toBeGreaterThan(5)
    expect(poolResources(template).filter((key) => poolResources(otherTemplate).includes(key))).toEqual([])
  })
})

describe('the functions behind the custom resources', () => {
  const variables = (path: string) => resource(`${poolScope}/${path}/Function`)?.Properties.Environment.Variables

  test('know their pool, functions and groups, and get no AWS_ENDPOINT_URL', () => {
    expect(variables('AttachTriggers')).toEqual({
      USER_POOL_ID: id,
      TRIGGERS_ARN: { 'Fn::GetAtt': [logicalId('Triggers/Function'), 'Arn'] },
      NEXT_TRIGGERS: '',
      SMS_ROLE_ARN: '',
    })
    expect(variables('MakeGroup')).toEqual({
      USER_POOL_ID: id,
      STACK_ID: { Ref: 'AWS::StackId' },
      GROUP_NAMES: '["impersonators","impersonation-auditors"]',
      REQUIRED_GROUPS: '["admins"]',
    })
  })

  test('know the pool’s own triggers, as the trigger function does', async () => {
    const DefineAuthChallenge = 'arn:aws:lambda:us-east-1:123456789012:function:theirs'
    const NextTriggers = JSON.stringify({ DefineAuthChallenge })
    const next = await templateOf({ userPoolId: id, protectedGroups, nextTriggers: NextTriggers })
    const functions = ofType(next, 'AWS::Lambda::Function')
    for (const path of [`${poolScope}/AttachTriggers/Function`, 'Triggers/Function']) {
      expect(functions[path]?.Environment.Variables.NEXT_TRIGGERS).toBe(NextTriggers)
    }
    expect(Object.values(ofType(next, 'Custom::UserPoolTriggers'))).toMatchObject([{ NextTriggers }])
    expect(statements(next)).toContainEqual({
      [`Allow <Triggers/Role> on ${DefineAuthChallenge}`]: ['lambda:InvokeFunction'],
    })
  })
})

describe('permissions', () => {
  test('allow passing the role for text messages to Cognito, and to no other service', async () => {
    const smsRoleArn = 'arn:aws:iam::123456789012:role/path/sms'
    const passing = statements(await templateOf({ userPoolId: id, protectedGroups, smsRoleArn })).filter((statement) =>
      JSON.stringify(statement).includes('iam:PassRole'),
    )
    expect(passing).toEqual([
      {
        [`Allow <${poolScope}/AttachTriggers/Role> on ${smsRoleArn}`]: ['iam:PassRole'],
        Condition: { StringEquals: { 'iam:PassedToService': 'cognito-idp.amazonaws.com' } },
      },
    ])
    expect(JSON.stringify(statements(template))).not.toContain('iam:PassRole')
  })

  test('allow the custom resources’ functions exactly the calls that they make', () => {
    const allowed = statements(template)
    const log = ['logs:CreateLogStream', 'logs:PutLogEvents']
    const poolStatements = allowed.filter((statement) => Object.keys(statement)[0]?.includes('UserPool-us'))
    expect(poolStatements).toEqual([
      { [`Allow <${poolScope}/MakeGroup/Role> on <${poolScope}/MakeGroup/Logs.Arn>`]: log },
      {
        [`Allow <${poolScope}/MakeGroup/Role> on ${poolArn}`]: [
          'cognito-idp:CreateGroup',
          'cognito-idp:DeleteGroup',
          'cognito-idp:GetGroup',
          'cognito-idp:ListGroups',
          'cognito-idp:ListUsersInGroup',
        ],
      },
      { [`Allow <${poolScope}/AttachTriggers/Role> on <${poolScope}/AttachTriggers/Logs.Arn>`]: log },
      {
        [`Allow <${poolScope}/AttachTriggers/Role> on ${poolArn}`]: [
          'cognito-idp:DescribeUserPool',
          'cognito-idp:GetUserPoolMfaConfig',
          'cognito-idp:GetUserPoolSessionConfiguration',
          'cognito-idp:UpdateUserPool',
        ],
      },
    ])
  })

  test('let only this pool run the triggers', () => {
    expect(ofType(template, 'AWS::Lambda::Permission')[`Triggers/Function/${poolScope}`]).toEqual({
      Action: 'lambda:InvokeFunction',
      FunctionName: '<Triggers/Function.Arn>',
      Principal: 'cognito-idp.amazonaws.com',
      SourceArn: poolArn,
      SourceAccount: '<AWS::AccountId>',
    })
  })
})

describe('actors', () => {
  test('sign in with a new app client, or with the existing one of actorClientId', () => {
    expect(ofType(template, 'AWS::Cognito::UserPoolClient')[`${poolScope}/ActorClient`]).toMatchObject({
      UserPoolId: id,
    })
    expect(environment(template).ACTOR_CLIENT_ID).toBe(`<${poolScope}/ActorClient>`)
    expect(Object.keys(ofType(otherTemplate, 'AWS::Cognito::UserPoolClient'))).toEqual(['ImpersonationClient'])
    expect(environment(otherTemplate)).toMatchObject({ ACTOR_CLIENT_ID: '1abc', ACTOR_CLIENT_IDS: '["1abc","2def"]' })
    expect(otherTemplate.Outputs.ActorClientId?.Value).toBe('1abc')
  })
})

describe('deleting the stack', () => {
  const kept = (of: StackTemplate, policy = /^Retain/) =>
    Object.values(of.Resources)
      .filter(({ DeletionPolicy }) => policy.test(DeletionPolicy ?? ''))
      .map(pathOf)
      .sort()

  test('keeps records, logs and the trigger function', () => {
    expect(kept(template)).toEqual([
      'AccessLog',
      'Endpoint/Logs',
      'Introspection/Logs',
      'Oversight/Logs',
      'Records',
      'Triggers/Function',
      `Triggers/Function/${poolScope}`,
      'Triggers/Logs',
      'Triggers/Role',
      'Triggers/Role/DefaultPolicy',
      `${poolScope}/AttachTriggers/Logs`,
      `${poolScope}/MakeGroup/Logs`,
    ])
  })

  test('after a failed creation keeps only the table', () => {
    // The permission belongs to the function and is deleted with it.
    expect(kept(template, /^Retain$/)).toEqual(['Records', `Triggers/Function/${poolScope}`])
  })

  test('keeps the trigger function, in case a pool still calls it', () => {
    expect(resource('Triggers/Function')?.DeletionPolicy).toBe('RetainExceptOnCreate')
    expect(resource('Triggers/Role/DefaultPolicy')?.DeletionPolicy).toBe('RetainExceptOnCreate')
  })

  test('keeps only the permission of the trigger function with data=destroy', () => {
    expect(kept(otherTemplate)).toEqual(['Triggers/Function/UserPool-us-east-1_Xyz'])
  })
})

test('an own pool needs no custom resources', async () => {
  const paths = Object.values((await templateOf()).Resources).map(pathOf)
  expect(paths.filter((path) => /AttachTriggers|MakeGroup|UserPool-/.test(path))).toEqual([])
})
