// A deployment on a pool that is there already: what it makes, what may change the pool, and what is left when it goes.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { circleIn, ofType, pathOf, type StackTemplate, statements, templateOf } from '../template.ts'

const id = 'us-east-1_Abc123'
const parts = `UserPool-${id}`
const poolArn = `arn:<AWS::Partition>:cognito-idp:<AWS::Region>:<AWS::AccountId>:userpool/${id}`

let template: StackTemplate
/** Of another pool, with the actors' client given, and nothing kept. */
let other: StackTemplate
beforeAll(() => {
  template = templateOf({ userPoolId: id })
  other = templateOf({
    userPoolId: 'us-east-1_Xyz',
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
  test('is not made, and named by its id alone', () => {
    expect(ofType(template, 'AWS::Cognito::UserPool')).toEqual({})
    expect(environment(template).USER_POOL_ID).toBe(id)
    expect(template.Outputs.UserPoolId?.Value).toBe(id)
    expect(ofType(template, 'AWS::Cognito::UserPoolClient').ImpersonationClient?.UserPoolId).toBe(id)
    expect(circleIn(template.Resources)).toBeUndefined()
  })

  test('is told of its triggers by a custom resource, once Cognito may run them', () => {
    const { Type, Properties, DependsOn } = resource(`${parts}/Triggers`) ?? {}
    expect(Type).toBe('Custom::UserPoolTriggers')
    expect(Properties).toEqual({
      ServiceToken: { 'Fn::GetAtt': [logicalId(`${parts}/AttachTriggers/Function`), 'Arn'] },
      ServiceTimeout: '600',
      UserPoolId: id,
      TriggersArn: { 'Fn::GetAtt': [logicalId('Triggers/Function'), 'Arn'] },
      DeployedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    })
    expect(DependsOn).toEqual(
      expect.arrayContaining([
        logicalId(`Triggers/Function/${parts}`),
        logicalId('Triggers/Role/DefaultPolicy'),
        logicalId(`${parts}/AttachTriggers/Role/DefaultPolicy`),
      ]),
    )
    expect(resource(`Triggers/Function/${parts}`)?.Properties.SourceArn).toEqual(expect.anything())
  })

  test('gets a custom resource a group, which may find that it is there', () => {
    const groups = ofType(template, 'Custom::UserPoolGroup')
    expect(Object.values(groups).map(({ GroupName }) => GroupName)).toEqual(['impersonators', 'admins'])
    expect(ofType(template, 'AWS::Cognito::UserPoolGroup')).toEqual({})
    expect(resource(`${parts}/Group-admins`)?.DependsOn).toContain(logicalId(`${parts}/MakeGroup/Role/DefaultPolicy`))
  })

  test('is looked after at every deployment', () => {
    const times = [template, other].map((of) => Object.values(ofType(of, 'Custom::UserPoolTriggers'))[0]?.DeployedAt)
    expect(times[0]).not.toBe(times[1])
  })

  test('that another takes the place of is changed back by what it was changed with', () => {
    const own = (of: StackTemplate) =>
      Object.keys(of.Resources).filter((key) => /UserPool-/.test(pathOf(of.Resources[key])))
    expect(own(template).length).toBeGreaterThan(5)
    expect(own(template).filter((key) => own(other).includes(key))).toEqual([])
  })
})

describe('permissions', () => {
  test('of the two functions that change the pool are the calls that they make', () => {
    const allowed = statements(template)
    const log = ['logs:CreateLogStream', 'logs:PutLogEvents']
    const ofParts = allowed.filter((statement) => Object.keys(statement)[0]?.includes('UserPool-us'))
    expect(ofParts).toEqual([
      { [`Allow <${parts}/MakeGroup/Role> on <${parts}/MakeGroup/Logs.Arn>`]: log },
      {
        [`Allow <${parts}/MakeGroup/Role> on ${poolArn}`]: [
          'cognito-idp:CreateGroup',
          'cognito-idp:DeleteGroup',
          'cognito-idp:GetGroup',
        ],
      },
      { [`Allow <${parts}/AttachTriggers/Role> on <${parts}/AttachTriggers/Logs.Arn>`]: log },
      {
        [`Allow <${parts}/AttachTriggers/Role> on ${poolArn}`]: [
          'cognito-idp:DescribeUserPool',
          'cognito-idp:UpdateUserPool',
        ],
      },
    ])
  })

  test('to run the triggers are this pool’s', () => {
    expect(ofType(template, 'AWS::Lambda::Permission')[`Triggers/Function/${parts}`]).toEqual({
      Action: 'lambda:InvokeFunction',
      FunctionName: '<Triggers/Function.Arn>',
      Principal: 'cognito-idp.amazonaws.com',
      SourceArn: poolArn,
      SourceAccount: '<AWS::AccountId>',
    })
  })
})

describe('actors', () => {
  test('sign in with a client that is made, or with the one that is given', () => {
    expect(ofType(template, 'AWS::Cognito::UserPoolClient')[`${parts}/ActorClient`]).toMatchObject({ UserPoolId: id })
    expect(environment(template).ACTOR_CLIENT_ID).toBe(`<${parts}/ActorClient>`)
    expect(Object.keys(ofType(other, 'AWS::Cognito::UserPoolClient'))).toEqual(['ImpersonationClient'])
    expect(environment(other)).toMatchObject({ ACTOR_CLIENT_ID: '1abc', ACTOR_CLIENT_IDS: '["1abc","2def"]' })
    expect(other.Outputs.ActorClientId?.Value).toBe('1abc')
  })
})

describe('taking it down', () => {
  const kept = (of: StackTemplate) =>
    Object.values(of.Resources)
      .filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain')
      .map(pathOf)
      .sort()

  test('leaves records and logs alone', () => {
    expect(kept(template)).toEqual([
      'AccessLog',
      'Endpoint/Logs',
      'Records',
      `Triggers/Function/${parts}`,
      'Triggers/Logs',
      `${parts}/AttachTriggers/Logs`,
      `${parts}/MakeGroup/Logs`,
    ])
  })

  test('leaves the function of the triggers, should any pool still name it', () => {
    expect(resource('Triggers/Function')?.DeletionPolicy).toBe('RetainExceptOnCreate')
    expect(resource('Triggers/Role/DefaultPolicy')?.DeletionPolicy).toBe('RetainExceptOnCreate')
  })

  test('leaves nothing where that is asked for, but what goes with the function', () => {
    expect(kept(other)).toEqual(['Triggers/Function/UserPool-us-east-1_Xyz'])
  })
})

test('a pool of our own needs none of this', () => {
  const paths = Object.values(templateOf().Resources).map(pathOf)
  expect(paths.filter((path) => /AttachTriggers|MakeGroup|UserPool-/.test(path))).toEqual([])
})
