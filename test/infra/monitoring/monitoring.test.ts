// The alarms, their topic, their entries in RUNBOOK.md, and the dashboard.

import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { ofType, onlyOne, type Resource, type StackTemplate, templateOf } from '../template.ts'

interface Widget {
  properties: { title: string; metrics: unknown[][] }
}

let template: StackTemplate
let alarms: Record<string, Resource['Properties']>
beforeAll(async () => {
  template = await templateOf({ eventBus: 'security' })
  alarms = Object.fromEntries(
    Object.entries(ofType(template, 'AWS::CloudWatch::Alarm')).map(([path, alarm]) => [path.split('/')[1], alarm]),
  )
})

const triggers = 'FunctionName=<Triggers/Function>'
const endpoint = 'FunctionName=<Endpoint/Function>'
const service = 'service=<Endpoint/Function>'
const api = 'ApiName=<AWS::StackName> Stage=<Api/DeploymentStage.v1>'

describe('alarms', () => {
  test.each<[name: string, metric: string, of: string, statistic: string, threshold: number, seconds: number]>([
    ['TriggersFailing', 'AWS/Lambda Errors', triggers, 'Average', 0.5, 60],
    ['TriggersThrottled', 'AWS/Lambda Throttles', triggers, 'Sum', 1, 60],
    ['TriggersSlow', 'AWS/Lambda Duration', triggers, 'p95', 1_500, 300],
    ['TokensUnfit', 'CognitoImpersonation Decisions', `outcome=TokensUnfit ${service}`, 'Sum', 1, 60],
    ['TriggersDetached', 'CognitoImpersonation Decisions', `outcome=TriggersDetached ${service}`, 'Sum', 1, 60],
    ['EndpointFaults', 'AWS/ApiGateway 5XXError', api, 'Sum', 3, 300],
    ['EndpointThrottled', 'AWS/Lambda Throttles', endpoint, 'Sum', 1, 60],
    ['CognitoThrottling', 'CognitoImpersonation Decisions', `outcome=TooManyRequests ${service}`, 'Sum', 5, 300],
    ['OversightFaults', 'CognitoImpersonation Faults', 'service=<Oversight/Function>', 'Sum', 3, 300],
    ['IntrospectionFaults', 'CognitoImpersonation Faults', 'service=<Introspection/Function>', 'Sum', 3, 300],
    ['RefusalsAboveNormal', 'CognitoImpersonation Refusals', service, 'Sum', 25, 900],
    ['OversightRefusals', 'CognitoImpersonation Refusals', 'service=<Oversight/Function>', 'Sum', 25, 900],
    ['ImpersonationsAboveNormal', 'CognitoImpersonation Decisions', `outcome=issued ${service}`, 'Sum', 100, 3_600],
    ['ActorLimitReached', 'CognitoImpersonation Decisions', `outcome=ActorLimit ${service}`, 'Sum', 1, 900],
    [
      'EventsFailing',
      'AWS/SQS ApproximateNumberOfMessagesVisible',
      'QueueName=<EventsDeadLetters.QueueName>',
      'Maximum',
      1,
      300,
    ],
    ['EventsLate', 'AWS/Lambda IteratorAge', 'FunctionName=<Events/Function>', 'Maximum', 300_000, 60],
  ])('%s: %s of %s, %s ≥ %d in %d s', (name, metric, of, statistic, threshold, seconds) => {
    const { Namespace, MetricName, Dimensions, Statistic, ExtendedStatistic, ...alarm } = alarms[name] ?? {}
    const dimensions = Dimensions.map((dimension: Record<string, string>) => `${dimension.Name}=${dimension.Value}`)
    expect([`${Namespace} ${MetricName}`, dimensions.join(' ')]).toEqual([metric, of])
    expect(Statistic ?? ExtendedStatistic).toBe(statistic)
    expect(alarm).toMatchObject({
      AlarmName: `<AWS::StackName>-${name}`,
      AlarmActions: ['<AlarmTopic>'],
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: threshold,
      Period: seconds,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
    })
  })

  test('match the entries of RUNBOOK.md', () => {
    const runbook = readFileSync(new URL('../../../infra/docs/RUNBOOK.md', import.meta.url), 'utf8')
    const entries = [...runbook.matchAll(/^### (\w+)$/gm)].map(([, name]) => name)
    expect(entries.sort()).toEqual(Object.keys(alarms).sort())
    for (const [name, { AlarmDescription }] of Object.entries(alarms)) expect(AlarmDescription).toContain(`"${name}"`)
  })

  test('on events exist only with an event bus', async () => {
    const without = Object.keys(ofType(await templateOf(), 'AWS::CloudWatch::Alarm')).map((path) => path.split('/')[1])
    expect(Object.keys(alarms).filter((name) => !without.includes(name))).toEqual(['EventsFailing', 'EventsLate'])
  })

  test.each(['RefusalsAboveNormal', 'OversightRefusals'])('use alarmRefusals as the threshold of %s', async (name) => {
    const changed = ofType(await templateOf({ alarmRefusals: 100 }), 'AWS::CloudWatch::Alarm')
    expect(changed[`Alarms/${name}`]).toMatchObject({ Threshold: 100 })
  })
  test('use alarmImpersonations as the threshold of ImpersonationsAboveNormal', async () => {
    const changed = ofType(await templateOf({ alarmImpersonations: 7 }), 'AWS::CloudWatch::Alarm')
    expect(changed['Alarms/ImpersonationsAboveNormal']).toMatchObject({ Threshold: 7 })
  })
})

describe('the alarm topic', () => {
  const principal = { Service: 'cloudwatch.amazonaws.com' }
  const thisAccount = { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } }

  test('is encrypted with a key that CloudWatch may use', () => {
    expect(onlyOne(template, 'AWS::SNS::Topic').KmsMasterKeyId).toBe('<AlarmTopicKey.Arn>')
    const { EnableKeyRotation, KeyPolicy } = onlyOne(template, 'AWS::KMS::Key')
    expect(EnableKeyRotation).toBe(true)
    expect(KeyPolicy.Statement.slice(1)).toEqual([
      {
        Effect: 'Allow',
        Principal: principal,
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        Resource: '*',
        Condition: thisAccount,
      },
    ])
  })

  test('accepts messages only from this account’s alarms, and only over TLS', () => {
    expect(onlyOne(template, 'AWS::SNS::TopicPolicy').PolicyDocument.Statement).toEqual([
      expect.objectContaining({
        Effect: 'Deny',
        Principal: '*',
        Action: 'sns:Publish',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
      expect.objectContaining({ Effect: 'Allow', Principal: principal, Action: 'sns:Publish', Condition: thisAccount }),
    ])
  })

  test('has alarmEmail as its only subscriber', async () => {
    expect(ofType(template, 'AWS::SNS::Subscription')).toEqual({})
    expect(onlyOne(await templateOf({ alarmEmail: 'on-call@example.com' }), 'AWS::SNS::Subscription')).toEqual({
      Protocol: 'email',
      Endpoint: 'on-call@example.com',
      TopicArn: '<AlarmTopic>',
    })
  })
})

test('the dashboard shows outcomes, the API, latency, the triggers, oversight, introspection, events, and faults', () => {
  const { DashboardBody } = onlyOne(template, 'AWS::CloudWatch::Dashboard')
  const { widgets } = JSON.parse(DashboardBody) as { widgets: Widget[] }
  const shown = widgets.map(({ properties: { title, metrics } }) => [
    title,
    metrics.map(([namespace, name]) =>
      typeof namespace === 'string' ? `${namespace} ${name}` : (namespace as { expression: string }).expression,
    ),
  ])
  const outcomesOf = (path: string) =>
    `SEARCH('{CognitoImpersonation,service,outcome} MetricName="Decisions" service="<${path}/Function>"', 'Sum', 300)`
  const table = `SEARCH('{AWS/DynamoDB,TableName,Operation} MetricName=("SystemErrors" OR "ThrottledRequests") TableName="<Records>"', 'Sum', 300)`
  expect(Object.fromEntries(shown)).toEqual({
    'Impersonations by outcome': [outcomesOf('Endpoint')],
    API: ['AWS/ApiGateway 4XXError', 'AWS/ApiGateway 5XXError', 'AWS/Lambda Throttles'],
    'Latency of the endpoint, ms': Array(3).fill('CognitoImpersonation Latency'),
    'Triggers: errors, and runs on the right': ['AWS/Lambda Errors', 'AWS/Lambda Throttles', 'AWS/Lambda Invocations'],
    'Duration of the triggers, ms': Array(3).fill('AWS/Lambda Duration'),
    'Faults of Cognito and DynamoDB': [
      ...Array(5).fill('CognitoImpersonation Decisions'),
      ...Array(2).fill('AWS/Cognito SignInThrottles'),
      table,
    ],
    'Listing, reading and ending, by outcome': [outcomesOf('Oversight')],
    'Introspection by outcome': [outcomesOf('Introspection')],
    'Faults of oversight and introspection': Array(2).fill('CognitoImpersonation Faults'),
    'Events: age in ms, and changes without an event on the right': [
      'AWS/Lambda IteratorAge',
      'AWS/SQS ApproximateNumberOfMessagesVisible',
    ],
  })
})
