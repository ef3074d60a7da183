import { describe, expect, test } from '@jest/globals'
import { Stack } from '../../../../infra/local/cloudformation/stack.ts'
import { readEventSources } from '../../../../infra/local/events/event-sources.ts'
import { place } from '../support.ts'

const sourcesOf = (Properties: Record<string, unknown>) =>
  readEventSources(
    new Stack(
      {
        Resources: {
          Table: { Type: 'AWS::DynamoDB::Table', Properties: { StreamSpecification: {} } },
          Queue: { Type: 'AWS::SQS::Queue' },
          Function: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'events' } },
          Mapping: { Type: 'AWS::Lambda::EventSourceMapping', Properties },
        },
      },
      place,
    ),
  )

const required = { FunctionName: { Ref: 'Function' }, EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] } }

describe('an event source mapping', () => {
  test('has Lambda’s defaults', () => {
    expect(sourcesOf(required)).toEqual([
      {
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:events',
        streamArn: expect.stringContaining(':table/Sample-Table/stream/'),
        batchSize: 100,
        patterns: [],
        reportsItemFailures: false,
        bisects: false,
        maximumAge: undefined,
        onFailure: undefined,
      },
    ])
  })

  test('has its properties', () => {
    const [source] = sourcesOf({
      ...required,
      FunctionName: { 'Fn::GetAtt': ['Function', 'Arn'] },
      BatchSize: 50,
      BisectBatchOnFunctionError: true,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Queue', 'Arn'] } } },
      FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRecordAgeInSeconds: 60,
      StartingPosition: 'TRIM_HORIZON',
    })
    expect(source).toMatchObject({
      batchSize: 50,
      patterns: [{ eventName: ['INSERT'] }],
      reportsItemFailures: true,
      bisects: true,
      maximumAge: 60_000,
      onFailure: 'arn:aws:sqs:us-east-1:000000000000:Sample-Queue',
    })
  })

  test.each([
    ['an unknown property', { ...required, ParallelizationFactor: 2 }, 'sets ParallelizationFactor'],
    ['an unknown function', { ...required, FunctionName: 'other' }, 'names the function other'],
  ])('is refused with %s', (_, properties, message) => {
    expect(() => sourcesOf(properties)).toThrow(message)
  })
})
