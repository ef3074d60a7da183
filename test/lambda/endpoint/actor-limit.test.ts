import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { ActorLimit } from '../../../lambda/config.ts'
import { createCountActor } from '../../../lambda/endpoint/actor-limit.ts'
import { createOversightRecords } from '../../../lambda/oversight/records.ts'
import type { TableOptions } from '../../../lambda/records-table.ts'
import { silentDynamoDB } from '../../support/in-process.ts'
import { scriptedDynamoDB, startTable } from '../../support/table.ts'
import { audrey } from '../../support/world.ts'

const noon = Date.UTC(2026, 0, 1, 12)
/** One o'clock, in seconds. */
const one = Date.UTC(2026, 0, 1, 13) / 1000
const perHour: ActorLimit = { limit: 2, period: 'HOUR' }

let table: Awaited<ReturnType<typeof startTable>>
let now = noon
let actors = 0
let olivia = ''
beforeAll(async () => {
  table = await startTable()
})
afterAll(() => table.close())
beforeEach(() => {
  now = noon
  olivia = `sub-of-olivia-${++actors}`
})

const counterFor = (actorLimit: ActorLimit | 'none', options: TableOptions = { ...table, timeout: 5_000 }) =>
  createCountActor({ ...options, config: { actorLimit }, now: () => now })

async function itemOf(id: string) {
  const { Item } = await table.dynamoDB.send(new GetItemCommand({ TableName: 'records', Key: { id: { S: id } } }))
  return Item && unmarshall(Item)
}

test('counts up to the limit, and then refuses and changes nothing', async () => {
  const count = counterFor(perHour)
  const id = `actor#${olivia}#HOUR#${one}`
  await count(olivia)
  expect(await itemOf(id)).toEqual({ id, count: 1, expiresAt: one })
  await count(olivia)
  await expect(count(olivia)).rejects.toMatchObject({ code: 'ActorLimit', status: 429, retryAfter: 3_600 })
  expect(await itemOf(id)).toEqual({ id, count: 2, expiresAt: one })
})

test('two actors have two counters', async () => {
  const count = counterFor({ ...perHour, limit: 1 })
  await count(olivia)
  await count(`${olivia}x`)
  await expect(count(olivia)).rejects.toMatchObject({ code: 'ActorLimit' })
})

test('exactly the limit of 100 concurrent requests is accepted', async () => {
  const count = counterFor({ ...perHour, limit: 30 })
  const results = await Promise.allSettled(Array.from({ length: 100 }, () => count(olivia)))
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(30)
})

describe('a window', () => {
  test.each<[ActorLimit['period'], seconds: number, end: number]>([
    ['MINUTE', 60, Date.UTC(2026, 0, 1, 12, 1)],
    ['HOUR', 3_600, Date.UTC(2026, 0, 1, 13)],
    ['DAY', 86_400, Date.UTC(2026, 0, 2)],
  ])('of a %s includes its last ms, and the next one starts with the next ms', async (period, seconds, end) => {
    const count = counterFor({ limit: 1, period })
    now = noon + 1
    await count(olivia)
    await expect(count(olivia)).rejects.toMatchObject({ retryAfter: (end - noon) / 1000 })
    now = end - 1_001
    await expect(count(olivia)).rejects.toMatchObject({ retryAfter: 2 })
    now = end - 1
    await expect(count(olivia)).rejects.toMatchObject({ retryAfter: 1 })
    now = end
    await count(olivia)
    await expect(count(olivia)).rejects.toMatchObject({ retryAfter: seconds })
  })
  test('has a counter of its own after the setting’s period changes', async () => {
    await counterFor({ limit: 1, period: 'MINUTE' })(olivia)
    await counterFor({ limit: 1, period: 'HOUR' })(olivia)
    await counterFor({ limit: 1, period: 'DAY' })(olivia)
  })
  test('keeps its count after the setting’s limit changes', async () => {
    await counterFor(perHour)(olivia)
    await expect(counterFor({ ...perHour, limit: 1 })(olivia)).rejects.toMatchObject({ code: 'ActorLimit' })
    await counterFor({ ...perHour, limit: 3 })(olivia)
  })
})

test('makes no call without the setting', async () => {
  const { dynamoDB, calls } = scriptedDynamoDB(() => ({}))
  await counterFor('none', { dynamoDB, tableName: 'records', timeout: 5_000 })(olivia)
  expect(calls).toEqual([])
})

describe('a counter that may not have counted is Unavailable:', () => {
  test.each<[string, object]>([
    ['DynamoDB throttles', { __type: 'ThrottlingException' }],
    ['DynamoDB throttles the item', { __type: 'ProvisionedThroughputExceededException' }],
    ['DynamoDB refuses', { __type: 'AccessDeniedException' }],
    ['the response has no item', {}],
    ['the response has no count', { Attributes: {} }],
  ])('%s', async (_, response) => {
    const { dynamoDB } = scriptedDynamoDB(() => response)
    const count = counterFor(perHour, { dynamoDB, tableName: 'records', timeout: 5_000 })
    await expect(count(olivia)).rejects.toMatchObject({ code: 'Unavailable' })
  })
  test('DynamoDB does not respond in time', async () => {
    const silent = { ...table, dynamoDB: silentDynamoDB(), timeout: 1 }
    await expect(counterFor(perHour, silent)(olivia)).rejects.toMatchObject({ code: 'Unavailable' })
  })
})

test('oversight’s writes do not reach a counter', async () => {
  await counterFor(perHour)(olivia)
  const id = `actor#${olivia}#HOUR#${one}`
  const before = await itemOf(id)
  const oversight = createOversightRecords({ ...table, timeout: 5_000, now: () => now })
  await oversight.end(id, audrey)
  await oversight.endAll({ by: 'actor', sub: olivia }, audrey)
  expect(await itemOf(id)).toEqual(before)
})
