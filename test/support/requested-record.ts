// A new record in state `requested`: olivia asks to act as alice.

import { type Grant, newGrant } from '../../lambda/grant.ts'
import type { ImpersonationRecord } from '../../lambda/records-schema.ts'

/** @returns the record, and the grant whose hash it has. */
export function requestedRecord(changes: Partial<ImpersonationRecord> = {}): {
  grant: Grant
  record: ImpersonationRecord
} {
  const grant = newGrant()
  const record: ImpersonationRecord = {
    id: grant.id,
    state: 'requested',
    grantHash: grant.hash,
    grantEndsAt: Date.now() + 60_000,
    clientId: 'ours',
    actorSub: 'sub-of-olivia',
    actorUsername: 'olivia',
    subjectAsked: 'alice',
    requestedAt: Date.now(),
    expiresAt: 1,
    ...changes,
  }
  return { grant, record }
}
