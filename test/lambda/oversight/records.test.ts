import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { newGrant } from '../../../lambda/grant.ts'
import { createOversightRecords, type ListQuery, type OversightRecords } from '../../../lambda/oversight/records.ts'
import { createRecords, type Records } from '../../../lambda/records.ts'
import {
  attributesOfApprove,
  attributesOfEnd,
  type ImpersonationRecord,
  listing,
} from '../../../lambda/records-schema.ts'
import { type Behaviour, faults, noFaults, Process } from '../../support/faults.ts'
import { inProcessDynamoDB } from '../../support/in-process.ts'
import type { Item } from '../../support/memory-expressions.ts'
import { MemoryTable } from '../../support/memory-table.ts'
import { scriptedDynamoDB, startTable } from '../../support/table.ts'
import { startVirtualTime } from '../../support/virtual-time.ts'
import { audrey } from '../../support/world.ts'

const noon = Date.UTC(2026, 0, 1, 12)
const hour = 3_600_000
const day = 24 * hour
const alice = { sub: 'sub-of-alice', username: 'alice' }

let table: Awaited<ReturnType<typeof startTable>>
let records: Records
let oversight: OversightRecords
let now = noon
let grant = newGrant()
/** A new actor for each test, so that lists have this test's records only. */
let actorSub = ''

beforeAll(async () => {
  table = await startTable()
  records = createRecords({ ...table, timeout: 5_000, now: () => now })
  oversight = createOversightRecords({ ...table, timeout: 5_000, now: () => now })
})
afterAll(() => table.close())
beforeEach(() => {
  now = noon
  grant = newGrant()
  actorSub = `sub-of-olivia-${grant.id}`
})

function requested(changes: Partial<ImpersonationRecord> = {}): ImpersonationRecord {
  return {
    id: grant.id,
    state: 'requested',
    grantHash: grant.hash,
    grantEndsAt: noon + 60_000,
    clientId: 'ours',
    actorSub,
    actorUsername: 'olivia',
    subjectAsked: 'alice',
    requestedAt: noon,
    expiresAt: noon / 1000 + 86_400,
    ...changes,
  }
}
const prepared = (changes: Partial<ImpersonationRecord> = {}): ImpersonationRecord => {
  const { grantHash: ticketHash, grantEndsAt: ticketEndsAt, ...rest } = requested({ state: 'prepared' })
  const listed = listing('prepared', changes.requestedAt ?? noon)
  return { ...rest, ...listed, ...(ticketHash && ticketEndsAt && { ticketHash, ticketEndsAt }), ...changes }
}
const issued = (changes: Partial<ImpersonationRecord> = {}) => {
  const endsAt = changes.endsAt ?? noon + hour
  return requested({
    state: 'issued',
    subjectSub: alice.sub,
    issuedAt: noon,
    endsAt,
    ...listing('live', endsAt),
    ...changes,
  })
}
const endingAtTime = (endsAt: number) => ({ endsAt, ...listing('live', endsAt) })
const visibleOf = ({
  ticketHash: ______,
  grantHash: _,
  grantEndsAt: __,
  nonce: ___,
  expiresAt: ____,
  listedOn: _____,
  listedAt: _______,
  ...rest
}: ImpersonationRecord) => rest

const endedByAudrey = {
  endedAt: noon,
  endedBySub: audrey.sub,
  endedByUsername: 'audrey',
  endedByRole: 'auditor',
}

