// Guarantee 1 and the time limits, with random faults at every call of the flow.

import { unmarshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { dayOf } from '../lambda/records-schema.ts'
import type { CallSite, Fault } from './support/faults.ts'
import {
  expectContract,
  expectNothingSecret,
  expectOrderly,
  expectPrepared,
  expectRecorded,
} from './support/invariants.ts'
import { policies } from './support/policies.ts'
import { behaviourOf, type callers, type Scenario, scenarios } from './support/scenario.ts'
import { seededRuns } from './support/seeded.ts'
import { startVirtualTime } from './support/virtual-time.ts'
import { ways } from './support/ways.ts'
import { type Answer, calm, createWorld, type World } from './support/world.ts'

/** Time limits in ms: endpoint per request, trigger per event. */
const limits = { endpoint: 25_000, trigger: 4_500 }
/** Impersonations of one actor in a day. */
const actorLimit = 2

const time = startVirtualTime()
let world: World
let olivia: Tokens
let bob: Tokens
let earlier: Tokens

interface Tokens {
  IdToken: string
  AccessToken: string
}

async function setUp(environment: (typeof policies)[number]['environment']) {
  world = await createWorld({ ACTOR_LIMIT: JSON.stringify({ limit: actorLimit, period: 'DAY' }), ...environment })
  olivia = await signIn('olivia', 'Olivia-Local-1!')
  bob = await signIn('bob', 'Bob-Local-1!')
  const answer = await time.settle(world.post({ headers: { Authorization: [olivia.IdToken] } }))
  const { authorization, accessToken } = (answer as Answer).body.session as Record<string, string>
  earlier = { IdToken: String(authorization), AccessToken: String(accessToken) }
}
afterAll(() => time.stop())

async function signIn(USERNAME: string, PASSWORD: string): Promise<Tokens> {
  const answer = await world.perform('AdminInitiateAuth', {
    UserPoolId: world.pool.definition.id,
    ClientId: 'actors',
    AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME, PASSWORD },
  })
  return (answer as { AuthenticationResult: Tokens }).AuthenticationResult
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const authorization = (caller: (typeof callers)[number]): string[] =>
  ({
    token: [olivia.IdToken],
    Bearer: [`Bearer ${olivia.IdToken}`],
    Basic: [basic('olivia:Olivia-Local-1!')],
    bob: [bob.IdToken],
    'wrong password': [basic('olivia:wrong')],
    nothing: [],
  })[caller]

const subOf = (username: string) => world.pool.users.get(username)?.sub
const usernameByName: Record<string, string> = {
  alice: 'alice',
  'alice@example.com': 'alice',
  ALICE: 'alice',
  bob: 'bob',
  ivan: 'ivan',
}

/** Whom olivia may act as. */
const allowedNames = (matchedGroups: string[] | undefined) =>
  matchedGroups ? ['alice', 'alice@example.com', 'ALICE'] : Object.keys(usernameByName)

/** Sends a request, and redeems its ticket if there is one. */
async function ask(request: Scenario['requests'][number]) {
  const { caller, subject, redeems } = request
  const changes = { headers: { Authorization: authorization(caller) }, body: JSON.stringify({ username: subject }) }
  async function timed(send: () => Promise<Answer | 'ended'>) {
    const started = Date.now()
    const answer = await send()
    return { ...request, answer, after: Date.now() - started }
  }
  if (redeems === 0) return [await timed(() => world.post(changes))]
  const prepared = await timed(() => world.prepare(changes))
  const ticket = prepared.answer === 'ended' ? undefined : prepared.answer.body.ticket
  if (!ticket) return [prepared]
  const redeem = () => timed(() => world.redeem(ticket))
  return [prepared, ...(await Promise.all(Array.from({ length: redeems }, redeem)))]
}

async function run(scenario: Scenario, other: object, matchedGroups: string[] | undefined): Promise<void> {
  await world.reset(behaviourOf(scenario, other))
  time.forget()
  const [group, user] = ['impersonators', world.pool.users.get('olivia')]
  if (scenario.withdrawn) user?.groups.delete(group)
  else user?.groups.add(group)

  const day = dayOf(Date.now())
  const answers = (await time.settle(Promise.all(scenario.requests.map(ask)))).flat()
  expect(world.seen.triggerTimes.filter((took) => took > limits.trigger)).toEqual([])
  const check = () => {
    for (const { answer, caller, subject } of answers) {
      if (answer === 'ended') continue
      expectContract(answer)
      const mayAct = ['token', 'Bearer', 'Basic'].includes(caller) && !scenario.withdrawn
      const actorSub = mayAct ? subOf('olivia') : undefined
      if (answer.statusCode === 201) expectPrepared(answer, world, actorSub)
      if (answer.statusCode !== 200) continue
      expectRecorded(answer, world, {
        actorSub,
        subjectSub: allowedNames(matchedGroups).includes(subject) ? subOf(usernameByName[subject] ?? '') : undefined,
        mayBeEnded: scenario.ends.length > 0,
      })
      expect(unmarshall(world.table.items.get(answer.headers['Impersonation-Id'] ?? '') ?? {}).matchedGroups).toEqual(
        matchedGroups,
      )
    }
    const sessions = answers.flatMap(({ answer }) =>
      answer !== 'ended' && answer.statusCode === 200 ? [answer.headers['Impersonation-Id']] : [],
    )
    const counted = answers.filter(
      ({ redeems, answer }) => answer !== 'ended' && answer.statusCode === (redeems ? 201 : 200),
    )
    expect({
      late: answers.filter(({ answer, after }) => answer !== 'ended' && after > limits.endpoint),
      twice: sessions.filter((id, index) => sessions.indexOf(id) !== index),
      isOverLimit: dayOf(Date.now()) === day && counted.length > actorLimit,
    }).toEqual({ late: [], twice: [], isOverLimit: false })
    expectOrderly(world.table.changes)
  }
  for (const record of await time.settle(Promise.all(world.seen.ends)))
    if (record?.state === 'ended') expect(world.table.items.get(record.id)).toMatchObject({ state: { S: 'ended' } })
  check()
  await time.pass(200_000) // delayed calls take effect now
  check()
  expectNothingSecret(world.seen.lines, [
    ...world.seen.secrets,
    olivia.IdToken,
    bob.IdToken,
    'client_secret_for_tests_1',
    'Local-1!',
  ])
}

describe.each(policies)('$policy,', ({ environment, matchedGroups }) => {
  beforeAll(() => setUp(environment))

  describe.each(ways)('%s,', (way) => {
    const impersonate = () => time.settle(world.impersonate(way, { headers: { Authorization: [olivia.IdToken] } }))

    test.each(['arrives twice', 'loses its connection after it took effect'] as const)(
      'a write that %s takes effect once',
      async (fault) => {
        for (const operation of ['PutItem', 'UpdateItem']) {
          // Each of the first attempts: the counter is the first update, and the claim the second one.
          for (const nth of [0, 1, 2, 3, 4]) {
            let seen = 0
            const isNth = (site: { operation: string }) => site.operation === operation && seen++ === nth
            await world.reset({ ...calm, fault: (site) => (isNth(site) ? fault : undefined) })
            const answer = (await impersonate()) as Answer
            expect(answer.statusCode).toBe(200)
            expectRecorded(answer, world, { actorSub: subOf('olivia'), subjectSub: subOf('alice') })
            expectOrderly(world.table.changes)
          }
        }
      },
    )

    test('every write that arrives twice takes effect once', async () => {
      for (const operation of ['PutItem', 'UpdateItem']) {
        await world.reset({ ...calm, fault: (site) => (site.operation === operation ? 'arrives twice' : undefined) })
        const answer = (await impersonate()) as Answer
        expect(answer.statusCode).toBe(200)
        expectRecorded(answer, world, { actorSub: subOf('olivia'), subjectSub: subOf('alice') })
        expectOrderly(world.table.changes)
      }
    })
  })

  test('a ticket is used up by its first good redeem, whatever follows', async () => {
    const behaviour = {
      ...calm,
      fault: (site: { operation: string }) => (site.operation === 'AdminInitiateAuth' ? ('fails' as const) : undefined),
    }
    await world.reset(behaviour)
    const prepared = (await time.settle(world.prepare({ headers: { Authorization: [olivia.IdToken] } }))) as Answer
    expect(await time.settle(world.redeem(prepared.body.ticket))).toMatchObject({ statusCode: 503 })
    behaviour.fault = () => undefined
    expect(await time.settle(world.redeem(prepared.body.ticket))).toMatchObject({
      statusCode: 401,
      headers: { 'Impersonation-Error': 'TicketInvalid' },
    })
  })

  test.each(ways.flatMap((way) => [true, false].map((fit) => ({ way, fit }))))(
    '$way, an impersonation that is ended at any call stays ended, if its tokens are fit: $fit',
    async ({ way, fit }) => {
      const states = new Set<string>()
      for (let endAt = 1; endAt <= 20; endAt++) {
        let calls = 0
        await world.reset({
          ...calm,
          ends: () => ++calls === endAt,
          fault: ({ operation }) =>
            !fit && operation === 'AdminRespondToAuthChallenge'
              ? 'takes effect and gets an invalid response'
              : undefined,
          invalidBody: () => JSON.stringify({ AuthenticationResult: { IdToken: 'unfit', RefreshToken: 'unfit' } }),
        })
        const headers = { Authorization: [olivia.IdToken] }
        const answer = (await time.settle(world.impersonate(way, { headers }))) as Answer
        const [ended] = await time.settle(Promise.all(world.seen.ends))
        expectContract(answer)
        expectOrderly(world.table.changes)
        const [record] = [...world.table.items.values()].map((item) => unmarshall(item)).filter(({ state }) => state)
        expect(record?.state === 'ended').toBe(ended?.state === 'ended')
        const isIssued = record?.issuedAt !== undefined
        const isAnswered = world.seen.cognitoCalls.includes('AdminRespondToAuthChallenge')
        const isUnclaimed = way === 'with a ticket' && record?.claimedAt === undefined
        // With mayActAs, the endpoint does not answer the challenge if the record says that it is ended.
        if (!matchedGroups) expect(isAnswered).toBe(!isUnclaimed)
        expect([answer.statusCode, answer.headers['Impersonation-Error']]).toEqual(
          isUnclaimed
            ? [401, 'TicketInvalid']
            : !fit && isAnswered
              ? [500, 'TokensUnfit']
              : isIssued
                ? [200, undefined]
                : [403, 'ImpersonationEnded'],
        )
        states.add(`${record?.state}, ${isIssued ? 'issued' : 'not issued'}`)
      }
      const unended = fit ? 'issued, issued' : 'discarded, issued'
      expect([...states].sort()).toEqual([unended, 'ended, issued', 'ended, not issued'].sort())
    },
  )

  test('every issued token has a record, and every call keeps its time limit, whatever fails', async () => {
    const others = [olivia, bob, earlier]
    await seededRuns(500, (options) =>
      fc.assert(
        fc.asyncProperty(scenarios, fc.nat(2), (scenario, other) => run(scenario, others[other] ?? {}, matchedGroups)),
        options,
      ),
    )
  }, 600_000)
})

describe.each(ways)('%s, with mayActAs, no token is issued and the challenge is not answered', (way) => {
  const [, { environment = {} } = {}] = policies
  beforeAll(() => setUp(environment))
  /** The updates of the endpoint before the one that says whom the actor may act as: the counter, and the ticket's claim. */
  const before = way === 'with a ticket' ? 2 : 1

  test.each<Fault>([
    'is refused',
    'is throttled',
    'fails',
    'fails after it took effect',
    'hangs',
    'hangs after it took effect',
    'takes effect late',
    'loses its connection',
    'loses its connection after it took effect',
    'gets an invalid response',
    'takes effect and gets an invalid response',
  ])('if the write of the allowed groups %s', async (fault) => {
    let seen = 0
    const isAllow = ({ process, operation }: CallSite) =>
      process === 'endpoint' && operation === 'UpdateItem' && seen++ >= before
    await world.reset({
      ...calm,
      fault: (site) => (isAllow(site) ? fault : undefined),
      invalidBody: () => '{}',
      delay: () => 5_000,
    })
    const answer = await time.settle(world.impersonate(way, { headers: { Authorization: [olivia.IdToken] } }))
    expect(answer).toMatchObject({ statusCode: 503, headers: { 'Impersonation-Error': 'Unavailable' } })
    await time.pass(200_000)
    expect(world.seen.cognitoCalls).not.toContain('AdminRespondToAuthChallenge')
    expectOrderly(world.table.changes)
  })
})
