// The function that puts an event for each change of a record, its source and its dead-letter queue.

import { Duration } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { eventVariables } from '../../lambda/config.ts'
import { detailType, source } from '../../lambda/events/names.ts'
import { BundledFunction } from '../functions/bundled-function.ts'
import { environmentOf } from '../functions/environment.ts'
import { acknowledge } from '../nag.ts'
import type { Settings } from '../settings/settings.ts'
import { busArn } from './event-bus.ts'

export interface EventsProps {
  /** A table with a stream. */
  records: Table
  settings: Settings
}

/** It reads the table's stream, and not the table. It puts our events to one bus, and no others. */
export class Events extends BundledFunction {
  /** Changes without an event: unreadable ones, and those that the bus did not take for 23 hours. */
  readonly deadLetters: Queue

  constructor(scope: Construct, id: string, { records, settings }: EventsProps) {
    const eventBus = busArn(scope, settings.eventBus)
    const deadLetters = new Queue(scope, `${id}DeadLetters`, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    })
    acknowledge(deadLetters, { SQS3: 'It is a dead-letter queue itself: what Lambda could not process.' })
    super(scope, id, {
      entry: 'events',
      // A batch has at most five requests to the bus, of at most 5 s each.
      timeoutSeconds: 30,
      logRetentionDays: settings.logRetentionDays,
      environment: environmentOf(scope, eventVariables, { eventBus, deadLetterQueueUrl: deadLetters.queueUrl }),
    })
    this.deadLetters = deadLetters
    this.#allowToRead(records)
    this.#allowToPut(eventBus)
    this.allow(deadLetters.queueArn, 'sqs:SendMessage')
    this.#readStreamOf(records)
  }

  /** Lambda reads the stream with the function's role. */
  #allowToRead({ tableStreamArn = '' }: Table): void {
    this.allow(tableStreamArn, 'dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator')
    // https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
    this.allow('*', 'dynamodb:ListStreams')
    acknowledge(this.role, {
      'IAM5[Resource::*]':
        'Lambda requires dynamodb:ListStreams, which can’t be limited to a resource. It shows the names of the streams, and nothing in them.',
    })
  }

  /**
   * EventBridge checks each entry of a request.
   * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
   */
  #allowToPut(eventBus: string): void {
    const conditions = {
      // `events:source` may have several values.
      'ForAllValues:StringEquals': { 'events:source': source, 'events:detail-type': detailType },
      // `ForAllValues` is true for a request without the key.
      Null: { 'events:source': 'false', 'events:detail-type': 'false' },
    }
    this.role.addToPolicy(new PolicyStatement({ actions: ['events:PutEvents'], resources: [eventBus], conditions }))
  }

  #readStreamOf({ tableStreamArn = '' }: Table): void {
    new EventSourceMapping(this, 'Source', {
      target: this.function,
      eventSourceArn: tableStreamArn,
      // LATEST could miss the changes of the first minutes.
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 50,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      // The stream keeps a change for 24 hours.
      maxRecordAge: Duration.hours(23),
      onFailure: { bind: () => ({ destination: this.deadLetters.queueArn }) },
      // Only records have a state, before or after the change: no counters. The function does not rely on it. Whoever takes the
      // state out of a record would hide the record, so this change reaches the function too.
      filters: ['NewImage', 'OldImage'].map((image) =>
        FilterCriteria.filter({
          eventName: FilterRule.or('INSERT', 'MODIFY'),
          dynamodb: { [image]: { state: { S: FilterRule.exists() } } },
        }),
      ),
    })
  }
}
