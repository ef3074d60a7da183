// The construct in somebody's own app: on a pool of theirs, and what it says of one that it can't be on.

import { describe, expect, test } from '@jest/globals'
import { App, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import {
  CfnUserPoolGroup,
  FeaturePlan,
  type IUserPool,
  LambdaVersion,
  UserPool,
  UserPoolClient,
  UserPoolOperation,
  type UserPoolProps,
} from 'aws-cdk-lib/aws-cognito'
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Impersonation, type ImpersonationProps } from '../../../infra/impersonation.ts'

const poolArn = 'arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Abc123'
const here = { region: 'us-east-1', account: '123456789012' }

function setUp(env: { region?: string; account?: string } = {}, stackName = 'Shop') {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
  const stack = new Stack(app, 'Shop', { env, stackName })
  const pool = (props: UserPoolProps = {}) => new UserPool(stack, 'Customers', props)
  const add = (props: ImpersonationProps) => new Impersonation(stack, 'Impersonation', props)
  const given = (arn = poolArn) => UserPool.fromUserPoolArn(stack, 'Given', arn)
  const theirs = LambdaFunction.fromFunctionArn(
    stack,
    'Theirs',
    'arn:aws:lambda:us-east-1:123456789012:function:theirs',
  )
  return { app, stack, pool, add, given, theirs }
}

describe('on a pool of the app', () => {
  test('adds triggers and groups, and leaves the rest of the pool to the app', () => {
    const { stack, pool, add, theirs } = setUp()
    const userPool = pool({ removalPolicy: RemovalPolicy.DESTROY, deletionProtection: true })
    userPool.addTrigger(UserPoolOperation.PRE_SIGN_UP, theirs)
    new CfnUserPoolGroup(stack, 'Admins', { userPoolId: userPool.userPoolId, groupName: 'admins' })
    new CfnUserPoolGroup(stack, 'Elsewhere', { userPoolId: 'us-east-1_Other', groupName: 'impersonators' })
    add({ userPool, actorClient: userPool.addClient('Shop') })
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

  test('is not taken for an imported one where it comes from another copy of the library', () => {
    const { pool, add } = setUp()
    const userPool = pool()
    const { node, userPoolId, userPoolArn, stack, env } = userPool
    const copy = { node, userPoolId, userPoolArn, stack, env } as unknown as IUserPool
    expect(() => add({ userPool: copy })).toThrow('another copy of aws-cdk-lib')
  })

  test('adds no trigger yet where that is asked for', () => {
    const { stack, pool, add } = setUp()
    add({ userPool: pool(), attachTriggers: false })
    const template = Template.fromStack(stack)
    template.hasResourceProperties('AWS::Cognito::UserPool', { LambdaConfig: Match.absent() })
  })

  test.each([
    ['a Lite plan', { featurePlan: FeaturePlan.LITE }, {}, 'LITE'],
    ['that would stay without its triggers', {}, { data: 'destroy' as const }, 'RemovalPolicy.DESTROY'],
    [
      'protected from deletion, unlike its triggers',
      { removalPolicy: RemovalPolicy.DESTROY, deletionProtection: true },
      { data: 'destroy' as const },
      'deletionProtection',
    ],
  ])('is refused with one %s', (_, poolProps, settings, said) => {
    const { app, pool, add } = setUp()
    add({ userPool: pool(poolProps), ...settings })
    expect(() => app.synth()).toThrow(said)
  })

  test('is refused with one whose slot is taken, before or after', () => {
    const { pool, add, theirs } = setUp()
    const userPool = pool({ lambdaTriggers: { defineAuthChallenge: theirs } })
    expect(() => add({ userPool })).toThrow('defineAuthChallenge')
    const later = setUp()
    const open = later.pool()
    later.add({ userPool: open })
    expect(() =>
      open.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, later.theirs, LambdaVersion.V1_0),
    ).toThrow('preTokenGenerationConfig')
    open.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION, later.theirs)
    expect(() => later.app.synth()).toThrow('preTokenGeneration')
  })

  test('is refused with one of another stack', () => {
    const { app, add } = setUp()
    const userPool = new UserPool(new Stack(app, 'Another'), 'Customers')
    expect(() => add({ userPool })).toThrow('belongs to another stack')
  })
})

describe('on an imported pool', () => {
  test('changes it by custom resources', () => {
    const { stack, add, given } = setUp(here)
    add({ userPool: given(), actorClient: UserPoolClient.fromUserPoolClientId(stack, 'Shop', '1abc') })
    const template = Template.fromStack(stack)
    template.hasResourceProperties('Custom::UserPoolTriggers', { UserPoolId: 'us-east-1_Abc123' })
    template.resourceCountIs('AWS::Cognito::UserPool', 0)
  })

  test('leaves it alone yet where that is asked for', () => {
    const { stack, add, given } = setUp(here)
    add({ userPool: given(), attachTriggers: false })
    Template.fromStack(stack).resourceCountIs('Custom::UserPoolTriggers', 0)
  })

  test('takes an id that is known at deployment only', () => {
    const { stack, add } = setUp(here)
    add({ userPool: UserPool.fromUserPoolId(stack, 'Given', Lazy.string({ produce: () => 'us-east-1_Late' })) })
    Template.fromStack(stack).hasResourceProperties('Custom::UserPoolTriggers', { TriggersArn: {} })
  })

  test.each<[string, typeof here, (stack: Stack) => Partial<ImpersonationProps>]>([
    ['region', here, (stack) => ({ userPool: imported(stack, poolArn.replaceAll('us-east-1', 'eu-west-1')) })],
    ['region, by its id', here, () => ({ userPoolId: 'eu-west-1_Abc123' })],
    ['account', { ...here, account: '210987654321' }, (stack) => ({ userPool: imported(stack, poolArn) })],
  ])('is refused with one of another %s', (_, env, props) => {
    const { stack, add } = setUp(env)
    expect(() => add(props(stack))).toThrow('account and region')
  })
})

describe('refuses', () => {
  test.each<[string, (given: IUserPool, client: UserPoolClient['userPoolClientId']) => ImpersonationProps, string]>([
    ['two pools', (userPool) => ({ userPool, userPoolId: 'us-east-1_Abc123' }), 'userPoolId'],
    [
      'a client of no pool',
      (_, actorClientId) => ({ actorClientId }),
      'setting actorClientId is set without setting userPoolId',
    ],
  ])('%s', (_, props, said) => {
    const { add, given } = setUp()
    expect(() => add(props(given(), '1abc'))).toThrow(said)
  })

  test('two clients for actors', () => {
    const { stack, add, given } = setUp()
    const actorClient = UserPoolClient.fromUserPoolClientId(stack, 'Shop', '1abc')
    expect(() => add({ userPool: given(), actorClient, actorClientId: '1abc' })).toThrow('actorClientId')
  })

  test('a stack whose name leaves the function too little of Lambda’s 64 characters', () => {
    expect(() => setUp({}, 'a'.repeat(46)).add({})).not.toThrow()
    expect(() => setUp({}, 'a'.repeat(47)).add({})).toThrow('46')
  })
})

function imported(stack: Stack, arn: string): IUserPool {
  return UserPool.fromUserPoolArn(stack, 'Given', arn)
}
