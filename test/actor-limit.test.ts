// The setting actorLimit, in the whole product: concurrent calls, the edge of a window, and a counter that fails.

import { unmarshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Fault } from './support/faults.ts'
import { createForge } from './support/forge.ts'
import { expectContract } from './support/invariants.ts'
import type { Input } from './support/memory-expressions.ts'
import { MemoryTable } from './support/memory-table.ts'
import { startTable } from './support/table.ts'
import { startVirtualTime } from './support/virtual-time.ts'
import { ways } from './support/ways.ts'
import { type Answer, calm, createWorld, type World } from './support/world.ts'

const codeOf = ({ headers }: Answer) => headers['Impersonation-Error']
const withLimit = (limit: number) => ({ ACTOR_LIMIT: JSON.stringify({ limit, period: 'HOUR' }) })

function recordOf(world: World, { headers }: Answer) {
  const item = world.table.items.get(headers['Impersonation-Id'] ?? '')
  return item && unmarshall(item)
}
const countersOf = (world: World) =>
  [...world.table.items.values()].map((item) => unmarshall(item)).filter(({ id }) => id.startsWith('actor#'))

describe('with the counters in dynalite', () => {
  const isCounter = ({ Key }: Input) => (Key as { id: { S: string } } | undefined)?.id.S.startsWith('actor#')

  let table: Awaited<ReturnType<typeof startTable>>
  beforeAll(async () => {
    table = await startTable()
    // On a busy machine, 100 calls may take longer than the time limits, or pass the edge of a window.
    jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => new AbortController().signal)
    jest.spyOn(Date, 'now').mockReturnValue(Date.now())
  })
  afterAll(() => {
    jest.restoreAllMocks()
    return table.close()
  })

  test.each(ways)(
    '%s, exactly 30 of 100 concurrent calls of one actor succeed',
    async (way) => {
      const memory = new MemoryTable()
      const world = await createWorld(withLimit(30), undefined, async (operation, input) =>
        (isCounter(input) ? table : memory).perform(operation, input),
      )
      const Authorization = [createForge(world).token()]
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => world.impersonate(way, { headers: { Authorization } }) as Promise<Answer>),
      )
      const issued = answers.filter(({ statusCode }) => statusCode === 200)
      const refused = answers.filter((answer) => answer.statusCode === 429 && codeOf(answer) === 'ActorLimit')
      expect([issued.length, refused.length]).toEqual([30, 70])
      for (const { headers } of refused)
        expect(await world.oversight.read(headers['Impersonation-Id'] ?? '')).toMatchObject({
          state: 'refused',
          code: 'ActorLimit',
        })
      expect(world.seen.cognitoCalls.filter((call) => call === 'AdminRespondToAuthChallenge')).toHaveLength(30)
    },
    120_000,
  )
})

