// The construct in an app with its own user pool, and its errors for unsuitable pools.

import { describe, expect, test } from '@jest/globals'
import { App, Lazy, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import {
  type CfnUserPool,
  CfnUserPoolClient,
  CfnUserPoolGroup,
  ClientAttributes,
  FeaturePlan,
  type IUserPool,
  LambdaVersion,
  StringAttribute,
  UserPool,
  UserPoolClient,
  type UserPoolClientOptions,
  UserPoolOperation,
  type UserPoolProps,
} from 'aws-cdk-lib/aws-cognito'
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Impersonation, type ImpersonationProps } from '../../../infra/impersonation.ts'
import { nobodyProtected } from '../../../infra/settings/settings.ts'

const poolArn = 'arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Abc123'
const protectedGroups = ['impersonators', 'impersonation-auditors', 'admins']
const env = { region: 'us-east-1', account: '123456789012' }

function setUp(env: { region?: string; account?: string } = {}, stackName = 'Shop') {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] }, treeMetadata: false })
  const stack = new Stack(app, 'Shop', { env, stackName })
  const pool = (props: UserPoolProps = {}) => new UserPool(stack, 'Customers', props)
  const add = (props: ImpersonationProps) => new Impersonation(stack, 'Impersonation', props)
  const existingPool = () => importPool(stack, poolArn)
  const appTrigger = LambdaFunction.fromFunctionArn(
    stack,
    'AppTrigger',
    'arn:aws:lambda:us-east-1:123456789012:function:app-trigger',
  )
  return { app, stack, pool, add, existingPool, appTrigger }
}