describe('read', () => {
  test('returns a record without its secrets', async () => {
    await records.put(requested({ nonce: 'nonce-1', reason: 'ticket 7' }))
    expect(await oversight.read(grant.id)).toStrictEqual(visibleOf(requested({ reason: 'ticket 7' })))
  })
  test('reads consistently, and asks for no secret', async () => {
    const { dynamoDB, calls } = scriptedDynamoDB(() => ({}))
    const scripted = createOversightRecords({ dynamoDB, tableName: 'records', timeout: 5_000, now: () => now })
    expect(await scripted.read(grant.id)).toBeUndefined()
    expect(calls).toMatchObject([{ operation: 'GetItem', input: { ConsistentRead: true } }])
    expect(JSON.stringify(calls)).not.toMatch(/grant|nonce/)
  })
  test('finds nothing for an unknown id, and for an item that is no impersonation', async () => {
    expect(await oversight.read(grant.id)).toBeUndefined()
    const Item = marshall({ id: grant.id, actorSub, count: 1 })
    await table.dynamoDB.send(new PutItemCommand({ TableName: table.tableName, Item }))
    expect(await oversight.read(grant.id)).toBeUndefined()
    expect(await oversight.end(grant.id, audrey)).toBeUndefined()
  })
})

describe('end', () => {
  test.each<[string, () => ImpersonationRecord]>([
    ['prepared', () => prepared()],
    ['requested', () => requested()],
    ['redeemed', () => requested({ state: 'redeemed' })],
    ['issued', () => issued()],
    ['issued, in its last ms', () => issued({ endsAt: noon + 1 })],
  ])('ends a record that is %s, and says by whom', async (_, record) => {
    await records.put(record())
    const ended = { ...visibleOf(record()), state: 'ended', ...endedByAudrey }
    expect(await oversight.end(grant.id, audrey)).toStrictEqual(ended)
    expect(await oversight.read(grant.id)).toStrictEqual(ended)
    for (const name of ['listedOn', 'listedAt']) expect(await records.read(grant.id)).not.toHaveProperty(name)
  })
  test.each<[string, () => ImpersonationRecord]>([
    ['refused', () => requested({ state: 'refused', code: 'SubjectProtected' })],
    ['discarded', () => requested({ state: 'discarded', code: 'TokensUnfit' })],
    ['ended by somebody else', () => requested({ state: 'ended', endedAt: 1, endedBySub: 'sub-of-alice' })],
    ['expired', () => issued({ endsAt: noon })],
  ])('leaves a record that is %s unchanged, and returns it', async (_, record) => {
    await records.put(record())
    expect(await oversight.end(grant.id, audrey)).toStrictEqual(visibleOf(record()))
    expect(await records.read(grant.id)).toStrictEqual(record())
  })
  test('creates no record', async () => {
    expect(await oversight.end(grant.id, audrey)).toBeUndefined()
    expect(await records.read(grant.id)).toBeUndefined()
  })
  test('makes the ticket invalid', async () => {
    await records.put(prepared())
    await oversight.end(grant.id, audrey)
    const claim = { ticket: grant, clientId: 'ours', grant: newGrant(grant.id), browser: { ip: '198.51.100.7' } }
    expect(await records.claim(claim)).toBeUndefined()
    expect(await records.read(grant.id)).toMatchObject({ state: 'ended' })
  })
  test('leaves no way to a session: redeem and issue fail', async () => {
    await records.put(requested())
    await oversight.end(grant.id, audrey)
    expect(await records.redeem({ grant, clientId: 'ours', nonce: 'n', subject: alice })).toBe(false)
    expect(
      await records.issue({ id: grant.id, clientId: 'ours', subjectSub: alice.sub, sessionLength: hour }),
    ).toBeUndefined()
  })
  test('names exactly the attributes that the function’s policy allows, and gets back only those that it changed', async () => {
    const { dynamoDB, calls } = scriptedDynamoDB((operation) =>
      operation === 'UpdateItem' ? { Attributes: { state: { S: 'ended' } } } : {},
    )
    const scripted = createOversightRecords({ dynamoDB, tableName: 'records', timeout: 5_000, now: () => now })
    await scripted.end(grant.id, audrey)
    const input = calls[0]?.input as { Key: object; ExpressionAttributeNames: object }
    const named = [...Object.keys(input.Key), ...Object.values(input.ExpressionAttributeNames)]
    expect([...new Set(named)].sort()).toEqual([...attributesOfEnd].sort())
    expect(calls[0]).toMatchObject({ operation: 'UpdateItem', input: { ReturnValues: 'UPDATED_NEW' } })
  })
  test.each([
    { response: {} },
    { response: { Attributes: {} } },
    { response: { Attributes: { state: { S: 'issued' } } } },
    { response: { __type: 'ThrottlingException' } },
  ])('throws Unavailable if the write may have failed, response $response', async ({ response }) => {
    const { dynamoDB } = scriptedDynamoDB(() => response)
    const scripted = createOversightRecords({ dynamoDB, tableName: 'records', timeout: 5_000, now: () => now })
    await expect(scripted.end(grant.id, audrey)).rejects.toMatchObject({ code: 'Unavailable' })
  })
  test.each(faults.filter((fault) => !fault.includes('process')))(
    'reports an end only if the table has it, if the write %s',
    async (fault) => {
      const memory = new MemoryTable()
      const client = (behaviour?: Behaviour) => {
        const dynamoDB = inProcessDynamoDB(memory.perform, { maxAttempts: 2, ...(behaviour && { behaviour }) })
        return { dynamoDB, tableName: 'records', timeout: 5_000, now: () => now }
      }
      await createRecords(client()).put(issued())
      const unreliable = createOversightRecords(
        client({
          ...noFaults,
          delay: () => 0,
          fault: ({ operation }) => (operation === 'UpdateItem' ? fault : undefined),
        }),
      )
      const run = new Process('endpoint')
      const time = startVirtualTime()
      const result = await time
        .settle(run.run(() => unreliable.end(grant.id, audrey).catch((error) => error)))
        .finally(time.stop)
      const after = await createOversightRecords(client()).read(grant.id)
      if (result instanceof Error) expect(result).toMatchObject({ code: 'Unavailable' })
      else expect(result).toStrictEqual(after)
      // Whoever tries again gets there, whatever the first try did.
      expect(await createOversightRecords(client()).end(grant.id, audrey)).toMatchObject({ state: 'ended' })
    },
  )
})

