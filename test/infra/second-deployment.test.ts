// Several deployments in one account: their names do not collide.

import { describe, expect, test } from '@jest/globals'
import { App, NestedStack, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { Impersonation, type ImpersonationProps } from '../../infra/impersonation.ts'
import { ImpersonationStack } from '../../infra/impersonation-stack.ts'
import { synthesize } from '../../infra/synthesize.ts'
import { ofType, pathOf, type Resource, readable, type StackTemplate } from './template.ts'

interface Deployment {
  stackName: string
  region: string
  template: StackTemplate
}

const bundleNothing = { 'aws:cdk:bundling-stacks': [], 'aws:cdk:enable-path-metadata': true }
const region = 'us-east-1'

function deployment(stack: Stack, inRegion = region): Deployment {
  return { stackName: stack.stackName, region: inRegion, template: Template.fromStack(stack).toJSON() as StackTemplate }
}

/** The stack that the CDK CLI deploys. */
function appDeployment(context: Record<string, unknown>, inRegion = region): Deployment {
  return deployment(
    new ImpersonationStack(new App({ context: { ...bundleNothing, ...context } }), 'Impersonation'),
    inRegion,
  )
}

const plain = appDeployment({})

function ownAppDeployment(id: string, props: ImpersonationProps, stackName = id): Deployment {
  const stack = new Stack(new App({ context: bundleNothing }), id, { stackName })
  new Impersonation(stack, 'Support', props)
  return deployment(stack)
}

/** Properties that identify nothing: the title of an e-mail, and the metric of an alarm. */
const labels = ['DisplayName', 'MetricName']

/**
 * The names that a template gives: `<type>: <name>`, and the exports. CloudFormation makes unique names for all other
 * resources. References to other resources are left out.
 */
function namesIn({ template, stackName, region }: Deployment): string[] {
  const resolve = (value: unknown): string =>
    JSON.stringify(readable(template, value))
      .replaceAll('<AWS::StackName>', stackName)
      .replaceAll('<AWS::Region>', region)
  const names = Object.values(template.Resources).flatMap(({ Type, Properties }: Resource) =>
    Object.entries(Properties ?? {})
      .filter(([property]) => /Name$/.test(property) && !labels.includes(property))
      .map(([, value]) => [Type, resolve(value)] as const)
      .filter(([, name]) => !/^"<[^>]+>"$/.test(name))
      .map(([type, name]) => `${type}: ${name}`),
  )
  const outputs = Object.values(template.Outputs ?? {}) as { Export?: { Name: unknown } }[]
  return [...names, ...outputs.flatMap(({ Export }) => (Export ? [`Export: ${resolve(Export.Name)}`] : []))]
}

function collisions(one: Deployment, other: Deployment): string[] {
  const taken = namesIn(other)
  return [...new Set(namesIn(one).filter((name) => taken.includes(name)))].sort()
}

/** Names in something that each deployment has of its own: its API, its user pool, its roles. */
const innerNames = [
  /^AWS::ApiGateway::Stage: "v1"$/,
  /^AWS::Cognito::UserPoolClient: "(actors|impersonation)"$/,
  /^(AWS::Cognito|Custom)::UserPoolGroup: "(impersonators|impersonation-auditors|admins)"$/,
  /^AWS::IAM::Policy: "\w+"$/,
]
const outerCollisions = (one: Deployment, other: Deployment) =>
  collisions(one, other).filter((name) => !innerNames.some((inner) => inner.test(name)))

describe('two deployments in one account and region', () => {
  const existing = (userPoolId: string) => ({
    userPoolId,
    protectedGroups: ['impersonators', 'impersonation-auditors', 'admins'],
  })

  test.each<[string, Deployment, Deployment]>([
    [
      'two stack names',
      appDeployment({ accessLog: true }),
      appDeployment({ accessLog: true, stackName: 'support-eu' }),
    ],
    [
      'two existing pools',
      appDeployment(existing('us-east-1_One')),
      appDeployment({ ...existing('us-east-1_Two'), stackName: 'support-eu' }),
    ],
    ['an app of one’s own beside the stack', plain, ownAppDeployment('Shop', {})],
    [
      'two stacks of an app of one’s own',
      ownAppDeployment('Shop', { customers: ['back-office'] }),
      ownAppDeployment('Office', { customers: ['back-office'] }),
    ],
    [
      'two stacks with the same construct ids',
      ownAppDeployment('Shop', {}, 'shop-test'),
      ownAppDeployment('Shop', {}, 'shop-live'),
    ],
  ])('have no name in common: %s', (_, one, other) => {
    expect(outerCollisions(one, other)).toEqual([])
  })

  test('would have the names of alarms, keys and more in common if both stacks had the same name', () => {
    const types = outerCollisions(plain, plain).map((name) => name.split(': ')[0])
    expect([...new Set(types)]).toEqual([
      'AWS::ApiGateway::ApiKey',
      'AWS::ApiGateway::RestApi',
      'AWS::ApiGateway::UsagePlan',
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::Dashboard',
      'AWS::Lambda::Function',
    ])
  })
})

test('stacks of the same name in two regions have no dashboard in common: an account’s dashboards are not regional', () => {
  const global = outerCollisions(plain, appDeployment({}, 'eu-west-1')).filter((name) =>
    /^AWS::(CloudWatch::Dashboard|IAM::)/.test(name),
  )
  expect(global).toEqual([])
})

describe('the stack’s name', () => {
  test('is Impersonation by default', () => {
    expect(plain.stackName).toBe('Impersonation')
  })

  test('changes no file’s name, since the local run reads the template', () => {
    const { stacks } = synthesize({ context: { ...bundleNothing, stackName: 'support' } })
    expect(stacks.map(({ stackName, templateFile }) => [stackName, templateFile])).toEqual([
      ['support', 'Impersonation.template.json'],
    ])
  })

  test.each(['support', 'S', 'Support-EU-2', 'a'.repeat(46)])('can be %s', (stackName) => {
    expect(appDeployment({ stackName }).stackName).toBe(stackName)
  })

  test.each([
    '',
    '1st',
    '-support',
    'support_eu',
    'support.eu',
    'sup port',
    'support\n',
    'süpport',
    'a'.repeat(47),
    5,
    true,
    ['support'],
  ])('cannot be %j', (stackName) => {
    expect(() => appDeployment({ stackName })).toThrow(
      `stackName is ${JSON.stringify(stackName)}, but it must be a letter, then letters, digits and dashes, at most 46 characters`,
    )
  })

  test('is part of the trigger function’s name, which is at most 64 characters long', () => {
    const { template } = appDeployment({ stackName: 'a'.repeat(46) })
    const names = Object.values(template.Resources)
      .filter((resource) => pathOf(resource) === 'Triggers/Function')
      .map(({ Properties }) => Properties.FunctionName['Fn::Join'])
    const [dash, [first, second, idPart]] = names[0]
    expect([dash, first, second]).toEqual(['-', { Ref: 'AWS::StackName' }, 'triggers'])
    expect(JSON.stringify(idPart)).toContain('AWS::StackId')
    expect(['a'.repeat(46), 'triggers', '05955157'].join('-')).toHaveLength(64)
  })

  test('is not part of it in a nested stack, whose name CloudFormation chooses', () => {
    const stack = new Stack(new App({ context: bundleNothing }), 'Shop')
    const nested = new NestedStack(stack, 'Support')
    new Impersonation(nested, 'Impersonation')
    const functions = ofType(Template.fromStack(nested).toJSON() as StackTemplate, 'AWS::Lambda::Function')
    const name = JSON.stringify(
      Object.values(functions).find(({ Handler }) => Handler === 'triggers.handler')?.FunctionName,
    )
    expect(name).toMatch(/^"impersonation-triggers-/)
    expect(name).not.toContain('AWS::StackName')
  })
})