describe('on a pool of the same stack', () => {
  test('adds triggers and missing groups, and leaves the rest of the pool to the app', () => {
    const { stack, pool, add, appTrigger } = setUp()
    const userPool = pool({ removalPolicy: RemovalPolicy.DESTROY, deletionProtection: true })
    userPool.addTrigger(UserPoolOperation.PRE_SIGN_UP, appTrigger)
    new CfnUserPoolGroup(stack, 'Admins', { userPoolId: userPool.userPoolId, groupName: 'admins' })
    new CfnUserPoolGroup(stack, 'Elsewhere', { userPoolId: 'us-east-1_Other', groupName: 'impersonators' })
    add({ userPool, actorClient: userPool.addClient('Shop', { authFlows: { adminUserPassword: true } }) })
    const template = Template.fromStack(stack)
    const [resource] = Object.values(template.findResources('AWS::Cognito::UserPool'))
    expect(resource).toMatchObject({ DeletionPolicy: 'Delete', Properties: { DeletionProtection: 'ACTIVE' } })
    expect(Object.keys(resource?.Properties.LambdaConfig).sort()).toEqual([
      'CreateAuthChallenge',
      'DefineAuthChallenge',
      'PreSignUp',
      'PreTokenGenerationConfig',
      'VerifyAuthChallengeResponse',
    ])
    template.resourcePropertiesCountIs('AWS::Cognito::UserPoolGroup', { GroupName: 'impersonators' }, 2)
    template.resourcePropertiesCountIs('AWS::Cognito::UserPoolGroup', { GroupName: 'admins' }, 1)
    template.resourceCountIs('AWS::Cognito::UserPoolClient', 2)
    template.resourceCountIs('Custom::UserPoolTriggers', 0)
  })

  test('refuses a protected group that differs only in capitals from one of the app', () => {
    const { stack, pool, add } = setUp()
    const userPool = pool()
    new CfnUserPoolGroup(stack, 'Admins', { userPoolId: userPool.userPoolId, groupName: 'Admins' })
    expect(() => add({ userPool })).toThrow('has the group "Admins", and the settings')
  })

  test('refuses a protected group whose letters one of the app spells with other code points', () => {
    const { stack, pool, add } = setUp()
    const userPool = pool()
    const groupName = 'fu\u0308hrung'
    new CfnUserPoolGroup(stack, 'Board', { userPoolId: userPool.userPoolId, groupName })
    const named = [...protectedGroups, 'f\u00fchrung']
    expect(() => add({ userPool, protectedGroups: named })).toThrow(`has the group "${groupName}", and the settings`)
  })

  test.each<[string, ImpersonationProps]>([
    ['capitals', { mayActAs: { impersonators: ['VIP'] }, protectedGroups: [...protectedGroups, 'vip'] }],
    ['capitals, among actors', { mayActAs: { impersonators: ['*'], Support: ['*'], support: ['gold'] } }],
    ['code points', { protectedGroups: [...protectedGroups, 'f\u00fchrung', 'fu\u0308hrung'] }],
  ])('refuses settings whose group names differ in %s only', (_, settings) => {
    const { pool, add } = setUp()
    expect(() => add({ userPool: pool(), ...settings })).toThrow('capitals and code points count')
  })

  test('accepts settings that name a group twice', () => {
    const { pool, add } = setUp()
    const mayActAs = { impersonators: ['gold'], Support: ['gold', '*'] }
    expect(() => add({ userPool: pool(), mayActAs })).not.toThrow()
  })

  test('runs the pool’s own triggers, and may run no other function', () => {
    const { stack, pool, add, appTrigger } = setUp(env)
    const nextTriggers = {
      DefineAuthChallenge: appTrigger,
      PreTokenGenerationConfig: { LambdaVersion: 'V3_0' as const, LambdaArn: appTrigger },
    }
    add({ userPool: pool({ removalPolicy: RemovalPolicy.DESTROY }), nextTriggers, data: 'destroy' })
    const template = Template.fromStack(stack)
    const arn = 'arn:aws:lambda:us-east-1:123456789012:function:app-trigger'
    template.hasResourceProperties('AWS::Lambda::Function', {
      Handler: 'triggers.handler',
      Environment: {
        Variables: {
          NEXT_TRIGGERS: JSON.stringify({
            DefineAuthChallenge: arn,
            PreTokenGenerationConfig: { LambdaVersion: 'V3_0', LambdaArn: arn },
          }),
        },
      },
    })
    template.hasResourceProperties('AWS::Cognito::UserPool', {
      LambdaConfig: { PreTokenGenerationConfig: { LambdaVersion: 'V3_0' } },
    })
    const invoking = Object.values(template.findResources('AWS::IAM::Policy'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Action }) => [Action].flat().includes('lambda:InvokeFunction'))
    expect(invoking).toEqual([{ Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: arn }])
  })

  test.each([
    ['defineAuthChallenge', 'nextTriggers: { DefineAuthChallenge: yourFunction }'],
    ['verifyAuthChallengeResponse', 'nextTriggers: { VerifyAuthChallengeResponse: yourFunction }'],
    ['preTokenGeneration', 'nextTriggers: { PreTokenGenerationConfig: { LambdaVersion, LambdaArn: yourFunction } }'],
  ])('names the property to use for a pool with the trigger %s', (slot, property) => {
    const { pool, add, appTrigger } = setUp()
    const userPool = pool({ lambdaTriggers: { [slot]: appTrigger } })
    expect(() => add({ userPool })).toThrow(property)
  })

  test('refuses a pool from another copy of aws-cdk-lib', () => {
    const { pool, add } = setUp()
    const userPool = pool()
    const { node, userPoolId, userPoolArn, stack, env } = userPool
    const copy = { node, userPoolId, userPoolArn, stack, env } as unknown as IUserPool
    expect(() => add({ userPool: copy })).toThrow('another copy of aws-cdk-lib')
  })

  test('adds no triggers with attachTriggers=false', () => {
    const { stack, pool, add } = setUp()
    add({ userPool: pool(), attachTriggers: false })
    const template = Template.fromStack(stack)
    template.hasResourceProperties('AWS::Cognito::UserPool', { LambdaConfig: Match.absent() })
  })

  test.each([
    ['with the plan LITE', { featurePlan: FeaturePlan.LITE }, {}, 'LITE'],
    ['that stays when its triggers are deleted', {}, { data: 'destroy' as const }, 'RemovalPolicy.DESTROY'],
    [
      'with deletion protection, which its triggers lack',
      { removalPolicy: RemovalPolicy.DESTROY, deletionProtection: true },
      { data: 'destroy' as const },
      'deletionProtection',
    ],
  ])('refuses a pool %s', (_, poolProps, settings, message) => {
    const { app, pool, add } = setUp()
    add({ userPool: pool(poolProps), ...settings })
    expect(() => app.synth()).toThrow(message)
  })

  test('refuses a pool with another trigger in a needed slot, set before or after', () => {
    const { pool, add, appTrigger } = setUp()
    const userPool = pool({ lambdaTriggers: { defineAuthChallenge: appTrigger } })
    expect(() => add({ userPool })).toThrow('defineAuthChallenge')
    const later = setUp()
    const laterPool = later.pool()
    later.add({ userPool: laterPool })
    expect(() =>
      laterPool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, later.appTrigger, LambdaVersion.V1_0),
    ).toThrow('preTokenGenerationConfig')
    laterPool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION, later.appTrigger)
    expect(() => later.app.synth()).toThrow('preTokenGeneration')
  })
})

