// Compares the table's keys and indexes with the attributes that the code writes.

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { newGrant } from '../../lambda/grant.ts'
import { createOversightRecords } from '../../lambda/oversight/records.ts'
import { createRecords } from '../../lambda/records.ts'
import {
  attributesOfApprove,
  attributesOfEnd,
  byActor,
  byDay,
  bySubject,
  type ImpersonationRecord,
  isLive,
  listing,
  partitionKey,
  projected,
  projectedByDay,
  requestedAt,
  timeToLive,
} from '../../lambda/records-schema.ts'
import { startTable } from '../support/table.ts'

let table: Awaited<ReturnType<typeof startTable>>
let writtenNames: Set<string>
let issuedNames: string[]
let endedNames: string[]

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
  const issue = async (grant: ReturnType<typeof newGrant>) => {
    const subject = { sub: 'sub-of-alice', username: 'alice' }
    await records.redeem({ grant, clientId: 'ours', nonce: 'nonce-1', subject })
    await records.issue({ id: grant.id, clientId: 'ours', subjectSub: subject.sub, sessionLength: 60_000 })
  }
  issuedNames = await attributesAfter(issue)
  const discarded = await attributesAfter(async (grant) => {
    await issue(grant)
    await records.discard(grant.id, 'TokensUnfit')
  })
  endedNames = await attributesAfter(async (grant) => {
    await issue(grant)
    const oversight = createOversightRecords({ ...table, timeout: 5_000, now: Date.now })
    await oversight.end(grant.id, { sub: 'sub-of-audrey', username: 'audrey', role: 'auditor' })
  })
  const refused = await attributesAfter((grant) => records.refuse(grant.id, 'SubjectNotFound'))
  writtenNames = new Set([...issuedNames, ...discarded, ...refused, ...endedNames])
})
afterAll(() => table.close())

const secrets = ['grantEndsAt', 'grantHash', 'nonce']

test('the indexes contain every attribute except the TTL, those of `end`, and those that authenticate the sign-in', () => {
  const indexed: string[] = [partitionKey, requestedAt, ...projected]
  const ofEnd = ['endedAt', 'endedByRole', 'endedBySub', 'endedByUsername', 'listedAt', 'listedOn']
  expect([...writtenNames].filter((name) => !indexed.includes(name)).sort()).toEqual(
    [...ofEnd, 'expiresAt', ...secrets].sort(),
  )
  expect(indexed.filter((name) => !writtenNames.has(name))).toEqual([])
})
test('the content of the indexes never changes: CloudFormation could not update an existing table', () => {
  expect(projected.toSorted()).toEqual([
    'actorSub',
    'actorUsername',
    'apiKeyId',
    'clientId',
    'code',
    'discardedAt',
    'endsAt',
    'issuedAt',
    'reason',
    'redeemedAt',
    'refusedAt',
    'requestId',
    'sourceIp',
    'state',
    'subjectAsked',
    'subjectSub',
    'subjectUsername',
    'userAgent',
  ])
  expect(projectedByDay).toEqual([requestedAt, ...projected, 'approvalRequired', 'approvedAt'])
})
test('`end` may write what it adds, and no secret', () => {
  const added = endedNames.filter((name) => !issuedNames.includes(name))
  expect(attributesOfEnd).toEqual(expect.arrayContaining(added))
  expect(attributesOfEnd.filter((name: string) => secrets.includes(name))).toEqual([])
})
test('`approve` and `end` may not write what decides whether an approval counts, or what was used up', () => {
  const fixed = [
    'actorSub',
    'requestedAt',
    'approvalRequired',
    'claimedAt',
    'redeemedAt',
    'ticketHash',
    'clientId',
    'subjectSub',
  ]
  const writable: string[] = [...attributesOfApprove, ...attributesOfEnd]
  expect(writable.filter((name) => [...fixed, ...secrets].includes(name))).toEqual([])
})
test('the keys and the TTL have these names', () => {
  expect(partitionKey).toBe('id')
  expect(requestedAt).toBe('requestedAt')
  expect(timeToLive).toBe('expiresAt')
})
test('the indexes have the names that queries use', () => {
  expect(bySubject).toEqual({ indexName: 'by-subject', partitionKey: 'subjectSub', sortKey: 'requestedAt' })
  expect(byActor).toEqual({ indexName: 'by-actor', partitionKey: 'actorSub', sortKey: 'requestedAt' })
  expect(byDay).toEqual({ indexName: 'by-day', partitionKey: 'listedOn', sortKey: 'listedAt' })
})

test.each([
  ['issued, before its end', { state: 'issued', endsAt: 1_001 }, true],
  ['issued, at its end', { state: 'issued', endsAt: 1_000 }, false],
  ['issued, without an end', { state: 'issued' }, false],
  ['requested', { state: 'requested' }, false],
  ['redeemed', { state: 'redeemed', endsAt: 1_001 }, false],
  ['refused', { state: 'refused', endsAt: 1_001 }, false],
  ['discarded', { state: 'discarded', endsAt: 1_001 }, false],
  ['ended', { state: 'ended', endsAt: 1_001 }, false],
] as const)('isLive of a record that is %s', (_, record, isIt) => {
  expect(isLive(record, 1_000)).toBe(isIt)
})

test.each([
  [Date.UTC(2026, 11, 31, 23, 59, 59, 999), '2026-12-31'],
  [Date.UTC(2027, 0, 1), '2027-01-01'],
])('a session that ends at %d is listed on %s, in UTC', (time, day) => {
  expect(listing('live', time)).toEqual({ listedOn: `live ${day}`, listedAt: time })
})
