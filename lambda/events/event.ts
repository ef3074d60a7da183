// The event of one change of a record.

import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import { ImpersonationError } from '../errors.ts'
import { viewOf } from '../record-view.ts'
import type { ImpersonationRecord, State } from '../records-schema.ts'

/** The version of the detail. A new field does not change it. */
const version = '1'

/** The longest sequence number of DynamoDB Streams. Padded to this, numbers sort as text. */
const sequenceLength = 40

export type EventDetail = ReturnType<typeof detailOf>

export interface ImpersonationEvent {
  detail: EventDetail
  /** When the record changed. */
  time: Date
  /** The ARN of the records table. Empty if the record came from no stream, such as one that an operator repeats. */
  table: string
}

/**
 * @returns undefined if the state did not change: the item is a counter, which has no state, was removed, or changed otherwise.
 * @throws Error if the images are not a record that this version knows
 */
export function eventOf({ eventSourceARN = '', dynamodb = {} }: DynamoDBRecord): ImpersonationEvent | undefined {
  const { NewImage, OldImage, ApproximateCreationDateTime, SequenceNumber = '' } = dynamodb
  if (!NewImage) return undefined
  const after = recordIn(NewImage)
  const before = OldImage && recordIn(OldImage)
  const eventType = eventTypeOf(after, before)
  if (!eventType) return undefined
  const time = new Date(ApproximateCreationDateTime === undefined ? Date.now() : ApproximateCreationDateTime * 1000)
  return {
    detail: detailOf(after, { eventType, previousState: before?.state, time, sequence: sequenceOf(SequenceNumber) }),
    time,
    table: eventSourceARN.replace(/\/stream\/.*/, ''),
  }
}

function recordIn(image: NonNullable<DynamoDBRecord['dynamodb']>['NewImage']): ImpersonationRecord {
  return unmarshall(image as Parameters<typeof unmarshall>[0]) as ImpersonationRecord
}

/** Okta's names where Okta has one: `grant`, `initiate`, `end` and `revoke`. Otherwise the verb of the state. */
function eventTypeOf(after: ImpersonationRecord, before: ImpersonationRecord | undefined): string | undefined {
  const isApproved = after.approvedAt !== undefined && before?.approvedAt === undefined
  // The record is written before the look-up that finds it out.
  const waits = after.approvalRequired === true && before?.approvalRequired !== true
  if (after.state === before?.state && !isApproved && !waits) return undefined
  return `user.session.impersonation.${verbOf(after, { isApproved, waits })}`
}

function verbOf(
  { state, endedByRole }: ImpersonationRecord,
  { isApproved, waits }: { isApproved: boolean; waits: boolean },
): string {
  switch (state) {
    case 'prepared':
      return isApproved ? 'grant' : waits ? 'wait' : 'prepare'
    case 'requested':
      return 'request'
    case 'redeemed':
      return 'redeem'
    case 'issued':
      return 'initiate'
    case 'refused':
      return 'refuse'
    case 'discarded':
      return 'discard'
    case 'ended':
      // Okta: the person who impersonates ends it, anybody else revokes it.
      return endedByRole === 'actor' || endedByRole === 'session' ? 'end' : 'revoke'
    default:
      state satisfies never
      throw new ImpersonationError('Fault', { message: 'the state is unknown' })
  }
}

/** `live` is as of the change, so that a repeated event is equal. */
function detailOf(
  record: ImpersonationRecord,
  about: { eventType: string; previousState: State | undefined; time: Date; sequence: string },
) {
  const { eventType, previousState, time, sequence } = about
  const view = viewOf(record, { viewer: 'auditor', now: time.getTime(), subjectsSeeReason: true })
  return { version, eventType, sequence, previousState, ...view }
}

function sequenceOf(sequenceNumber: string): string {
  return sequenceNumber.padStart(sequenceLength, '0')
}