describe('approve', () => {
  const approval = { by: { sub: audrey.sub, username: 'audrey' }, subjectSub: alice.sub }
  const approve = () => oversight.approve(grant.id, approval)
  const approved = {
    approvedAt: noon + 5,
    approvedBySub: audrey.sub,
    approvedByUsername: 'audrey',
    ticketEndsAt: noon + 5 + 600_000,
  }
  test('says who approved it and for whom, and the ticket ends 10 minutes from now', async () => {
    await records.put(prepared({ approvalRequired: true }))
    now = noon + 5
    const after = prepared({ approvalRequired: true, ...approved, approvedSubjectSub: alice.sub })
    expect(await approve()).toStrictEqual(visibleOf(after))
    expect(await records.read(grant.id)).toStrictEqual(after)
  })
  test('takes both times from one reading of the clock', async () => {
    await records.put(prepared({ approvalRequired: true }))
    const ticking = createOversightRecords({ ...table, timeout: 5_000, now: () => now++ })
    expect(await ticking.approve(grant.id, approval)).toMatchObject({ approvedAt: noon, ticketEndsAt: noon + 600_000 })
  })
  test.each(['requested', 'redeemed', 'issued', 'refused', 'discarded', 'ended'] as const)(
    'leaves a record in state %s unchanged, and returns it',
    async (state) => {
      const record = prepared({ state, approvalRequired: true })
      await records.put(record)
      expect(await approve()).toStrictEqual(visibleOf(record))
      expect(await records.read(grant.id)).toStrictEqual(record)
    },
  )
  test('leaves an approved record unchanged', async () => {
    const first = prepared({
      approvalRequired: true,
      ...approved,
      approvedBySub: 'sub-of-april',
      approvedSubjectSub: 'x',
    })
    await records.put(first)
    expect(await approve()).toStrictEqual(visibleOf(first))
    expect(await records.read(grant.id)).toStrictEqual(first)
  })
  test('creates no record', async () => {
    expect(await approve()).toBeUndefined()
    expect(await records.read(grant.id)).toBeUndefined()
  })
  test('names exactly the attributes that the function’s policy allows, and gets back only those that it changed', async () => {
    const { dynamoDB, calls } = scriptedDynamoDB((operation) =>
      operation === 'UpdateItem' ? { Attributes: { approvedBySub: { S: audrey.sub } } } : {},
    )
    const scripted = createOversightRecords({ dynamoDB, tableName: 'records', timeout: 5_000, now: () => now })
    await scripted.approve(grant.id, approval)
    const input = calls[0]?.input as { ExpressionAttributeNames: object }
    expect(Object.values(input.ExpressionAttributeNames).toSorted()).toEqual([...attributesOfApprove].sort())
    expect(attributesOfEnd).toContain('id') // the key
    expect(calls[0]).toMatchObject({ operation: 'UpdateItem', input: { ReturnValues: 'UPDATED_NEW' } })
  })
  test.each([
    { response: {} },
    { response: { Attributes: {} } },
    { response: { Attributes: { approvedBySub: { S: 'sub-of-april' } } } },
    { response: { __type: 'ThrottlingException' } },
  ])('throws Unavailable if the write may have failed, response $response', async ({ response }) => {
    const { dynamoDB } = scriptedDynamoDB(() => response)
    const scripted = createOversightRecords({ dynamoDB, tableName: 'records', timeout: 5_000, now: () => now })
    await expect(scripted.approve(grant.id, approval)).rejects.toMatchObject({ code: 'Unavailable' })
  })
})

