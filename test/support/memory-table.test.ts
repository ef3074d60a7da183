// Compares the table in memory with dynalite, for all operations of lambda/records.ts, lambda/endpoint/actor-limit.ts and
// lambda/oversight/records.ts.

import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type CountActor, createCountActor } from '../../lambda/endpoint/actor-limit.ts'
import {
  createOversightRecords,
  type ListQuery,
  type OversightRecords,
  type Page,
} from '../../lambda/oversight/records.ts'
import { createRecords, type Records } from '../../lambda/records.ts'
import { type ImpersonationRecord, listing } from '../../lambda/records-schema.ts'
import { inProcessDynamoDB } from './in-process.ts'
import { MemoryTable } from './memory-table.ts'
import { seededRuns } from './seeded.ts'
import { startTable } from './table.ts'
import { audrey } from './world.ts'

let real: Awaited<ReturnType<typeof startTable>>
beforeAll(async () => {
  real = await startTable()
})
afterAll(() => real.close())

const memory = new MemoryTable()

const oneOf = (...values: string[]) => fc.constantFrom(...values)
const step = fc.record({
  method: oneOf(
    ...['put', 'put', 'allow', 'redeem', 'redeem', 'issue', 'issue', 'issue by a group'],
    ...['refuse', 'discard', 'read', 'end', 'endAll', 'count'],
    ...['prepare', 'prepare', 'require approval', 'approve', 'claim', 'claim'],
  ),
  hash: oneOf('h1', 'h1', 'h2'),
  client: oneOf('ours', 'ours', 'theirs'),
  nonce: oneOf('n1', 'n1', 'n2'),
  sub: oneOf('alice', 'alice', 'bob', 'olivia'),
  groups: fc.uniqueArray(oneOf('emea', 'us')),
  everyone: fc.boolean(),
  at: fc.integer({ min: 0, max: 70_000 }),
})

const perMinute = { actorLimit: { limit: 1, period: 'MINUTE' as const } }
const memoryOptions = { dynamoDB: inProcessDynamoDB(memory.perform), tableName: 'records', timeout: 5_000 }

test('the table in memory gives the same results as dynalite', async () => {
  let n = 0
  await seededRuns(90, (options) =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
        const id = `record-${++n}`
        let now = 0
        const both = [{ ...real, timeout: 5_000 }, memoryOptions].map((options) => ({
          ...createRecords({ ...options, now: () => now }),
          oversight: createOversightRecords({ ...options, now: () => now }),
          countActor: createCountActor({ ...options, config: perMinute, now: () => now }),
        }))
        for (const { method, hash, client, nonce, sub: name, groups, everyone, at } of steps) {
          now = at
          const sub = `${name} of ${id}`
          const run = async (
            records: Records & { oversight: OversightRecords; countActor: CountActor },
          ): Promise<unknown> => {
            if (method === 'put') return records.put(requested(id, hash, at))
            if (method === 'prepare') return records.put(prepared(id, hash, at))
            if (method === 'require approval') return records.requireApproval({ id, hash })
            if (method === 'approve')
              return records.oversight.approve(id, { by: { sub: nonce, username: nonce }, subjectSub: sub })
            if (method === 'claim') {
              const browser = { ip: '198.51.100.7', ...(everyone && { userAgent: 'Firefox' }) }
              return records.claim({ ticket: { id, hash }, clientId: client, grant: { hash }, browser })
            }
            const subject = { sub, username: sub }
            if (method === 'redeem') return records.redeem({ grant: { id, hash }, clientId: client, nonce, subject })
            if (method === 'allow') return records.allow({ grant: { id, hash }, allowed: { everyone, groups } })
            const session = { id, clientId: client, subjectSub: sub, sessionLength: 3_600_000 }
            if (method === 'issue') return records.issue(session)
            if (method === 'issue by a group') return records.issue({ ...session, policy: { matchedGroups: groups } })
            if (method === 'read') return records.read(id)
            if (method === 'end') return records.oversight.end(id, audrey)
            if (method === 'endAll') return records.oversight.endAll({ by: 'subject', sub }, audrey)
            if (method === 'count') return records.countActor(sub)
            return records[method as 'refuse' | 'discard'](id, 'Fault')
          }
          const [a, b] = await Promise.allSettled(both.map(run))
          expect(b).toEqual(a)
        }
        expect(await both[1]?.read(id)).toEqual(await both[0]?.read(id))
      }),
      options,
    ),
  )
}, 120_000)

