// Compares the table's keys and indexes with the attributes that the code writes.

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { newGrant } from '../../lambda/grant.ts'
import { createRecords } from '../../lambda/records.ts'
import {
  byActor,
  bySubject,
  type ImpersonationRecord,
  partitionKey,
  projected,
  requestedAt,
  timeToLive,
} from '../../lambda/records-schema.ts'
import { startTable } from '../support/table.ts'

let table: Awaited<ReturnType<typeof startTable>>
let writtenNames: Set<string>

beforeAll(async () => {
  table = await startTable()
  const records = createRecords({ ...table, timeout: 5_000, now: Date.now })
  /** @returns the attributes of a new record after `change`. */
  const attributesAfter = async (change: (grant: ReturnType<typeof newGrant>) => Promise<unknown>) => {
    const grant = newGrant()
    const now = Date.now()
    const record: ImpersonationRecord = {
      id: grant.id,
      state: 'requested',
      grantHash: grant.hash,
      grantEndsAt: now + 60_000,
      clientId: 'ours',
      actorSub: 'sub-of-olivia',
      actorUsername: 'olivia',
      subjectAsked: 'alice',
      reason: 'ticket 7',
      requestedAt: now,
      sourceIp: '192.0.2.1',
      userAgent: 'curl',
      apiKeyId: 'key-1',
      requestId: 'request-1',
      expiresAt: Math.floor(now / 1000) + 86_400,
    }
    await records.put(record)
    await change(grant)
    return Object.keys((await records.read(grant.id)) ?? {})
  }
  const issued = await attributesAfter(async (grant) => {
    const subject = { sub: 'sub-of-alice', username: 'alice' }
    await records.redeem({ grant, clientId: 'ours', nonce: 'nonce-1', subject })
    await records.issue({ id: grant.id, clientId: 'ours', subjectSub: subject.sub, sessionLength: 60_000 })
    await records.discard(grant.id, 'TokensUnfit')
  })
  const refused = await attributesAfter((grant) => records.refuse(grant.id, 'SubjectNotFound'))
  writtenNames = new Set([...issued, ...refused])
})
afterAll(() => table.close())

test('both indexes contain every attribute except the TTL and those that authenticate the sign-in', () => {
  const indexed: string[] = [partitionKey, requestedAt, ...projected]
  expect([...writtenNames].filter((name) => !indexed.includes(name)).sort()).toEqual([
    'expiresAt',
    'grantEndsAt',
    'grantHash',
    'nonce',
  ])
  expect(indexed.filter((name) => !writtenNames.has(name))).toEqual([])
})
test('the keys and the TTL have these names', () => {
  expect(partitionKey).toBe('id')
  expect(requestedAt).toBe('requestedAt')
  expect(timeToLive).toBe('expiresAt')
})
test('the indexes have the names that queries use', () => {
  expect(bySubject).toEqual({ indexName: 'by-subject', partitionKey: 'subjectSub' })
  expect(byActor).toEqual({ indexName: 'by-actor', partitionKey: 'actorSub' })
})