/** Writes records, the first one the newest. @returns their ids. */
async function write(count: number, record: (n: number) => Partial<ImpersonationRecord>): Promise<string[]> {
  const all = Array.from({ length: count }, (_, n) => ({
    ...issued(),
    id: newGrant().id,
    requestedAt: noon - n,
    ...record(n),
  }))
  await Promise.all(all.map((each) => records.put(each)))
  return all.map(({ id }) => id)
}

async function everyPage(query: ListQuery): Promise<string[][]> {
  const pages: string[][] = []
  let next: ListQuery['next']
  do {
    const page = await oversight.list({ ...query, next })
    pages.push(page.records.map(({ id }) => id))
    next = page.next
  } while (next)
  return pages
}

describe('list by actor or subject', () => {
  test('gives the newest first, page by page, and `next` only if there is more', async () => {
    const ids = await write(6, () => ({}))
    await write(2, () => ({ actorSub: 'somebody else' }))
    const by = { by: 'actor', sub: actorSub } as const
    expect(await everyPage({ ...by, limit: 4 })).toEqual([ids.slice(0, 4), ids.slice(4)])
    expect(await everyPage({ ...by, limit: 3 })).toEqual([ids.slice(0, 3), ids.slice(3)])
    expect(await everyPage({ ...by, limit: 6 })).toEqual([ids])
    expect(await everyPage({ ...by, sub: 'nobody', limit: 6 })).toEqual([[]])
  })
  test('returns the current record, without its secrets', async () => {
    await records.put(issued({ reason: 'ticket 7', nonce: 'nonce-1' }))
    await oversight.end(grant.id, audrey)
    const ended = { ...visibleOf(issued({ reason: 'ticket 7' })), state: 'ended', ...endedByAudrey }
    const { records: listed } = await oversight.list({ by: 'actor', sub: actorSub, limit: 10 })
    expect(listed).toStrictEqual([ended])
  })
  test('by subject: finds the records with this subject', async () => {
    const subjectSub = `sub-of-alice-${grant.id}`
    const [id] = await write(1, () => ({ subjectSub }))
    await write(1, () => ({ state: 'requested', subjectSub: undefined as never }))
    expect(await everyPage({ by: 'subject', sub: subjectSub, limit: 10 })).toEqual([[id]])
  })
  test.each([
    ['both ends included', { from: noon - 3, to: noon - 1 }, [1, 2, 3]],
    ['from', { from: noon - 1 }, [0, 1]],
    ['to', { to: noon - 4 }, [4, 5]],
    ['an empty range', { from: noon, to: noon - 1 }, []],
  ])('within %s', async (_, range, found) => {
    const ids = await write(6, () => ({}))
    const pages = await everyPage({ by: 'actor', sub: actorSub, limit: 2, ...range })
    expect(pages.flat()).toEqual(found.map((n) => ids[n]))
  })
  test.each([
    ['before the range', noon - 4],
    ['after the range', noon],
    ['not a number', Number.NaN],
  ])('refuses a position that is %s', async (_, at) => {
    const list = oversight.list({
      by: 'actor',
      sub: actorSub,
      limit: 2,
      from: noon - 3,
      to: noon - 1,
      next: { id: grant.id, at },
    })
    await expect(list).rejects.toMatchObject({ code: 'RequestInvalid' })
  })
  test('a position of another list reads no other partition', async () => {
    await write(3, () => ({ actorSub: 'somebody else' }))
    const { next } = await oversight.list({ by: 'actor', sub: 'somebody else', limit: 1 })
    const ids = await write(2, (n) => ({ requestedAt: noon - 10 - n }))
    expect((await everyPage({ by: 'actor', sub: actorSub, limit: 9, next })).flat()).toEqual(ids)
  })
  test('throws Unavailable if DynamoDB fails', async () => {
    const { dynamoDB } = scriptedDynamoDB(() => ({ __type: 'ThrottlingException' }))
    const scripted = createOversightRecords({ dynamoDB, tableName: 'records', timeout: 5_000, now: () => now })
    await expect(scripted.list({ by: 'live', limit: 1 })).rejects.toMatchObject({ code: 'Unavailable' })
    const endAll = scripted.endAll({ by: 'actor', sub: actorSub }, audrey)
    await expect(endAll).rejects.toMatchObject({ code: 'Unavailable' })
  })
})

