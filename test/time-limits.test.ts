// Time limits with calls that hang or are slow: 25 s for the endpoint, 4.5 s for a trigger.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { CallSite, Fault } from './support/faults.ts'
import { createForge } from './support/forge.ts'
import { expectContract } from './support/invariants.ts'
import { policies } from './support/policies.ts'
import { startVirtualTime } from './support/virtual-time.ts'
import { ways } from './support/ways.ts'
import { type Answer, calm, createWorld, type World, type WorldBehaviour } from './support/world.ts'

const time = startVirtualTime()
afterAll(() => time.stop())
const basic = `Basic ${Buffer.from('olivia:Olivia-Local-1!').toString('base64')}`
let world: World
let token: () => string

async function impersonate(behaviour: Partial<WorldBehaviour>, authorization: string = token()) {
  await world.reset({ ...calm, ...behaviour })
  return measure(() => world.post({ headers: { Authorization: [authorization] } }))
}

/** Prepares an impersonation, and redeems its ticket with this behaviour. */
async function redeem(behaviour: Partial<WorldBehaviour>) {
  const current = { ...calm }
  await world.reset(current)
  const prepared = (await time.settle(world.prepare({ headers: { Authorization: [token()] } }))) as Answer
  Object.assign(current, behaviour)
  return measure(() => world.redeem(prepared.body.ticket))
}

async function prepare(behaviour: Partial<WorldBehaviour>, authorization: string = token()) {
  await world.reset({ ...calm, ...behaviour })
  return measure(() => world.prepare({ headers: { Authorization: [authorization] } }))
}

const starts = { 'without a ticket': impersonate, 'with a ticket': redeem }

async function measure(send: () => Promise<Answer | 'ended'>) {
  time.forget()
  const started = Date.now()
  const answer = await time.settle(send())
  if (answer === 'ended') throw new Error('the endpoint reached its function timeout of 28 s')
  expectContract(answer)
  return { answer, seconds: (Date.now() - started) / 1000 }
}
const inEndpoint = (...operations: string[]) => at('endpoint', operations)
const inTriggers = (...operations: string[]) => at('trigger', operations)
const at = (process: CallSite['process'], operations: string[]) => (site: CallSite) =>
  site.process === process && (operations.length === 0 || operations.includes(site.operation))

const expect503 = ({ answer, seconds }: Awaited<ReturnType<typeof measure>>) => {
  expect(answer.statusCode).toBe(503)
  expect(seconds).toBeLessThanOrEqual(25)
  for (const took of world.seen.triggerTimes) expect(took).toBeLessThanOrEqual(4_500)
}

