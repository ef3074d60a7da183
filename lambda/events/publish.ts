// Publishes a batch of stream records in their order, and stops at the first failure.

import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { ImpersonationError } from '../errors.ts'
import { loggable } from '../loggable.ts'
import { EventRefused, entriesInRequest, longestDetail, type Put } from './bus.ts'
import { eventOf, type ImpersonationEvent } from './event.ts'

/** A change that can have no event, and where to find it. */
export interface Unreadable {
  /** Of the record. */
  id: string | undefined
  /** DynamoDB's own, without padding. */
  sequenceNumber: string
  error: unknown
}

export interface PublishOptions {
  put: Put
  /** Sends it to the dead-letter queue. */
  setAside(unreadable: Unreadable): Promise<void>
  log: Pick<Console, 'error'>
}

type Change = { sequenceNumber: string; event: ImpersonationEvent }

/**
 * @returns a handler that reports the first record whose event may not be on the bus. Lambda repeats the batch from there, so
 *   no event is lost, and some can come twice.
 */
export function createPublish({ put, setAside, log }: PublishOptions) {
  return async function publish({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
    for (const step of stepsOf(Records)) {
      try {
        if (Array.isArray(step)) await put(step.map(({ event }) => event))
        else {
          log.error({ event: 'event-unreadable', ...step, error: loggable(step.error) })
          await setAside(step)
        }
      } catch (error) {
        const failed = Array.isArray(step) ? step[error instanceof EventRefused ? error.position : 0] : step
        const { sequenceNumber = '' } = failed ?? {}
        log.error({ event: 'events-failed', sequenceNumber, error: loggable(error) })
        // Lambda repeats the whole batch if it gets no number.
        return { batchItemFailures: [{ itemIdentifier: sequenceNumber }] }
      }
    }
    return { batchItemFailures: [] }
  }
}

/** The changes of one request each, and the unreadable records between them, in the order of the stream. */
function stepsOf(records: readonly DynamoDBRecord[]): (Change[] | Unreadable)[] {
  const steps: (Change[] | Unreadable)[] = []
  for (const record of records) {
    const read = readRecord(record)
    if (read === undefined) continue
    const last = steps.at(-1)
    if (!('event' in read)) steps.push(read)
    else if (Array.isArray(last) && last.length < entriesInRequest) last.push(read)
    else steps.push([read])
  }
  return steps
}

function readRecord(record: DynamoDBRecord): Change | Unreadable | undefined {
  const sequenceNumber = record.dynamodb?.SequenceNumber ?? ''
  try {
    const event = eventOf(record)
    if (event) assertFits(event)
    return event && { sequenceNumber, event }
  } catch (error) {
    return { id: record.dynamodb?.Keys?.id?.S, sequenceNumber, error }
  }
}

/** The bus would refuse a longer event each time, and the events after it would wait for 23 hours. @throws ImpersonationError */
function assertFits({ detail }: ImpersonationEvent): void {
  if (Buffer.byteLength(JSON.stringify(detail)) > longestDetail)
    throw new ImpersonationError('Fault', { message: 'the event is too long' })
}