describe('list of live sessions', () => {
  // Each test has a time of its own, since all share one index.
  let start = noon
  beforeEach(() => {
    start += 7 * day
    now = start
  })
  const endingAt = (...ends: number[]) => write(ends.length, (n) => endingAtTime(start + (ends[n] ?? 0)))

  test('has those that end today or tomorrow, the last to end first, across midnight, page by page', async () => {
    const ids = await endingAt(day, 12 * hour, 12 * hour - 1, hour, 1)
    for (const limit of [1, 2, 3, 5, 9]) {
      const pages = await everyPage({ by: 'live', limit })
      expect(pages.flat()).toEqual(ids)
      expect(pages).toHaveLength(Math.ceil(5 / limit))
    }
  })
  test('has no expired, ended or discarded one', async () => {
    const [, ended = '', discarded = '', live] = await endingAt(0, 1, 2, 3)
    await oversight.end(ended, audrey)
    await records.discard(discarded, 'TokensUnfit')
    expect(await everyPage({ by: 'live', limit: 9 })).toEqual([[live]])
    now = start + 3
    expect(await everyPage({ by: 'live', limit: 9 })).toEqual([[]])
  })
  test('has no ended one, even if the index still has it', async () => {
    const [id = ''] = await endingAt(hour)
    await oversight.end(id, audrey)
    const { dynamoDB } = scriptedDynamoDB((operation) =>
      operation === 'Query'
        ? { Items: [marshall({ id, endsAt: start + hour })] }
        : { Item: marshall({ ...issued(), id, state: 'ended', endsAt: start + hour }) },
    )
    const stale = createOversightRecords({ dynamoDB, tableName: 'records', timeout: 5_000, now: () => now })
    expect(await stale.list({ by: 'live', limit: 9 })).toEqual({ records: [] })
  })
  test('has no next page if the other sessions have expired since the last page', async () => {
    await endingAt(3, 2, 1)
    const { next } = await oversight.list({ by: 'live', limit: 1 })
    now = start + 3
    expect(await oversight.list({ by: 'live', limit: 1, next })).toEqual({ records: [] })
  })
  test.each([Number.NaN, Number.MAX_VALUE, Number.POSITIVE_INFINITY])('refuses the position %d', async (at) => {
    const list = oversight.list({ by: 'live', limit: 1, next: { id: grant.id, at } })
    await expect(list).rejects.toMatchObject({ code: 'RequestInvalid' })
  })
})

