// What hangs for ever or answers at the last moment: the endpoint gives up within 25 s, a trigger within 4.5 s.

import { afterAll, describe, expect, test } from '@jest/globals'
import type { CallSite, Fault } from './support/faults.ts'
import { createForge } from './support/forge.ts'
import { expectContract } from './support/invariants.ts'
import { startVirtualTime } from './support/virtual-time.ts'
import { calm, createWorld, type WorldBehaviour } from './support/world.ts'

const time = startVirtualTime()
afterAll(() => time.stop())
const world = await createWorld()
const basic = `Basic ${Buffer.from('olivia:Olivia-Local-1!').toString('base64')}`
const { token } = createForge(world)

async function act(behaviour: Partial<WorldBehaviour>, authorization = token()) {
  await world.reset({ ...calm, ...behaviour })
  time.forget()
  const started = Date.now()
  const answer = await time.settle(world.post({ headers: { Authorization: [authorization] } }))
  if (answer === 'ended') throw new Error('the endpoint reached its function timeout of 29 s')
  expectContract(answer)
  return { answer, seconds: (Date.now() - started) / 1000 }
}
const inEndpoint = (...operations: string[]) => at('endpoint', operations)
const inTriggers = (...operations: string[]) => at('trigger', operations)
const at = (process: CallSite['process'], operations: string[]) => (site: CallSite) =>
  site.process === process && (operations.length === 0 || operations.includes(site.operation))

describe('503 within 25 s where what hangs is', () => {
  test.each<[string, (site: CallSite) => boolean]>([
    ['everything', () => true],
    ['all that the endpoint calls', inEndpoint()],
    ['all that the triggers call', inTriggers()],
    ['DynamoDB', ({ operation }) => operation.endsWith('Item')],
    ['Cognito', ({ operation }) => !operation.endsWith('Item')],
    ['the put', inEndpoint('PutItem')],
    ['the sign-in’s start', inEndpoint('AdminInitiateAuth')],
    ['the look-up of the group', inEndpoint('AdminListGroupsForUser')],
    ['the sign-in’s answer', inEndpoint('AdminRespondToAuthChallenge')],
    [
      'the sign-in’s answer, and all that would close the record',
      inEndpoint('AdminRespondToAuthChallenge', 'GetItem', 'UpdateItem'),
    ],
  ])('%s', async (_, matches) => {
    for (const fault of ['hangs', 'hangs after it took effect'] as Fault[]) {
      const { answer, seconds } = await act({ fault: (site) => (matches(site) ? fault : undefined) })
      expect(answer.statusCode).toBe(503)
      expect(seconds).toBeLessThanOrEqual(25)
      for (const took of world.seen.triggerTimes) expect(took).toBeLessThanOrEqual(4_500)
    }
  })
  test('the actor’s own sign-in by Basic', async () => {
    const { answer, seconds } = await act({ fault: () => 'hangs' }, basic)
    expect(answer.statusCode).toBe(503)
    expect(seconds).toBeLessThanOrEqual(25)
    expect(world.table.changes).toEqual([])
  })
  test('the sign-in’s answer, after two that came at the last moment', async () => {
    const { answer, seconds } = await act(
      {
        fault: ({ operation }) =>
          (({ AdminInitiateAuth: 'is slow', AdminRespondToAuthChallenge: 'hangs' }) as const)[
            operation as 'AdminInitiateAuth'
          ],
        delay: () => 8_900,
      },
      basic,
    )
    expect(answer.statusCode).toBe(503)
    expect(seconds).toBeLessThanOrEqual(25)
  })
  test('the trigger function, at each of Cognito’s tries', async () => {
    const { answer, seconds } = await act({ trigger: () => 'runs, and times out' })
    expect(answer.statusCode).toBe(503)
    expect(seconds).toBeLessThanOrEqual(25)
  })
})

describe('within 25 s, whatever the answer, where', () => {
  test.each([500, 1_500, 1_990, 2_010, 3_900, 6_000, 8_900, 14_900])(
    'every call, or every call to Cognito, takes %d ms',
    async (delay) => {
      for (const slow of [() => true, ({ operation }: CallSite) => !operation.endsWith('Item')]) {
        const fault = (site: CallSite) => (slow(site) ? 'is slow' : undefined)
        const { seconds } = await act({ fault, delay: () => delay }, basic)
        expect(seconds).toBeLessThanOrEqual(25)
        for (const took of world.seen.triggerTimes) expect(took).toBeLessThanOrEqual(4_500)
      }
    },
  )
  test.each<Fault>(['broken', 'throttled', 'is cut off', 'is cut off after it took effect'])(
    'every call %s, however often it is made again',
    async (fault) => {
      const { seconds } = await act({ fault: () => fault }, basic)
      expect(seconds).toBeLessThanOrEqual(25)
    },
  )
})

test('tokens that are not fit are dropped within 25 s, though neither the revocation nor the record is to be had', async () => {
  const { answer, seconds } = await act({
    replace: () => ({}),
    fault: (site) => (inEndpoint('RevokeToken', 'UpdateItem')(site) ? 'hangs' : undefined),
  })
  expect(answer.statusCode).toBe(500)
  expect(seconds).toBeLessThanOrEqual(25)
})