describe('an actors’ client of the same app', () => {
  const basicFails = 'so Basic fails'

  test.each<[string, UserPoolClientOptions, string | undefined]>([
    [
      'is refused for Basic with a secret',
      { generateSecret: true, authFlows: { adminUserPassword: true } },
      'has a secret',
    ],
    ['is refused for Basic with another flow', { authFlows: { userSrp: true } }, 'ADMIN_USER_PASSWORD_AUTH'],
    ['is refused for Basic with Cognito’s default flows', {}, 'ADMIN_USER_PASSWORD_AUTH'],
    ['is accepted for Basic with the flow and without a secret', { authFlows: { adminUserPassword: true } }, undefined],
  ])('%s', (_, options, fault) => {
    const { stack, app, pool, add } = setUp()
    const userPool = pool()
    add({ userPool, actorClient: userPool.addClient('Shop', options) })
    const faults = stack.node.findAll().flatMap((construct) => construct.node.validate())
    expect(faults).toEqual(fault === undefined ? [] : [expect.stringContaining(fault)])
    if (fault === undefined) expect(() => app.synth()).not.toThrow()
    else expect(() => app.synth()).toThrow(basicFails)
  })

  test('is accepted with a secret and any flow if basic=false', () => {
    const { app, pool, add } = setUp()
    const userPool = pool()
    add({ userPool, actorClient: userPool.addClient('Shop', { generateSecret: true }), basic: false })
    expect(() => app.synth()).not.toThrow()
  })

  test('is refused if it is imported by its id', () => {
    const { app, stack, pool, add } = setUp()
    const { ref } = new CfnUserPoolClient(stack, 'Shop', { userPoolId: pool().userPoolId, generateSecret: true })
    const actorClient = UserPoolClient.fromUserPoolClientId(stack, 'ImportedShop', ref)
    add({ userPool: stack.node.findChild('Customers') as UserPool, actorClient })
    expect(() => app.synth()).toThrow(basicFails)
  })

  test('is refused if another stack makes it', () => {
    const { app, add, existingPool } = setUp(env)
    const another = new Stack(app, 'Another', { env })
    const actorClient = new UserPool(another, 'Pool').addClient('Shop')
    add({ userPool: existingPool(), actorClient, protectedGroups })
    expect(() => app.synth()).toThrow(basicFails)
  })

  test('is accepted with the older name of the flow', () => {
    const { app, stack, pool, add } = setUp()
    const userPool = pool()
    const explicitAuthFlows = ['ADMIN_NO_SRP_AUTH']
    const { ref } = new CfnUserPoolClient(stack, 'Shop', { userPoolId: userPool.userPoolId, explicitAuthFlows })
    add({ userPool, actorClient: UserPoolClient.fromUserPoolClientId(stack, 'ImportedShop', ref) })
    expect(() => app.synth()).not.toThrow()
  })
})