describe('list of prepared impersonations', () => {
  // Each test has a time of its own, since all share one index.
  let start = noon + 500 * day
  beforeEach(() => {
    start += 7 * day
    now = start
  })
  const preparedAt = (...times: number[]) =>
    write(times.length, (n) => prepared({ id: newGrant().id, requestedAt: start + (times[n] ?? 0) }))
  const list = (limit = 9) => everyPage({ by: 'prepared', limit })

  test('has those of the last 24 hours, the newest first, across midnight, page by page', async () => {
    const ids = await preparedAt(0, -1, -12 * hour, -12 * hour - 1, -day + 1)
    await preparedAt(-day, -2 * day)
    for (const limit of [1, 2, 3, 5, 9]) {
      const pages = await list(limit)
      expect(pages.flat()).toEqual(ids)
      expect(pages).toHaveLength(Math.ceil(5 / limit))
    }
  })
  test('has one that another function prepared a moment later by its clock, after midnight too', async () => {
    start += 12 * hour - 1
    now = start
    const ids = await preparedAt(2, -1)
    expect(await list()).toEqual([ids])
  })
  test('has those that need approval and those that do not, approved or not, and no other', async () => {
    const [waiting = '', approved = '', ended = '', claimed = '', refused = ''] = await preparedAt(-1, -2, -3, -4, -5)
    await oversight.approve(approved, { by: { sub: audrey.sub, username: 'audrey' }, subjectSub: alice.sub })
    await oversight.end(ended, audrey)
    await records.refuse(refused, 'ActorNotAllowed')
    now = start - 5
    const claim = { ticket: { id: claimed, hash: grant.hash }, clientId: 'ours', browser: { ip: '198.51.100.7' } }
    await table.dynamoDB.send(
      new PutItemCommand({
        TableName: table.tableName,
        Item: marshall(prepared({ id: claimed, requestedAt: start - 4, ticketEndsAt: start + 1 })),
      }),
    )
    expect(await records.claim({ ...claim, grant: newGrant(claimed) })).toBeDefined()
    now = start
    expect(await list()).toEqual([[waiting, approved]])
  })
  test('has no claimed one, even if the index still has it', async () => {
    const { dynamoDB } = scriptedDynamoDB((operation) =>
      operation === 'Query'
        ? { Items: [marshall({ id: grant.id, requestedAt: start })] }
        : { Item: marshall(requested({ requestedAt: start })) },
    )
    const stale = createOversightRecords({ dynamoDB, tableName: 'records', timeout: 5_000, now: () => now })
    expect((await stale.list({ by: 'prepared', limit: 9 })).records).toEqual([])
  })
  test.each([Number.NaN, Number.MAX_VALUE, Number.POSITIVE_INFINITY])('refuses the position %d', async (at) => {
    const list = oversight.list({ by: 'prepared', limit: 1, next: { id: grant.id, at } })
    await expect(list).rejects.toMatchObject({ code: 'RequestInvalid' })
  })
})