const listed = fc.record({
  actor: oneOf('ann', 'ben'),
  issued: fc.boolean(),
  // No two of up to 12 sessions, requested one ms after the other, end at once: DynamoDB does not say in which order it lists those.
  sessionLength: fc.integer({ min: 1, max: 4_320_000 }).map((n) => n * 20),
})
const lists = fc.record({
  records: fc.array(listed, { minLength: 1, maxLength: 12 }),
  limit: fc.integer({ min: 1, max: 4 }),
  from: fc.nat(13),
  to: fc.nat(13),
})

test('the table in memory and dynalite refuse a value and a name that no expression uses', async () => {
  const commands = [
    { ExpressionAttributeValues: { ':used': { S: 'a' }, ':unused': { S: 'b' } } },
    { ExpressionAttributeValues: { ':used': { S: 'a' } }, ExpressionAttributeNames: { '#unused': 'state' } },
  ].map((unused) => ({
    TableName: 'records',
    Key: { id: { S: 'unused' } },
    UpdateExpression: 'SET code = :used',
    ConditionExpression: 'attribute_not_exists(id)',
    ...unused,
  }))
  for (const dynamoDB of [real.dynamoDB, memoryOptions.dynamoDB])
    for (const command of commands)
      await expect(dynamoDB.send(new UpdateItemCommand(command))).rejects.toMatchObject({ name: 'ValidationException' })
})

test('the table in memory lists the same records as dynalite, page by page', async () => {
  let start = Date.UTC(2026, 0, 1, 18)
  await seededRuns(30, (options) =>
    fc.assert(
      fc.asyncProperty(lists, async ({ records, limit, from, to }) => {
        start += 3 * 86_400_000
        const pages = [{ ...real, timeout: 5_000 }, memoryOptions].map(async (table) => {
          let now = start
          const writer = createRecords({ ...table, now: () => now })
          for (const [n, { actor, issued, sessionLength }] of records.entries()) {
            now = start + n
            const id = `listed-${start}-${n}`
            await writer.put({ ...requested(id, 'h1', now), actorSub: `${actor}-${start}` })
            const subject = { sub: 'alice', username: 'alice' }
            await writer.redeem({ grant: { id, hash: 'h1' }, clientId: 'ours', nonce: 'n1', subject })
            if (issued) await writer.issue({ id, clientId: 'ours', subjectSub: 'alice', sessionLength })
          }
          const reader = createOversightRecords({ ...table, now: () => now })
          const byActor = { by: 'actor', sub: `ann-${start}`, limit } as const
          return [
            await everyPage(reader, byActor),
            await everyPage(reader, { ...byActor, from: start + from, to: start + to }),
            await everyPage(reader, { by: 'live', limit }),
          ]
        })
        const [a, b] = await Promise.all(pages)
        expect(b).toEqual(a)
      }),
      options,
    ),
  )
}, 120_000)

async function everyPage(records: OversightRecords, query: ListQuery) {
  const pages: Page[] = []
  let next: Page['next']
  do {
    const page = await records.list({ ...query, next })
    pages.push(page)
    next = page.next
  } while (next)
  return pages
}

function prepared(id: string, ticketHash: string, requestedAt: number): ImpersonationRecord {
  const { grantHash: _, grantEndsAt: ticketEndsAt = 0, ...rest } = requested(id, '', requestedAt)
  return { ...rest, state: 'prepared', ticketHash, ticketEndsAt, ...listing('prepared', requestedAt) }
}

function requested(id: string, grantHash: string, requestedAt: number): ImpersonationRecord {
  return {
    id,
    state: 'requested',
    grantHash,
    grantEndsAt: requestedAt + 60_000,
    clientId: 'ours',
    actorSub: `olivia of ${id}`,
    actorUsername: 'olivia',
    subjectAsked: 'alice',
    requestedAt,
    expiresAt: 1,
  }
}