describe('with virtual time', () => {
  let time: ReturnType<typeof startVirtualTime>
  beforeAll(() => {
    time = startVirtualTime()
  })
  afterAll(() => time.stop())

  async function start(limit: number) {
    const world = await createWorld(withLimit(limit))
    const { token } = createForge(world)
    const headers = () => ({ Authorization: [token()] })
    const send = async (run: () => Promise<Answer | 'ended'>) => {
      const answer = (await time.settle(run())) as Answer
      expectContract(answer)
      return answer
    }
    return {
      world,
      mint: (changes: object = {}) => send(() => world.post({ headers: headers(), ...changes })),
      prepare: (changes: object = {}) => send(() => world.prepare({ headers: headers(), ...changes })),
      redeem: ({ body }: Answer) => send(() => world.redeem(body.ticket)),
    }
  }

  test('a mint and a preparation share one limit, and a redeem does not count', async () => {
    const { world, mint, prepare, redeem } = await start(2)
    const prepared = await prepare()
    expect(await mint()).toMatchObject({ statusCode: 200 })
    for (const refuse of [mint, prepare]) expect(codeOf(await refuse())).toBe('ActorLimit')
    expect(await redeem(prepared)).toMatchObject({ statusCode: 200 })
    expect(countersOf(world)).toMatchObject([{ count: 2 }])
  })

  test('two actors do not share a limit', async () => {
    const { world, mint } = await start(1)
    const { token } = createForge(world)
    const bob = world.pool.users.get('bob')
    bob?.groups.add('impersonators')
    const ofBob = { headers: { Authorization: [token({ sub: bob?.sub, 'cognito:username': 'bob' })] } }
    expect(await mint()).toMatchObject({ statusCode: 200 })
    expect(await mint(ofBob)).toMatchObject({ statusCode: 200 })
    expect(codeOf(await mint(ofBob))).toBe('ActorLimit')
  })

  test('the last millisecond of a window is refused, and the first one of the next window accepted', async () => {
    const { mint } = await start(1)
    const hour = 3_600_000
    const end = Date.now() - (Date.now() % hour) + hour
    await time.pass(end - 1 - Date.now())
    expect(await mint()).toMatchObject({ statusCode: 200 })
    expect(await mint()).toMatchObject({ statusCode: 429, headers: { 'Retry-After': '1' } })
    await time.pass(1)
    expect(await mint()).toMatchObject({ statusCode: 200 })
    expect(await mint()).toMatchObject({ statusCode: 429, headers: { 'Retry-After': '3600' } })
  })

  test.each(ways)('%s, the record of a refused impersonation says why, and nothing is minted', async (way) => {
    const started = await start(1)
    const { world, mint } = started
    await mint()
    const begin = way === 'with a ticket' ? started.prepare : mint
    const refused = await begin({ body: '{"username":"nobody"}' })
    expect([refused.statusCode, codeOf(refused)]).toEqual([429, 'ActorLimit'])
    expect(refused.body).not.toHaveProperty('ticket')
    expect(recordOf(world, refused)).toMatchObject({ state: 'refused', code: 'ActorLimit', subjectAsked: 'nobody' })
    expect(world.seen.cognitoCalls.filter((call) => call === 'AdminRespondToAuthChallenge')).toHaveLength(1)
  })

  test.each(ways)('%s, an actor who lost the right gets 403 at the limit, too', async (way) => {
    const { world, mint, prepare } = await start(1)
    await mint()
    const { groups } = world.pool.users.get('olivia') ?? {}
    groups?.delete('impersonators')
    const answer = await (way === 'with a ticket' ? prepare : mint)()
    expect([answer.statusCode, codeOf(answer)]).toEqual([403, 'ActorNotAllowed'])
  })

  test.each(ways)('%s, a caller who claims no right makes no counter', async (way) => {
    const { world, mint, prepare } = await start(1)
    const { token } = createForge(world)
    const headers = { Authorization: [token({ 'cognito:groups': ['gold'] })] }
    const answer = await (way === 'with a ticket' ? prepare : mint)({ headers })
    expect([answer.statusCode, codeOf(answer)]).toEqual([403, 'ActorNotAllowed'])
    expect(world.table.changes).toEqual([])
  })

  describe.each(ways)('%s, a counter that', (way) => {
    /** The counter is the endpoint's first update. */
    async function withFault(fault: Fault, tries: number) {
      const { world, mint, prepare } = await start(5)
      let updates = 0
      await world.reset({
        ...calm,
        fault: (site) =>
          site.process === 'endpoint' && site.operation === 'UpdateItem' && updates++ < tries ? fault : undefined,
      })
      const before = Date.now()
      const answer = await (way === 'with a ticket' ? prepare : mint)()
      return { world, answer, seconds: (Date.now() - before) / 1000 }
    }

    test.each<[Fault, tries: number]>([
      ['is throttled', 3],
      ['fails', 3],
      ['fails after it took effect', 3],
      ['is refused', 1],
      ['hangs', 1],
      ['hangs after it took effect', 1],
      ['gets an invalid response', 1],
    ])('%s: 503 in time, and nothing is minted', async (fault, tries) => {
      const { world, answer, seconds } = await withFault(fault, tries)
      expect(answer.statusCode).toBe(503)
      expect(answer.body).not.toHaveProperty('ticket')
      expect(seconds).toBeLessThanOrEqual(5)
      expect(recordOf(world, answer)).toMatchObject({ state: 'refused', code: 'Unavailable' })
      expect(world.seen.cognitoCalls).not.toContain('AdminRespondToAuthChallenge')
    })

    test.each<[Fault, counted: number]>([
      ['is throttled', 1],
      ['loses its connection', 1],
      ['loses its connection after it took effect', 2],
      ['arrives twice', 2],
    ])('%s once: the impersonation goes on, and counts at least once', async (fault, counted) => {
      const { world, answer } = await withFault(fault, 1)
      expect(answer.statusCode).toBe(way === 'with a ticket' ? 201 : 200)
      expect(countersOf(world)).toMatchObject([{ count: counted }])
    })
  })
})
