// The events of impersonations, on a local run with an event bus.

import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { PutItemCommand, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { listen } from '../infra/local/listen.ts'
import type { BusEvent, EventLog } from '../infra/local/log.ts'
import { until } from './infra/local/support.ts'
import { sharedAssembly } from './support/assembly.ts'
import { change, startDeployment } from './support/deployment.ts'
import { expectNothingSecret } from './support/invariants.ts'
import { collectSecrets } from './support/secrets.ts'

const assembly = await sharedAssembly({ eventBus: 'security', approvalGroups: 'vips' })

type Detail = Record<string, string | undefined>

const sequenceOf = ({ sequence = '' }: Detail) => sequence
const typesOf = (details: Detail[]) => details.map(({ eventType }) => eventType?.split('.').at(-1))

async function start(options: Parameters<typeof startDeployment>[0] = {}) {
  const deployment = await startDeployment({ assembly, ...options })
  const { log, outputs, olivia } = deployment
  const events = () => log.filter((entry): entry is EventLog => entry.source === 'events').map(({ event }) => event)
  const details = () => events().map(({ detail }) => detail as Detail)
  return {
    ...deployment,
    events,
    details,
    /** Waits for this many events of one impersonation. @returns them in the order of their sequence */
    async eventsOf(id: string | null, count: number): Promise<Detail[]> {
      const ofId = () => details().filter((detail) => detail.id === id)
      await until(() => ofId().length >= count)
      return ofId().toSorted((a, b) => (sequenceOf(a) < sequenceOf(b) ? -1 : 1))
    },
    async end(id: unknown, authorization = olivia) {
      const headers = { Authorization: authorization }
      return (await fetch(`${outputs.ApiUrl}/auth/impersonations/${id}`, { method: 'DELETE', headers })).status
    },
  }
}

/** The secrets that the running test sent to Cognito or got from it. */
let secrets: Set<string>
/** The deployment of the other tests. Each starts with an empty log, and has a record of its own. */
let shared: Awaited<ReturnType<typeof start>>
beforeAll(async () => {
  shared = await start({
    async intercept(_, fields, go) {
      collectSecrets(fields, secrets)
      const answer = await go()
      collectSecrets(answer as object, secrets)
      return answer
    },
  })
})
beforeEach(() => {
  shared.log.length = 0
  secrets = new Set()
})
afterAll(() => shared?.close())

/** A deployment of one test. */
let own: typeof shared | undefined
afterEach(async () => {
  await own?.close()
  own = undefined
})

describe('each change of an impersonation puts an event:', () => {
  test('a mint, and its end by the actor', async () => {
    const deployment = shared
    const { headers } = await deployment.impersonate('alice', deployment.olivia, { reason: 'ticket 42' })
    const id = headers.get('impersonation-id')
    expect(await deployment.end(id)).toBe(200)
    const details = await deployment.eventsOf(id, 4)
    expect(typesOf(details)).toEqual(['request', 'redeem', 'initiate', 'end'])
    expect(details.map(({ previousState }) => previousState)).toEqual([undefined, 'requested', 'redeemed', 'issued'])
    expect(new Set(details.map(sequenceOf)).size).toBe(4)
    expect(details.at(-1)).toMatchObject({
      version: '1',
      state: 'ended',
      live: false,
      actor: { username: 'olivia' },
      subject: { username: 'alice', asked: 'alice' },
      endedBy: { username: 'olivia', role: 'actor' },
      reason: 'ticket 42',
    })
    expect(deployment.events()[0]).toMatchObject({
      source: 'cognito-impersonation',
      'detail-type': 'Impersonation changed',
      resources: [`arn:aws:dynamodb:us-east-1:000000000000:table/${deployment.outputs.RecordsTableName}`],
    } satisfies Partial<BusEvent>)
  })

  test('a ticket, redeemed by the app, and ended by an auditor', async () => {
    const deployment = shared
    const prepared = await deployment.prepare('alice', deployment.olivia)
    expect((await deployment.redeem(prepared.body.ticket)).status).toBe(200)
    const id = String(prepared.body.id)
    expect(await deployment.end(id, (await deployment.signIn('audrey')).IdToken)).toBe(200)
    const details = await deployment.eventsOf(id, 5)
    expect(typesOf(details)).toEqual(['prepare', 'request', 'redeem', 'initiate', 'revoke'])
    expect(details[1]).toMatchObject({ previousState: 'prepared', browserIp: '127.0.0.1' })
  })

  test('a ticket that somebody else approves', async () => {
    const deployment = shared
    const prepared = await deployment.prepare('victor', deployment.olivia)
    const id = String(prepared.body.id)
    const audrey = (await deployment.signIn('audrey')).IdToken
    const approval = { method: 'POST', path: `/auth/impersonations/${id}/approval` }
    expect((await deployment.send({ ...approval, headers: { Authorization: audrey }, body: {} })).status).toBe(200)
    expect((await deployment.redeem(prepared.body.ticket)).status).toBe(200)
    const details = await deployment.eventsOf(id, 6)
    expect(typesOf(details)).toEqual(['prepare', 'wait', 'grant', 'request', 'redeem', 'initiate'])
    expect(details[1]).toMatchObject({ state: 'prepared', approvalRequired: true, subject: { asked: 'victor' } })
    expect(details[1]).not.toHaveProperty('ticketEndsAt')
    expect(details[2]).toMatchObject({
      state: 'prepared',
      previousState: 'prepared',
      approvalRequired: true,
      approvedBy: { username: 'audrey' },
    })
  })

  test('a refusal, a ticket that is ended, and tokens that are unfit', async () => {
    const deployment = shared
    const refused = await deployment.impersonate('root', deployment.olivia)
    const ofRefused = await deployment.eventsOf(refused.headers.get('impersonation-id'), 3)
    expect(typesOf(ofRefused)).toEqual(['request', 'redeem', 'refuse'])
    expect(ofRefused.at(-1)).toMatchObject({ code: 'SubjectProtected', subject: { username: 'root' } })

    const prepared = await deployment.prepare('alice', deployment.olivia)
    await deployment.end(prepared.body.id)
    expect(typesOf(await deployment.eventsOf(String(prepared.body.id), 2))).toEqual(['prepare', 'end'])

    const restore = deployment.editPool((_, ourClient) =>
      Object.assign(ourClient, { IdTokenValidity: 120, RefreshTokenValidity: 120 }),
    )
    const unfit = await deployment.impersonate('alice', deployment.olivia).finally(restore)
    const ofUnfit = await deployment.eventsOf(unfit.headers.get('impersonation-id'), 4)
    expect(typesOf(ofUnfit)).toEqual(['request', 'redeem', 'initiate', 'discard'])
  })
})

test('no event has anything secret', async () => {
  const deployment = shared
  const prepared = await deployment.prepare('alice', deployment.olivia)
  const { body } = await deployment.redeem(prepared.body.ticket)
  collectSecrets(body, secrets)
  secrets.add(String(prepared.body.ticket).split('.')[1] ?? '')
  const id = String(prepared.body.id)
  await deployment.end(id)
  await deployment.eventsOf(id, 5)
  const { Items = [] } = await deployment.dynamoDB.send(
    new ScanCommand({ TableName: deployment.outputs.RecordsTableName }),
  )
  for (const item of Items.filter((item) => item.id?.S === id))
    for (const name of ['grantHash', 'ticketHash', 'nonce']) secrets.add(item[name]?.S ?? 'missing in the record')
  expect(secrets.size).toBeGreaterThan(8)
  expectNothingSecret(deployment.events(), secrets)
  // Nor does what the function logs.
  expectNothingSecret(
    deployment.log.filter((entry) => entry.source === 'function' && entry.functionName.includes('Events')),
    secrets,
  )
})

test('counters, and changes within a state, put no event', async () => {
  const actorLimit = { limit: 30, period: 'HOUR' }
  const deployment = await start({ assembly: await sharedAssembly({ eventBus: 'security', actorLimit }) })
  own = deployment
  const TableName = deployment.outputs.RecordsTableName
  const { headers } = await deployment.impersonate('alice', deployment.olivia)
  const id = headers.get('impersonation-id')
  await deployment.eventsOf(id, 3)
  await deployment.dynamoDB.send(
    new UpdateItemCommand({
      TableName,
      Key: { id: { S: id ?? '' } },
      UpdateExpression: 'SET userAgent = :other',
      ExpressionAttributeValues: { ':other': { S: 'other' } },
    }),
  )
  await deployment.end(id)
  expect(typesOf(await deployment.eventsOf(id, 4))).toEqual(['request', 'redeem', 'initiate', 'end'])
  expect(deployment.details()).toHaveLength(4)
  const { Items = [] } = await deployment.dynamoDB.send(new ScanCommand({ TableName }))
  expect(Items.filter((item) => item.id?.S?.startsWith('actor#'))).toHaveLength(1)
  expect(deployment.log.filter(({ source }) => source === 'run')).toEqual([])
})

test('a record whose state somebody takes away goes to the queue', async () => {
  const deployment = shared
  const { headers } = await deployment.impersonate('alice', deployment.olivia)
  const id = headers.get('impersonation-id')
  await deployment.eventsOf(id, 3)
  await deployment.dynamoDB.send(
    new UpdateItemCommand({
      TableName: deployment.outputs.RecordsTableName,
      Key: { id: { S: id ?? '' } },
      UpdateExpression: 'REMOVE #state',
      ExpressionAttributeNames: { '#state': 'state' },
    }),
  )
  const queued = () => deployment.log.filter((entry) => entry.source === 'run').map(({ message }) => message)
  await until(() => queued().length > 0)
  expect(queued()).toEqual([expect.stringContaining(`"reason":"unreadable","id":"${id}"`)])
})

describe('if the bus fails,', () => {
  interface Entries {
    Entries: { Detail: string }[]
  }
  type Handle = (taken: Detail[], failed: number) => 'take' | 'fail' | 'take, and lose the answer' | 'take the first'

  /**
   * The bus of one test: how it handles requests, the latest way, how often that failed, and the events that it took, in order.
   * It refuses all requests before the first with several events: otherwise no event would have others beside it.
   */
  let bus: { handle: Handle; gotSeveral: boolean; latest?: ReturnType<Handle>; failures: number; taken: Detail[] }
  const server = createServer(async (request: IncomingMessage, response) => {
    const { Entries } = (await json(request)) as Entries
    const { handle, taken } = bus
    bus.gotSeveral ||= Entries.length > 1
    const how = bus.gotSeveral ? handle(taken, bus.failures) : 'fail'
    bus.latest = how
    if (bus.gotSeveral && how !== 'take') bus.failures++
    const count = { take: Entries.length, fail: 0, 'take, and lose the answer': Entries.length, 'take the first': 1 }[
      how
    ]
    const accepted = Entries.slice(0, count).map(({ Detail }) => JSON.parse(Detail))
    taken.push(...accepted)
    if (how === 'take, and lose the answer') return void request.socket.destroy()
    if (how === 'fail') return void response.writeHead(500).end('{"__type":"InternalException"}')
    const results = Entries.map((_, index) =>
      index < count ? { EventId: String(index) } : { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' },
    )
    response.end(JSON.stringify({ FailedEntryCount: Entries.length - count, Entries: results }))
  })
  let deployment: typeof shared
  beforeAll(async () => {
    const url = `http://127.0.0.1:${await listen(server)}`
    const useIt = change('AWS::Lambda::Function', (fn) => {
      if (fn.Handler === 'events.handler') fn.Environment.Variables.AWS_ENDPOINT_URL_EVENTBRIDGE = url
    })
    deployment = await start({ change: useIt })
  })
  afterAll(async () => {
    await deployment?.close()
    server.closeAllConnections()
    server.close()
  })

  test.each<[string, Handle]>([
    ['is down at first', (_, failed) => (failed < 4 ? 'fail' : 'take')],
    ['takes the first of several events', (_, failed) => (failed < 3 ? 'take the first' : 'take')],
    ['takes the events, but its answer is lost', (_, failed) => (failed < 4 ? 'take, and lose the answer' : 'take')],
  ])('since it %s, every event arrives, some twice, and the last time in order', async (_, handle) => {
    bus = { handle, gotSeveral: false, failures: 0, taken: [] }
    const { status, headers } = await deployment.impersonate('alice', deployment.olivia)
    // The bus is nothing on the way of a request.
    expect(status).toBe(200)
    const id = headers.get('impersonation-id')
    await deployment.end(id)
    // Nothing is repeated after this.
    await until(() => bus.failures >= 3 && bus.latest === 'take' && bus.taken.at(-1)?.state === 'ended')
    const bySequence = new Map(bus.taken.map((detail) => [sequenceOf(detail), detail]))
    expect(typesOf([...bySequence.keys()].toSorted().map((key) => bySequence.get(key) ?? {}))).toEqual([
      'request',
      'redeem',
      'initiate',
      'end',
    ])
    // A repeated event is equal.
    for (const detail of bus.taken) expect(bySequence.get(sequenceOf(detail))).toEqual(detail)
    expect(deployment.events()).toEqual([])
  })
})

test('a record that is no impersonation goes to the queue, and the events after it go on', async () => {
  const deployment = shared
  const TableName = deployment.outputs.RecordsTableName
  const Item = {
    id: { S: 'a5a7c0b6-0000-4000-8000-000000000000' },
    state: { S: 'paused' },
    grantHash: { S: 'a-secret-hash' },
  }
  await deployment.dynamoDB.send(new PutItemCommand({ TableName, Item }))
  const { headers } = await deployment.impersonate('alice', deployment.olivia)
  expect(typesOf(await deployment.eventsOf(headers.get('impersonation-id'), 3))).toEqual([
    'request',
    'redeem',
    'initiate',
  ])
  const queued = deployment.log.flatMap((entry) => (entry.source === 'run' ? [entry.message] : []))
  expect(queued).toEqual([
    expect.stringMatching(
      /^the queue https:\/\/sqs\.us-east-1\.amazonaws\.com\/000000000000\/\S+DeadLetters\w+ got a message: {"reason":"unreadable","id":"a5a7c0b6-0000-4000-8000-000000000000","sequenceNumber":"\d+"}$/,
    ),
  ])
  expectNothingSecret(deployment.log, ['a-secret-hash'])
})