describe('endAll', () => {
  const endAll = () => oversight.endAll({ by: 'actor', sub: actorSub }, audrey)
  const statesOf = async (ids: string[]) => Promise.all(ids.map(async (id) => (await oversight.read(id))?.state))

  test('ends only impersonations that have a session or can still get one', async () => {
    const ids = await write(
      7,
      (n) =>
        [
          { state: 'requested' as const },
          { state: 'redeemed' as const },
          { state: 'prepared' as const },
          {},
          { state: 'refused' as const },
          { state: 'discarded' as const },
          { endsAt: noon },
        ][n] ?? {},
    )
    const [other = ''] = await write(1, () => ({ actorSub: 'somebody else' }))
    expect(await endAll()).toEqual({ ended: 4, more: false })
    expect(await statesOf(ids)).toEqual(['ended', 'ended', 'ended', 'ended', 'refused', 'discarded', 'issued'])
    expect(await statesOf([other])).toEqual(['issued'])
    expect(await endAll()).toEqual({ ended: 0, more: false })
  })
  test('by subject: ends those whose subject is known', async () => {
    const subjectSub = `sub-of-alice-${grant.id}`
    await write(2, () => ({ subjectSub }))
    expect(await oversight.endAll({ by: 'subject', sub: subjectSub }, audrey)).toEqual({ ended: 2, more: false })
  })
  test('ends 100 in one call, says that there is more, and ends the rest when it is repeated', async () => {
    const ids = await write(130, () => ({}))
    expect(await endAll()).toEqual({ ended: 100, more: true })
    expect(await endAll()).toEqual({ ended: 30, more: false })
    expect(new Set(await statesOf(ids))).toEqual(new Set(['ended']))
  })
  test('reads only records that can still be alive', async () => {
    // The wait for approval, the ticket, the grant and the session.
    const oldest = noon - day - 600_000 - 60_000 - day
    const [late = '', old = ''] = await write(2, (n) => ({ requestedAt: oldest - n }))
    expect(await endAll()).toEqual({ ended: 1, more: false })
    expect(await statesOf([late, old])).toEqual(['ended', 'issued'])
  })
  test('counts only the records that it ended itself, even if the index is late', async () => {
    const [id = ''] = await write(1, () => ({}))
    await oversight.end(id, { ...audrey, username: 'first' })
    const { dynamoDB } = scriptedDynamoDB((operation) =>
      operation === 'Query'
        ? { Items: [marshall({ id, requestedAt: noon })] }
        : { __type: 'ConditionalCheckFailedException' },
    )
    const stale = createOversightRecords({ dynamoDB, tableName: 'records', timeout: 5_000, now: () => now })
    expect(await stale.endAll({ by: 'actor', sub: actorSub }, audrey)).toEqual({ ended: 0, more: false })
  })
  test('throws if one write fails, after all the others', async () => {
    let updates = 0
    const { dynamoDB } = scriptedDynamoDB((operation) => {
      if (operation === 'Query') return { Items: ['a', 'b', 'c'].map((id) => marshall({ id, requestedAt: noon })) }
      return ++updates === 1 ? { __type: 'ThrottlingException' } : { Attributes: { state: { S: 'ended' } } }
    })
    const flaky = createOversightRecords({ dynamoDB, tableName: 'records', timeout: 5_000, now: () => now })
    await expect(flaky.endAll({ by: 'actor', sub: actorSub }, audrey)).rejects.toMatchObject({ code: 'Unavailable' })
    expect(updates).toBe(3)
  })
})