describe('user attributes', () => {
  const clientsIn = (stack: Stack) =>
    Object.fromEntries(
      Object.values(Template.fromStack(stack).findResources('AWS::Cognito::UserPoolClient')).map(({ Properties }) => [
        Properties.ClientName,
        { read: Properties.ReadAttributes, write: Properties.WriteAttributes },
      ]),
    )
  const schema = {
    standardAttributes: { email: { required: true }, fullname: { required: false } },
    customAttributes: { tenant: new StringAttribute() },
  } satisfies UserPoolProps

  test('of a pool of the same stack: all are shown, and only a harmless one and the required ones can be written', () => {
    const { stack, pool, add } = setUp()
    add({ userPool: pool(schema) })
    const { impersonation, actors } = clientsIn(stack)
    expect(impersonation?.read).toEqual(expect.arrayContaining(['email', 'email_verified', 'custom:tenant']))
    expect(impersonation?.read).toHaveLength(20)
    expect(impersonation?.write).toEqual(['locale', 'email'])
    expect(actors).toEqual({ read: ['locale'], write: ['locale', 'email'] })
  })

  test('are read from the pool at synth, without developer-only ones', () => {
    const { stack, pool, add } = setUp()
    const userPool = pool()
    add({ userPool })
    const resource = userPool.node.defaultChild as CfnUserPool
    resource.schema = [
      { name: 'sub', required: true },
      { name: 'secret', developerOnlyAttribute: true },
      { name: 'late' },
    ]
    const { read, write } = clientsIn(stack).impersonation ?? {}
    expect(read).toContain('custom:late')
    expect(read.filter((name: string) => /secret|sub/.test(name))).toEqual([])
    expect(write).toEqual(['locale'])
  })

  test('are those that the app’s own client shows', () => {
    const { stack, pool, add } = setUp()
    const userPool = pool(schema)
    const readAttributes = new ClientAttributes().withStandardAttributes({ email: true }).withCustomAttributes('tenant')
    add({ userPool, appClient: userPool.addClient('App', { readAttributes }) })
    expect(clientsIn(stack).impersonation?.read).toEqual(['custom:tenant', 'email'])
  })

  test('are Cognito’s default if the app’s own client has none set', () => {
    const { stack, pool, add } = setUp()
    const userPool = pool(schema)
    add({ userPool, appClient: userPool.addClient('App') })
    expect(clientsIn(stack).impersonation).toEqual({ read: undefined, write: ['locale', 'email'] })
  })

  test('are those of readAttributes, which must be in the pool', () => {
    const { app, stack, pool, add } = setUp()
    add({ userPool: pool(schema), readAttributes: ['email', 'custom:tenant'] })
    expect(clientsIn(stack).impersonation?.read).toEqual(['email', 'custom:tenant'])
    expect(() => app.synth()).not.toThrow()
    const other = setUp()
    other.add({ userPool: other.pool(schema), readAttributes: ['custom:role'] })
    expect(() => other.app.synth()).toThrow('setting readAttributes contains custom:role')
  })

  test('of an existing pool are set only by readAttributes and requiredAttributes', () => {
    const { stack, add, existingPool } = setUp(env)
    add({ userPool: existingPool(), protectedGroups })
    expect(clientsIn(stack).impersonation).toEqual({ read: undefined, write: ['locale'] })
    const other = setUp(env)
    other.add({
      userPool: other.existingPool(),
      protectedGroups,
      readAttributes: ['custom:role'],
      requiredAttributes: ['email', 'locale'],
    })
    expect(clientsIn(other.stack)).toEqual({
      impersonation: { read: ['custom:role'], write: ['locale', 'email'] },
      actors: { read: ['locale'], write: ['locale', 'email'] },
    })
  })

  test.each<[string, (userPool: UserPool, stack: Stack) => ImpersonationProps, string]>([
    [
      'appClient with readAttributes',
      (userPool) => ({ userPool, appClient: userPool.addClient('App'), readAttributes: ['email'] }),
      'both appClient and setting readAttributes',
    ],
    ['appClient without its pool', (userPool) => ({ appClient: userPool.addClient('App') }), 'without userPool'],
    [
      'an imported appClient',
      (userPool, stack) => ({ userPool, appClient: UserPoolClient.fromUserPoolClientId(stack, 'App', '1abc') }),
      'set readAttributes instead',
    ],
    [
      'requiredAttributes for a pool that the stack knows',
      (userPool) => ({ userPool, requiredAttributes: ['email'] }),
      'only for an existing pool',
    ],
  ])('refuse %s', (_, propsOf, message) => {
    const { stack, pool, add } = setUp()
    expect(() => add(propsOf(pool(), stack))).toThrow(message)
  })
})

