// No token without a record, whatever fails: the whole flow, with random faults at every call between its parts.

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { expectContract, expectNothingSecret, expectOrderly, expectRecorded } from './support/invariants.ts'
import { behaviourOf, type callers, type Scenario, scenario } from './support/scenario.ts'
import { seededRuns } from './support/seeded.ts'
import { startVirtualTime } from './support/virtual-time.ts'
import { type Answer, calm, createWorld, type World } from './support/world.ts'

/** ms: what the endpoint may take in all, and the triggers at each event. */
const limits = { endpoint: 25_000, trigger: 4_500 }

const time = startVirtualTime()
let world: World
let olivia: Tokens
let bob: Tokens
let earlier: Tokens

interface Tokens {
  IdToken: string
  AccessToken: string
}

beforeAll(async () => {
  world = await createWorld()
  olivia = await signIn('olivia', 'Olivia-Local-1!')
  bob = await signIn('bob', 'Bob-Local-1!')
  const answer = await time.settle(world.post({ headers: { Authorization: [olivia.IdToken] } }))
  const { authorization, accessToken } = (answer as Answer).body.session as Record<string, string>
  earlier = { IdToken: String(authorization), AccessToken: String(accessToken) }
})
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
const whoIs: Record<string, string> = {
  alice: 'alice',
  'alice@example.com': 'alice',
  ALICE: 'alice',
  bob: 'bob',
  ivan: 'ivan',
}

async function run(given: Scenario, other: object): Promise<void> {
  await world.reset(behaviourOf(given, other))
  time.forget()
  const [group, user] = ['impersonators', world.pool.users.get('olivia')]
  if (given.withdrawn) user?.groups.delete(group)
  else user?.groups.add(group)

  const started = Date.now()
  const answers = await time.settle(
    Promise.all(
      given.requests.map(async ({ caller, subject }) => {
        const answer = await world.post({
          headers: { Authorization: authorization(caller) },
          body: JSON.stringify({ username: subject }),
        })
        return { answer, caller, subject, after: Date.now() - started }
      }),
    ),
  )
  expect(world.seen.triggerTimes.filter((took) => took > limits.trigger)).toEqual([])
  const check = () => {
    for (const { answer, caller, subject, after } of answers) {
      if (answer === 'ended') continue
      expect(after).toBeLessThanOrEqual(limits.endpoint)
      expectContract(answer)
      if (answer.statusCode !== 200) continue
      const mayAct = ['token', 'Bearer', 'Basic'].includes(caller) && !given.withdrawn
      expectRecorded(answer, world, {
        actorSub: mayAct ? subOf('olivia') : undefined,
        subjectSub: subOf(whoIs[subject] ?? ''),
      })
    }
    expectOrderly(world.table.changes)
  }
  check()
  await time.pass(200_000) // what was late lands now
  check()
  expectNothingSecret(world.seen.lines, [
    ...world.seen.secrets,
    olivia.IdToken,
    bob.IdToken,
    'client-secret',
    'Local-1!',
  ])
}

test('what arrives at the table twice is done once', async () => {
  for (const operation of ['PutItem', 'UpdateItem']) {
    await world.reset({ ...calm, fault: (site) => (site.operation === operation ? 'arrives twice' : undefined) })
    const answer = (await time.settle(world.post({ headers: { Authorization: [olivia.IdToken] } }))) as Answer
    expect(answer.statusCode).toBe(200)
    expectRecorded(answer, world, { actorSub: subOf('olivia'), subjectSub: subOf('alice') })
    expectOrderly(world.table.changes)
  }
})

test('every token that left has its record, and everything keeps its limits, whatever fails', async () => {
  const others = [olivia, bob, earlier]
  await seededRuns(500, (options) =>
    fc.assert(
      fc.asyncProperty(scenario, fc.nat(2), (given, other) => run(given, others[other] ?? {})),
      options,
    ),
  )
}, 600_000)