describe('the cost of a list', () => {
  test('live sessions: DynamoDB (dynalite) reports the same number of scanned items with 10 and with 100 ended records', async () => {
    now = noon + 1000 * day
    await write(3, (n) => endingAtTime(now + hour + n))
    const costs: number[] = []
    const counting = createOversightRecords({ ...counted(costs), timeout: 5_000, now: () => now })
    for (const count of [10, 90]) {
      const ids = await write(count, (n) => endingAtTime(now + n + 1))
      await Promise.all(ids.map((id) => oversight.end(id, audrey)))
      expect((await counting.list({ by: 'live', limit: 20 })).records).toHaveLength(3)
    }
    expect(costs).toEqual([0, 3, 0, 3])
  })
  /** The table's client. Collects how many items each query scans. */
  function counted(costs: number[]) {
    const send = async (...args: Parameters<typeof table.dynamoDB.send>) => {
      const output = (await table.dynamoDB.send(...args)) as unknown as { ScannedCount?: number }
      if (output.ScannedCount !== undefined) costs.push(output.ScannedCount)
      return output
    }
    return { tableName: table.tableName, dynamoDB: { send } as never }
  }

  function memoryTable(pageSize = Number.POSITIVE_INFINITY) {
    const memory = new MemoryTable()
    memory.pageSize = pageSize
    const options = {
      dynamoDB: inProcessDynamoDB(memory.perform),
      tableName: 'records',
      timeout: 60_000,
      now: () => now,
    }
    return { memory, oversight: createOversightRecords(options), records: createRecords(options) }
  }
  /** Many items that differ from one record by their id and times. Marshalling 100,000 records takes seconds. */
  interface Many {
    one: () => ImpersonationRecord
    times: (n: number) => Item
  }
  const fill = (memory: MemoryTable, count: number, { one, times }: Many) => {
    const item = marshall(one()) as Item
    for (let n = 0; n < count; n++) memory.items.set(`old-${n}`, { ...item, ...times(n), id: { S: `old-${n}` } })
  }
  const at = (time: number) => ({ N: `${time}` })
  const recent: Many['times'] = (n) => ({
    requestedAt: at(noon - n),
    endsAt: at(noon + hour - n),
    listedAt: at(noon + hour - n),
  })
  const past: Record<string, Many> = {
    ended: {
      one: () => requested({ state: 'ended', endedAt: noon - 1 }),
      times: (n) => ({ requestedAt: at(noon - n), endsAt: at(noon + hour - n) }),
    },
    'expired, of earlier days': {
      one: () => issued(endingAtTime(noon - day)),
      times: (n) => ({ requestedAt: at(noon - n), endsAt: at(noon - day - n), listedAt: at(noon - day - n) }),
    },
    'expired, of today': {
      one: () => issued(endingAtTime(noon)),
      times: (n) => ({ requestedAt: at(noon - n), endsAt: at(noon - (n % hour)), listedAt: at(noon - (n % hour)) }),
    },
  }

  test.each(Object.keys(past))(
    'live sessions: the same with 10 and with 100,000 records that are %s',
    async (name) => {
      const costs: number[] = []
      for (const count of [10, 100_000]) {
        const { memory, oversight } = memoryTable()
        fill(memory, count, past[name] as Many)
        for (let n = 0; n < 7; n++) {
          const record = issued({ id: `live-${n}`, endsAt: noon + hour + n })
          memory.items.set(record.id, marshall(record) as never)
        }
        const { records } = await oversight.list({ by: 'live', limit: 20 })
        expect(records).toHaveLength(7)
        costs.push(memory.touched)
      }
      expect(costs).toEqual([14, 14]) // seven in the index, seven in the table
    },
    60_000,
  )

  const begun: Record<string, Many> = {
    issued: { one: issued, times: recent },
    ended: {
      one: () => requested({ state: 'ended', endedAt: noon - 1 }),
      times: (n) => ({ requestedAt: at(noon - n) }),
    },
    'prepared, of earlier days': {
      one: () => prepared({ requestedAt: noon - day }),
      times: (n) => ({ requestedAt: at(noon - day - n), listedAt: at(noon - day - n) }),
    },
  }
  test.each(Object.keys(begun))(
    'prepared impersonations: the same with 10 and with 100,000 records that are %s',
    async (name) => {
      const costs: number[] = []
      for (const count of [10, 100_000]) {
        const { memory, oversight } = memoryTable()
        fill(memory, count, begun[name] as Many)
        for (let n = 0; n < 7; n++) {
          const record = prepared({ id: `prepared-${n}`, requestedAt: noon - n })
          memory.items.set(record.id, marshall(record) as never)
        }
        expect((await oversight.list({ by: 'prepared', limit: 20 })).records).toHaveLength(7)
        costs.push(memory.touched)
      }
      expect(costs).toEqual([14, 14]) // seven in the index, seven in the table
    },
    60_000,
  )

  test('reads on if DynamoDB stops a query before its limit', async () => {
    const { memory, oversight } = memoryTable(3)
    fill(memory, 20, { one: issued, times: recent })
    const ids = Array.from({ length: 20 }, (_, n) => `old-${n}`)
    const { records, next } = await oversight.list({ by: 'actor', sub: actorSub, limit: 10 })
    expect(records.map(({ id }) => id)).toEqual(ids.slice(0, 10))
    const { records: rest } = await oversight.list({ by: 'actor', sub: actorSub, limit: 10, next })
    expect(rest.map(({ id }) => id)).toEqual(ids.slice(10))
    expect(await oversight.endAll({ by: 'actor', sub: actorSub }, audrey)).toEqual({ ended: 20, more: false })
  })
})