describe.each(policies)('$policy,', ({ environment }) => {
  beforeAll(async () => {
    world = await createWorld({ ACTOR_LIMIT: '{"limit":100,"period":"DAY"}', ...environment })
    token = createForge(world).token
  })

  describe.each(ways)('%s, 503 within 25 s if these calls hang:', (way) => {
    const start = starts[way]
    test.each<[string, (site: CallSite) => boolean]>([
      ['all calls', () => true],
      ['all calls of the endpoint', inEndpoint()],
      ['all calls of the triggers', inTriggers()],
      ['all calls to DynamoDB', ({ operation }) => operation.endsWith('Item')],
      ['all calls to Cognito', ({ operation }) => !operation.endsWith('Item')],
      ["the record's first write", inEndpoint(way === 'with a ticket' ? 'UpdateItem' : 'PutItem')],
      ['starting the sign-in', inEndpoint('AdminInitiateAuth')],
      ['looking up the group', inEndpoint('AdminListGroupsForUser')],
      ['answering the challenge', inEndpoint('AdminRespondToAuthChallenge')],
      [
        'answering the challenge, and closing the record',
        inEndpoint('AdminRespondToAuthChallenge', 'GetItem', 'UpdateItem'),
      ],
    ])('%s', async (_, matches) => {
      for (const fault of ['hangs', 'hangs after it took effect'] as Fault[]) {
        expect503(await start({ fault: (site) => (matches(site) ? fault : undefined) }))
      }
    })
    test('the trigger function, at each of Cognito’s attempts', async () => {
      expect503(await start({ trigger: () => 'runs, and times out' }))
    })
  })

  describe('503 within 25 s if these calls hang:', () => {
    test.each<[string, (site: CallSite) => boolean]>([
      ['all calls of a preparation', () => true],
      ['writing its record', inEndpoint('PutItem')],
      ['looking up the group for it', inEndpoint('AdminListGroupsForUser')],
      ['looking up the group for it, and closing the record', inEndpoint('AdminListGroupsForUser', 'UpdateItem')],
    ])('%s', async (_, matches) => {
      for (const fault of ['hangs', 'hangs after it took effect'] as Fault[])
        expect503(await prepare({ fault: (site) => (matches(site) ? fault : undefined) }))
    })
    test('all calls of a preparation by Basic', async () => {
      expect503(await prepare({ fault: () => 'hangs' }, basic))
    })
    test('the actor’s sign-in by Basic', async () => {
      const { answer, seconds } = await impersonate({ fault: () => 'hangs' }, basic)
      expect(answer.statusCode).toBe(503)
      expect(seconds).toBeLessThanOrEqual(25)
      expect(world.table.changes).toEqual([])
    })
    test('answering the challenge, after two slow sign-ins', async () => {
      const faults: Record<string, Fault> = { AdminInitiateAuth: 'is slow', AdminRespondToAuthChallenge: 'hangs' }
      const { answer, seconds } = await impersonate(
        {
          fault: ({ operation }) => faults[operation],
          delay: () => 8_900,
        },
        basic,
      )
      expect(answer.statusCode).toBe(503)
      expect(seconds).toBeLessThanOrEqual(25)
    })
  })

  describe.each(ways)('%s, an answer within 25 s if', (way) => {
    test.each([500, 1_500, 1_990, 2_010, 3_900, 6_000, 8_900, 14_900])(
      'all calls, or all calls to Cognito, take %d ms',
      async (delay) => {
        for (const slow of [() => true, ({ operation }: CallSite) => !operation.endsWith('Item')]) {
          const fault = (site: CallSite) => (slow(site) ? 'is slow' : undefined)
          const { seconds } = await starts[way]({ fault, delay: () => delay }, basic)
          expect(seconds).toBeLessThanOrEqual(25)
          for (const took of world.seen.triggerTimes) expect(took).toBeLessThanOrEqual(4_500)
        }
      },
    )
    test.each<Fault>(['fails', 'is throttled', 'loses its connection', 'loses its connection after it took effect'])(
      'every call and retry %s',
      async (fault) => {
        const { seconds } = await starts[way]({ fault: () => fault }, basic)
        expect(seconds).toBeLessThanOrEqual(25)
      },
    )
  })

  test.each(ways)(
    '%s, an answer within 25 s if the actor’s groups fill five slow pages, and the records table hangs then',
    async (way) => {
      const names = [...Array.from({ length: 240 }, (_, n) => `group-${n}`), 'impersonators']
      let pages = 0
      const { seconds } = await starts[way]({
        delay: () => 3_900,
        fault: ({ process, operation }) => {
          if (operation === 'AdminListGroupsForUser') {
            for (const GroupName of names) world.pool.groups.set(GroupName, { GroupName })
            for (const name of names) world.pool.users.get('olivia')?.groups.add(name)
            pages++
            return 'is slow'
          }
          return process === 'endpoint' && operation.endsWith('Item') && pages === 5 ? 'hangs' : undefined
        },
      })
      expect(pages).toBe(5)
      expect(seconds).toBeLessThanOrEqual(25)
    },
  )

  test.each(ways)('%s, 500 within 25 s for unfit tokens if revoking them and updating the record hang', async (way) => {
    // The claim is an update, too, and comes before the tokens.
    const isCleanUp = (site: CallSite) =>
      inEndpoint('RevokeToken', 'UpdateItem')(site) && world.seen.cognitoCalls.includes('AdminRespondToAuthChallenge')
    const { answer, seconds } = await starts[way]({
      replace: () => ({}),
      fault: (site) => (isCleanUp(site) ? 'hangs' : undefined),
    })
    expect(answer.statusCode).toBe(500)
    expect(seconds).toBeLessThanOrEqual(25)
  })
})