describe('on an existing pool', () => {
  test('attaches the triggers by a custom resource', () => {
    const { stack, add, existingPool } = setUp(env)
    const actorClient = UserPoolClient.fromUserPoolClientId(stack, 'Shop', '1abc')
    add({ userPool: existingPool(), actorClient, protectedGroups })
    const template = Template.fromStack(stack)
    template.hasResourceProperties('Custom::UserPoolTriggers', { UserPoolId: 'us-east-1_Abc123' })
    template.resourceCountIs('AWS::Cognito::UserPool', 0)
  })

  test('attaches no triggers with attachTriggers=false', () => {
    const { stack, add, existingPool } = setUp(env)
    add({ userPool: existingPool(), protectedGroups, attachTriggers: false })
    Template.fromStack(stack).resourceCountIs('Custom::UserPoolTriggers', 0)
  })

  test('accepts an id that is unknown at synth', () => {
    const { stack, add } = setUp(env)
    const userPool = UserPool.fromUserPoolId(stack, 'ExistingPool', Lazy.string({ produce: () => 'us-east-1_Late' }))
    add({ userPool, protectedGroups })
    Template.fromStack(stack).hasResourceProperties('Custom::UserPoolTriggers', { TriggersArn: {} })
  })

  test.each<[string, (existingPool: IUserPool) => ImpersonationProps, string]>([
    ['by its id', () => ({ userPoolId: 'us-east-1_Abc123' }), 'setting protectedGroups is not set'],
    ['that is imported', (userPool) => ({ userPool }), 'setting protectedGroups is not set'],
    [
      'and another group of actors',
      (userPool) => ({ userPool, impersonatorsGroup: 'Staff' }),
      'protectedGroups=Staff,',
    ],
  ])('must be told which groups are protected: a pool %s', (_, props, message) => {
    const { add, existingPool } = setUp(env)
    expect(() => add(props(existingPool()))).toThrow(message)
  })

  test('may have no protected group, if that is said', () => {
    const { add, existingPool } = setUp(env)
    expect(() => add({ userPool: existingPool(), protectedGroups: nobodyProtected })).not.toThrow()
  })

  test('makes the impersonators’ and the auditors’ group, and requires the others', () => {
    const { stack, add } = setUp(env)
    add({ userPoolId: 'us-east-1_Abc123', protectedGroups: ['Staff', 'impersonators', 'impersonation-auditors'] })
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: { GROUP_NAMES: '["impersonators","impersonation-auditors"]', REQUIRED_GROUPS: '["Staff"]' },
      },
    })
  })

  test('requires the groups of mayActAs, since a typo would make an empty one, except for impersonatorsGroup', () => {
    const { stack, add } = setUp(env)
    add({
      userPoolId: 'us-east-1_Abc123',
      impersonatorsGroup: 'support-us',
      mayActAs: { 'support-emea': ['customers-emea'], 'support-us': ['customers-us', '*'] },
      protectedGroups: ['Staff', 'support-us', 'support-emea', 'impersonation-auditors'],
    })
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          GROUP_NAMES: '["support-us","impersonation-auditors"]',
          REQUIRED_GROUPS: '["support-emea","Staff","customers-emea","customers-us"]',
        },
      },
    })
  })

  test('requires the groups of approvalGroups, since a typo would let everyone act without approval', () => {
    const { stack, add } = setUp(env)
    add({
      userPoolId: 'us-east-1_Abc123',
      approvalGroups: ['vips'],
      approversGroup: 'leads',
      protectedGroups: ['impersonators', 'impersonation-auditors', 'leads'],
    })
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          GROUP_NAMES: '["impersonators","impersonation-auditors","leads"]',
          REQUIRED_GROUPS: '["vips"]',
        },
      },
    })
  })

  test('names every actors’ group that must be protected', () => {
    const { add } = setUp(env)
    const mayActAs = { impersonators: ['*'], 'support-emea': ['customers-emea'] }
    expect(() => add({ userPoolId: 'us-east-1_Abc123', mayActAs })).toThrow(
      'protectedGroups=impersonators,support-emea,impersonation-auditors,',
    )
  })

  test.each<[string, typeof env, (stack: Stack) => Partial<ImpersonationProps>]>([
    ['region', env, (stack) => ({ userPool: importPool(stack, poolArn.replaceAll('us-east-1', 'eu-west-1')) })],
    ['region, by its id', env, () => ({ userPoolId: 'eu-west-1_Abc123' })],
    ['account', { ...env, account: '210987654321' }, (stack) => ({ userPool: importPool(stack, poolArn) })],
  ])('refuses a pool of another %s', (_, stackEnv, props) => {
    const { stack, add } = setUp(stackEnv)
    expect(() => add(props(stack))).toThrow('account and region')
  })
})

