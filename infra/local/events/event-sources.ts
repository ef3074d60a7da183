// Lambda's event source mappings: run a function with the changes of a table.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html

import { expectOnly, type Resource, type Stack } from '../cloudformation/stack.ts'

export interface EventSource {
  functionArn: string
  streamArn: string
  batchSize: number
  /** Only changes that match one of them reach the function. Empty: all do. */
  patterns: unknown[]
  reportsItemFailures: boolean
  bisects: boolean
  /** Ms. An older change goes to the queue in place of a further try. Undefined: as old as the stream keeps them. */
  maximumAge: number | undefined
  /** The ARN of the queue. Undefined: changes are dropped. */
  onFailure: string | undefined
}

const supported = [
  'BatchSize',
  'BisectBatchOnFunctionError',
  'DestinationConfig',
  'EventSourceArn',
  'FilterCriteria',
  'FunctionName',
  'FunctionResponseTypes',
  'MaximumRecordAgeInSeconds',
]
// The local stream is new with each run, so all positions are the same.
const ignored = ['StartingPosition', 'Tags']

/** @throws Error naming a property that the local run does not know, or a function that the template lacks */
export function readEventSources(stack: Stack): EventSource[] {
  return stack.resources('AWS::Lambda::EventSourceMapping').map((mapping) => {
    expectOnly(mapping, [...supported, ...ignored])
    const { properties } = mapping
    const age = Number(properties.MaximumRecordAgeInSeconds ?? -1)
    const { Filters = [] } = Object(properties.FilterCriteria) as { Filters?: { Pattern: string }[] }
    return {
      functionArn: functionArnOf(stack, mapping),
      streamArn: String(properties.EventSourceArn),
      batchSize: Number(properties.BatchSize ?? 100),
      patterns: Filters.map(({ Pattern }) => JSON.parse(Pattern)),
      reportsItemFailures: [properties.FunctionResponseTypes].flat().includes('ReportBatchItemFailures'),
      bisects: properties.BisectBatchOnFunctionError === true,
      maximumAge: age < 0 ? undefined : age * 1000,
      onFailure: Object(properties.DestinationConfig).OnFailure?.Destination,
    }
  })
}

function functionArnOf(stack: Stack, { logicalId, properties }: Resource): string {
  const fn = stack
    .resources('AWS::Lambda::Function')
    .find((each) => [each.id, stack.attribute(each.logicalId, 'Arn')].includes(String(properties.FunctionName)))
  if (!fn) throw new Error(`template: ${logicalId} names the function ${properties.FunctionName}, which does not exist`)
  return stack.attribute(fn.logicalId, 'Arn')
}
