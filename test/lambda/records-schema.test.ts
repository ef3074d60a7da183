// What the table's keys and indexes show of a record, as the code writes it.

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { newGrant } from '../../lambda/grant.ts'
import { createRecords, type ImpersonationRecord } from '../../lambda/records.ts'
import { byActor, bySubject, partitionKey, projected, requestedAt, timeToLive } from '../../lambda/records-schema.ts'
import { startTable } from '../support/table.ts'

let table: Awaited<ReturnType<typeof startTable>>
let written: Set<string>

beforeAll(async () => {
  table = await startTable()
  const records = createRecords({ ...table, timeout: 5_000, now: Date.now })
  const record = async (after: (grant: ReturnType<typeof newGrant>) => Promise<unknown>) => {
    const grant = newGrant()
    const now = Date.now()
    const full: ImpersonationRecord = {
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
    await records.put(full)
    await after(grant)
    return Object.keys((await records.read(grant.id)) ?? {})
  }
  const issued = await record(async (grant) => {
    await records.redeem(grant, 'ours', 'nonce-1', { sub: 'sub-of-alice', username: 'alice' })
    await records.issue(grant.id, 'ours', 'sub-of-alice', 60_000)
    await records.discard(grant.id, 'TokensUnfit')
  })
  const refused = await record((grant) => records.refuse(grant.id, 'SubjectNotFound'))
  written = new Set([...issued, ...refused])
})
afterAll(() => table.close())

test('both indexes show all that is written, but for what proves a sign-in and what ends the record', () => {
  const shown = [partitionKey, requestedAt, ...projected]
  expect([...written].filter((name) => !shown.includes(name)).sort()).toEqual([
    'expiresAt',
    'grantEndsAt',
    'grantHash',
    'nonce',
  ])
  expect(shown.filter((name) => !written.has(name))).toEqual([])
})
test('the keys and the end are attributes that are written', () => {
  expect(partitionKey).toBe('id')
  expect(requestedAt).toBe('requestedAt')
  expect(timeToLive).toBe('expiresAt')
})
test('the indexes have the names by which people ask', () => {
  expect(bySubject).toEqual({ indexName: 'by-subject', partitionKey: 'subjectSub' })
  expect(byActor).toEqual({ indexName: 'by-actor', partitionKey: 'actorSub' })
})
