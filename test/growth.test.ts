// Growth: each request makes the same calls and touches the same number of items, whatever the table contains.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { readIntrospectionConfig } from '../lambda/config.ts'
import { createIntrospect, introspected } from '../lambda/oversight/introspect.ts'
import { createOversightRecords } from '../lambda/oversight/records.ts'
import { listing } from '../lambda/records-schema.ts'
import { createRecordsTable } from '../lambda/records-table.ts'
import { introspectionEnvironment } from './support/environment.ts'
import { inProcessDynamoDB } from './support/in-process.ts'
import { claimsOf } from './support/introspection.ts'
import type { Item } from './support/memory-expressions.ts'
import { MemoryTable } from './support/memory-table.ts'
import { type Answer, audrey, createWorld, type World } from './support/world.ts'

const [few, many] = [10, 100_000]
const hour = 3_600_000
const day = 24 * hour
const [olivia, alice] = ['sub-of-olivia', 'sub-of-alice']

let table = new MemoryTable()
let world: World
let idToken: string
beforeAll(async () => {
  world = await createWorld({}, undefined, async (operation, input) => table.perform(operation, input))
  const { AuthenticationResult } = (await world.perform('AdminInitiateAuth', {
    UserPoolId: world.pool.definition.id,
    ClientId: 'actors',
    AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: 'olivia', PASSWORD: 'Olivia-Local-1!' },
  })) as { AuthenticationResult: { IdToken: string } }
  idToken = AuthenticationResult.IdToken
})

const dynamoDB = inProcessDynamoDB((operation, input) => table.perform(operation, input))
const options = { dynamoDB, tableName: 'records', timeout: 60_000, now: Date.now }
const oversight = createOversightRecords(options)
const items = createRecordsTable(options)
const introspect = createIntrospect({
  config: readIntrospectionConfig(introspectionEnvironment),
  verify: async (token) => claimsOf.access({ impersonation_id: token }),
  read: (id) => items.read(id, introspected.map((name) => `#${name}`).join(', ')) as never,
  checkPeople: async () => true,
  now: Date.now,
})

interface Some {
  actorSub?: string
  subjectSub?: string
  /** How long ago they were requested, in ms. The next one is one ms older. */
  age?: number
  state?: 'issued' | 'ended'
}

const made = new Map<string, Item[]>()

/** Fills a new table. Without changes, all are sessions of olivia as alice, live for an hour. */
function fill(count: number, changes: Some = {}): void {
  const key = JSON.stringify([count, changes])
  const all = made.get(key) ?? makeItems(count, changes)
  made.set(key, all)
  for (const item of all) table.items.set((item.id as { S: string }).S, item)
}

function makeItems(count: number, { actorSub = olivia, subjectSub = alice, age = 0, state = 'issued' }: Some): Item[] {
  const now = Date.now()
  return Array.from({ length: count }, (_, n) => {
    const requestedAt = now - age - n
    return {
      id: { S: `${actorSub}-${subjectSub}-${age}-${n}` },
      state: { S: state },
      clientId: { S: 'ours' },
      actorSub: { S: actorSub },
      actorUsername: { S: 'olivia' },
      subjectAsked: { S: 'alice' },
      subjectSub: { S: subjectSub },
      subjectUsername: { S: 'alice' },
      requestedAt: { N: `${requestedAt}` },
      endsAt: { N: `${requestedAt + hour}` },
      ...(state === 'issued' && {
        listedOn: { S: listing('live', requestedAt + hour).listedOn },
        listedAt: { N: `${requestedAt + hour}` },
      }),
    }
  })
}

/** @returns what a request costs. */
async function costOf(request: () => Promise<unknown>): Promise<{ calls: number; touched: number }> {
  const { calls, touched } = table
  await request()
  return { calls: table.calls - calls, touched: table.touched - touched }
}

/** What a request costs, with `few` and with `many` records. */
async function costs(request: () => Promise<unknown>, fillWith: (count: number) => void = fill) {
  const found: Awaited<ReturnType<typeof costOf>>[] = []
  for (const count of [few, many]) {
    table = new MemoryTable()
    // DynamoDB ends a page of a query at 1 MB.
    table.pageSize = 2_000
    fillWith(count)
    found.push(await costOf(request))
  }
  return found as [Awaited<ReturnType<typeof costOf>>, Awaited<ReturnType<typeof costOf>>]
}

async function mint(way: 'with a ticket' | 'without a ticket'): Promise<void> {
  const answer = (await world.impersonate(way, { headers: { Authorization: [idToken] } })) as Answer
  expect(answer.statusCode).toBe(200)
}

describe(`with ${many} records, a request costs the same as with ${few}:`, () => {
  test.each(['without a ticket', 'with a ticket'] as const)('a mint %s', async (way) => {
    const [before, after] = await costs(() => mint(way))
    expect(after).toEqual(before)
    expect(before.touched).toBe(before.calls)
  })

  test.each<[string, Parameters<typeof oversight.list>[0]]>([
    ['by an actor', { by: 'actor', sub: olivia, limit: 5 }],
    ['by a subject', { by: 'subject', sub: alice, limit: 5 }],
    ['of live sessions', { by: 'live', limit: 5 }],
  ])('each page of a list %s', async (_, query) => {
    const [before, after] = await costs(async () => {
      const { next, records } = await oversight.list(query)
      expect(records).toHaveLength(5)
      expect((await oversight.list({ ...query, limit: 3, next })).records).toHaveLength(3)
    })
    expect(after).toEqual(before)
    // One item more than the page shows whether there is another page. The records come from the table.
    expect(before.touched).toBe(6 + 5 + 4 + 3)
  })

  test('an introspection', async () => {
    const [before, after] = await costs(async () => {
      await introspect('cf0c47e4-de3a-47f3-9b8e-92f3ad3a1344')
    })
    expect([before, after]).toEqual([
      { calls: 1, touched: 1 },
      { calls: 1, touched: 1 },
    ])
  })

  test('the end of one impersonation', async () => {
    const [before, after] = await costs(() => oversight.end(`${olivia}-${alice}-0-0`, audrey))
    expect([before, after]).toEqual([
      { calls: 2, touched: 2 },
      { calls: 2, touched: 2 },
    ])
  })

  test.each(['actor', 'subject'] as const)(
    'a bulk end by %s: of others, and of this person more than three days ago',
    async (by) => {
      const [before, after] = await costs(
        async () => {
          expect(await oversight.endAll({ by, sub: by === 'actor' ? olivia : alice }, audrey)).toMatchObject({
            ended: 3,
          })
        },
        (count) => {
          fill(3)
          fill(count / 2, { actorSub: 'sub-of-oscar', subjectSub: 'sub-of-bob' })
          fill(count / 2, { age: 3 * day, state: 'ended' })
        },
      )
      expect([before, after]).toEqual([
        { calls: 4, touched: 6 },
        { calls: 4, touched: 6 },
      ])
    },
  )
})

test(`a bulk end of ${many} live sessions reads one page of the index, and ends 100`, async () => {
  const [, after] = await costs(() => oversight.endAll({ by: 'actor', sub: olivia }, audrey))
  expect(after).toEqual({ calls: 1 + 100, touched: table.pageSize + 100 })
})

test('a bulk end reads all that the person did in the last two days: this grows with one person, not with the table', async () => {
  for (const count of [10, 1_000]) {
    table = new MemoryTable()
    fill(count, { state: 'ended' })
    const { touched } = await costOf(() => oversight.endAll({ by: 'actor', sub: olivia }, audrey))
    expect(touched).toBe(count)
  }
})
