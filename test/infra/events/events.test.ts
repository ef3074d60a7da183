// The function that puts the events: its permissions, its source, its queue, and a stack without it.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { EventBus } from 'aws-cdk-lib/aws-events'
import { Impersonation } from '../../../infra/impersonation.ts'
import { circleIn, ofType, onlyOne, pathOf, type StackTemplate, statements, templateOf } from '../template.ts'

const security = 'arn:aws:events:us-east-1:210987654321:event-bus/security'

let template: StackTemplate
beforeAll(async () => {
  template = await templateOf({ eventBus: 'security' })
})

const statementsOf = (given: StackTemplate) =>
  statements(given).filter((statement) => Object.keys(statement).some((key) => key.includes('<Events/Role>')))

/** The properties of an Impersonation in an app's own stack. */
function inApp(eventBus: string | ((stack: Stack) => string), region?: string): StackTemplate {
  const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Shop', {
    ...(region && { env: { region, account: '123456789012' } }),
  })
  new Impersonation(stack, 'Impersonation', { eventBus: typeof eventBus === 'string' ? eventBus : eventBus(stack) })
  return Template.fromStack(stack).toJSON() as StackTemplate
}

describe('the function of events', () => {
  const bus = (arn: string) => ({
    [`Allow <Events/Role> on ${arn}`]: ['events:PutEvents'],
    Condition: {
      'ForAllValues:StringEquals': {
        'events:source': 'cognito-impersonation',
        'events:detail-type': 'Impersonation changed',
      },
      Null: { 'events:source': 'false', 'events:detail-type': 'false' },
    },
  })

  test('may read the stream and put our events to the one bus, and nothing else', () => {
    expect(statementsOf(template)).toEqual([
      { 'Allow <Events/Role> on <Events/Logs.Arn>': ['logs:CreateLogStream', 'logs:PutLogEvents'] },
      {
        'Allow <Events/Role> on <Records.StreamArn>': [
          'dynamodb:DescribeStream',
          'dynamodb:GetRecords',
          'dynamodb:GetShardIterator',
        ],
      },
      { 'Allow <Events/Role> on *': ['dynamodb:ListStreams'] },
      bus('arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:event-bus/security'),
      { 'Allow <Events/Role> on <EventsDeadLetters.Arn>': ['sqs:SendMessage'] },
    ])
  })

  test('may put to a bus of another account', async () => {
    expect(statementsOf(await templateOf({ eventBus: security }))).toContainEqual(bus(security))
  })

  test('gets the bus and the queue', () => {
    expect(ofType(template, 'AWS::Lambda::Function')['Events/Function']).toMatchObject({
      Handler: 'events.handler',
      Timeout: 30,
      Environment: {
        Variables: {
          EVENT_BUS: 'arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:event-bus/security',
          DEAD_LETTER_QUEUE_URL: '<EventsDeadLetters>',
        },
      },
    })
  })

  test('is run with each record before and after a change, in order, until the bus takes the event', () => {
    expect(onlyOne(template, 'AWS::DynamoDB::Table').StreamSpecification).toEqual({
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    })
    const { FilterCriteria, ...mapping } = onlyOne(template, 'AWS::Lambda::EventSourceMapping')
    expect(mapping).toEqual({
      FunctionName: '<Events/Function>',
      EventSourceArn: '<Records.StreamArn>',
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 50,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRecordAgeInSeconds: 23 * 3600,
      DestinationConfig: { OnFailure: { Destination: '<EventsDeadLetters.Arn>' } },
    })
    expect(FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern))).toEqual([
      { eventName: ['INSERT', 'MODIFY'], dynamodb: { NewImage: { state: { S: [{ exists: true }] } } } },
      { eventName: ['INSERT', 'MODIFY'], dynamodb: { OldImage: { state: { S: [{ exists: true }] } } } },
    ])
  })
})

test('the dead-letter queue is encrypted, needs TLS, and keeps a message for 14 days', () => {
  expect(onlyOne(template, 'AWS::SQS::Queue')).toEqual({
    SqsManagedSseEnabled: true,
    MessageRetentionPeriod: 14 * 24 * 3600,
  })
  expect(onlyOne(template, 'AWS::SQS::QueuePolicy').PolicyDocument.Statement).toEqual([
    expect.objectContaining({
      Effect: 'Deny',
      Action: 'sqs:*',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    }),
  ])
})

test('the stack has outputs for the runbook, and no circular dependency', () => {
  expect(Object.keys(template.Outputs).filter((name) => name.startsWith('Events'))).toEqual([
    'EventsFunctionName',
    'EventsLogGroupName',
    'EventsDeadLettersUrl',
  ])
  expect(circleIn(template.Resources)).toBeUndefined()
})

test.each([{}, { eventBus: '' }])('with %j there is no stream, function, queue, right or output', async (context) => {
  const without = await templateOf(context)
  expect(onlyOne(without, 'AWS::DynamoDB::Table')).not.toHaveProperty('StreamSpecification')
  const paths = Object.values(without.Resources).map(pathOf)
  expect(paths.filter((path) => path.startsWith('Events'))).toEqual([])
  const types = Object.values(without.Resources).map(({ Type }) => Type)
  expect(types.filter((type) => /EventSourceMapping|SQS/.test(type))).toEqual([])
  const actions = statements(without).flatMap((statement) => Object.values(statement).flat())
  expect(actions.filter((action) => /^(events:|sqs:|dynamodb:(.*Stream|GetRecords))/.test(String(action)))).toEqual([])
  expect(Object.keys(without.Outputs).filter((name) => name.startsWith('Events'))).toEqual([])
})

describe('in an own app, the bus', () => {
  test('can be a bus of the stack, by its ARN', () => {
    const own = inApp((stack) => new EventBus(stack, 'Security').eventBusArn)
    const [bus] = Object.keys(own.Resources).filter((id) => own.Resources[id]?.Type === 'AWS::Events::EventBus')
    const policies = JSON.stringify(Object.values(own.Resources).filter(({ Type }) => Type === 'AWS::IAM::Policy'))
    expect(policies).toContain(`"events:PutEvents","Condition"`)
    expect(policies).toContain(`"Resource":{"Fn::GetAtt":["${bus}","Arn"]}`)
    expect(circleIn(own.Resources)).toBeUndefined()
  })

  test('can be in the region of the stack only', () => {
    expect(() => inApp(security, 'us-east-1')).not.toThrow()
    expect(() => inApp(security, 'eu-west-1')).toThrow('setting eventBus names a bus in us-east-1')
  })
})
