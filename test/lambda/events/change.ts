// Records of the table's stream, as Lambda passes them to a function.

import { marshall } from '@aws-sdk/util-dynamodb'
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda'
import type { ImpersonationRecord } from '../../../lambda/records-schema.ts'
import { requestedRecord } from '../../support/requested-record.ts'

export const tableArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/records'

/** 2026-11-25T15:10:00Z */
export const changedAt = 1_795_619_400

type Images = { before?: object; after?: object }

/** @param images the record before and after the change */
export function change({ before, after }: Images, sequenceNumber = '100000000000000000001'): DynamoDBRecord {
  const image = (item: object) => marshall(item, { removeUndefinedValues: true }) as Record<string, AttributeValue>
  const id = (after ?? before) as { id: string }
  return {
    eventID: sequenceNumber,
    eventName: after === undefined ? 'REMOVE' : before === undefined ? 'INSERT' : 'MODIFY',
    eventSource: 'aws:dynamodb',
    eventSourceARN: `${tableArn}/stream/2026-11-25T15:00:00.000`,
    awsRegion: 'us-east-1',
    dynamodb: {
      ApproximateCreationDateTime: changedAt,
      Keys: image({ id: id.id }),
      ...(after && { NewImage: image(after) }),
      ...(before && { OldImage: image(before) }),
      SequenceNumber: sequenceNumber,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  }
}

const at = changedAt * 1000

/** A record in this state, with the attributes that the state adds. */
export function recordIn(
  state: ImpersonationRecord['state'],
  changes: Partial<ImpersonationRecord> = {},
): ImpersonationRecord {
  const { record } = requestedRecord({ requestedAt: at - 2_000, state })
  const { grantHash, grantEndsAt, ...withoutGrant } = record
  const ticket = { ticketHash: 'hash-of-the-ticket', ticketEndsAt: at + 58_000, actorSignedInAt: at - 60_000 }
  const redeemed = {
    nonce: 'nonce-of-the-challenge',
    subjectSub: 'sub-of-alice',
    subjectUsername: 'alice',
    redeemedAt: at - 500,
  }
  const issued = { ...redeemed, issuedAt: at, endsAt: at + 3_600_000, endsOn: '2026-11-25' }
  switch (state) {
    case 'prepared':
      return { ...withoutGrant, ...ticket, ...changes }
    case 'redeemed':
      return { ...record, ...redeemed, ...changes }
    case 'issued':
      return { ...record, ...issued, ...changes }
    case 'refused':
      return { ...record, ...redeemed, refusedAt: at, code: 'SubjectProtected', ...changes }
    case 'discarded':
      return { ...record, ...issued, discardedAt: at, code: 'TokensUnfit', ...changes }
    case 'ended':
      return {
        ...record,
        ...issued,
        endedAt: at,
        endedBySub: 'sub-of-audrey',
        endedByUsername: 'audrey',
        endedByRole: 'auditor',
        ...changes,
      }
    default:
      return { ...record, ...changes }
  }
}