describe('on a pool of another stack of the same app', () => {
  function setUpTwo(authEnv: { region?: string; account?: string } = env) {
    const { app, stack, add } = setUp(env)
    const auth = new Stack(app, 'Auth', { env: authEnv })
    return { app, auth, stack, add, userPool: new UserPool(auth, 'Customers') }
  }

  test('attaches as to an existing pool, and only this stack depends on the other', () => {
    const { app, auth, stack, add, userPool } = setUpTwo()
    const actorClient = userPool.addClient('Shop', { authFlows: { adminUserPassword: true } })
    add({ userPool, actorClient, protectedGroups })
    expect(() => app.synth()).not.toThrow()
    const UserPoolId = { 'Fn::ImportValue': expect.stringContaining('Customers') }
    const [attachment] = Object.values(Template.fromStack(stack).findResources('Custom::UserPoolTriggers'))
    expect(attachment?.Properties).toMatchObject({ UserPoolId })
    expect([stack.dependencies, auth.dependencies]).toEqual([[auth], []])
    Template.fromStack(auth).hasResourceProperties('AWS::Cognito::UserPool', { LambdaConfig: Match.absent() })
  })

  test('must be told which groups are protected', () => {
    const { add, userPool } = setUpTwo()
    expect(() => add({ userPool })).toThrow('setting protectedGroups is not set')
  })

  test.each([
    ['region', { ...env, region: 'eu-west-1' }],
    ['account', { ...env, account: '210987654321' }],
  ])('refuses one of another %s', (_, authEnv) => {
    const { add, userPool } = setUpTwo(authEnv)
    expect(() => add({ userPool, protectedGroups })).toThrow('account and region')
  })
})

describe('refuses', () => {
  test('a second Impersonation in one stack, by one clear error', () => {
    const { stack, add } = setUp()
    add({})
    expect(() => new Impersonation(stack, 'Second')).toThrow(
      'the stack already contains Shop/Impersonation, and a stack can contain one',
    )
    expect(() => new Impersonation(new Stack(stack.node.root, 'Another'), 'Second')).not.toThrow()
  })

  test('no second Impersonation that is in a stack of its own, inside the first one’s', () => {
    const { stack, add } = setUp()
    for (const nested of [new Stack(stack, 'Inner'), new NestedStack(stack, 'Nested')]) {
      new Impersonation(nested, 'Impersonation')
    }
    expect(() => add({})).not.toThrow()
  })

  test.each<[string, (existingPool: IUserPool, actorClientId: string) => ImpersonationProps, string]>([
    ['a second pool', (userPool) => ({ userPool, userPoolId: 'us-east-1_Abc123' }), 'userPoolId'],
    [
      'an actors’ client without its pool',
      (_, actorClientId) => ({ actorClientId }),
      'setting actorClientId is set without setting userPoolId',
    ],
  ])('%s', (_, props, message) => {
    const { add, existingPool } = setUp()
    expect(() => add(props(existingPool(), '1abc'))).toThrow(message)
  })

  test('a second actors’ client', () => {
    const { stack, add, existingPool } = setUp()
    const actorClient = UserPoolClient.fromUserPoolClientId(stack, 'Shop', '1abc')
    expect(() => add({ userPool: existingPool(), actorClient, actorClientId: '1abc' })).toThrow('actorClientId')
  })

  test('a misspelt property, naming the right one', () => {
    const { add, pool } = setUp()
    const props: object = { userpool: pool() }
    expect(() => add(props)).toThrow('unknown setting userpool. Do you mean userPool?')
  })

  test('a stack name that makes the trigger function’s name longer than 64 characters, Lambda’s limit', () => {
    expect(() => setUp({}, 'a'.repeat(46)).add({})).not.toThrow()
    expect(() => setUp({}, 'a'.repeat(47)).add({})).toThrow('46')
  })
})

function importPool(stack: Stack, arn: string): IUserPool {
  return UserPool.fromUserPoolArn(stack, 'ExistingPool', arn)
}
