// Every outside call of the routes fails in every way: the answer comes in time and in the contract's form, and `end` and
// `approve` are safe to repeat.

import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeEach, expect, test } from '@jest/globals'
import type { Context } from 'aws-lambda'
import { readOversightConfig } from '../../../lambda/config.ts'
import { createUsers } from '../../../lambda/http/users.ts'
import { createOversight } from '../../../lambda/oversight/oversight.ts'
import { createOversightRecords } from '../../../lambda/oversight/records.ts'
import { createOversightRoutes } from '../../../lambda/oversight/routes.ts'
import { listing } from '../../../lambda/records-schema.ts'
import { oversightEnvironment } from '../../support/environment.ts'
import { type Fault, faults, faulty, Process } from '../../support/faults.ts'
import { gatewayEvent } from '../../support/gateway-event.ts'
import { inProcess, inProcessDynamoDB } from '../../support/in-process.ts'
import { MemoryTable } from '../../support/memory-table.ts'
import { callers, id, record, waiting } from '../../support/oversight.ts'
import { startVirtualTime } from '../../support/virtual-time.ts'

/** In ms. API Gateway waits 29 s. */
const longestRequest = 25_000

const time = startVirtualTime()
afterAll(() => time.stop())

const config = readOversightConfig({ ...oversightEnvironment, APPROVERS_GROUP: 'auditors' })
let table: MemoryTable
let sites: string[]
let delay: number
let faultAt: (call: number) => Fault | undefined
let lines: { event: string; outcome?: string }[]

const behaviour = {
  fault: ({ operation }: { operation: string }) => faultAt(sites.push(operation) - 1),
  invalidBody: () => '{}',
  delay: () => delay,
}
/** How many pages of groups the auditor has. */
let groupPages: number
const users: Record<string, (input: { Username?: string }) => object> = {
  AdminListGroupsForUser: () => (--groupPages > 0 ? { NextToken: 'more' } : { Groups: [{ GroupName: 'auditors' }] }),
  AdminGetUser: ({ Username }) => ({
    Enabled: true,
    UserStatus: 'CONFIRMED',
    UserAttributes: [{ Name: 'sub', Value: Username === waiting.subjectAsked ? 'sub-of-alice' : callers.auditor.sub }],
  }),
}

/** The routes with new clients, so that no test has the retry quota of another. */
function createRoutes() {
  const cognito = new CognitoIdentityProviderClient({
    ...inProcess,
    requestHandler: faulty(
      (operation, input) => users[operation]?.(input) ?? { __type: 'UnknownOperation' },
      behaviour,
    ) as never,
  })
  const dynamoDB = inProcessDynamoDB((operation, input) => table.perform(operation, input), {
    maxAttempts: 3,
    behaviour,
  })
  const records = createOversightRecords({ dynamoDB, tableName: 'records', timeout: 2_000, now: Date.now })
  const log = { info: collect, warn: collect, error: collect }
  return createOversightRoutes({
    config,
    authenticate: async () => callers.auditor,
    authenticateByToken: async () => callers.auditor,
    oversight: createOversight({ config, records, users: createUsers({ cognito, config }), now: Date.now }),
    log: log as never,
    count: () => {},
  })
}

function collect(line: { event: string }) {
  lines.push(line)
}

/** The record that a route finds: olivia acts as audrey, or asks for an approval. */
function itemFor(name: keyof typeof routes) {
  const requestedAt = Date.now() - 1000
  if (name === 'approve' || name === 'list prepared')
    return marshall({ ...waiting, requestedAt, ...listing('prepared', requestedAt) })
  const times = { requestedAt, issuedAt: Date.now() - 500, endsAt: Date.now() + 3_600_000 }
  return marshall({ ...record, ...times, subjectSub: callers.auditor.sub, ...listing('live', times.endsAt) })
}

function fill(name: keyof typeof routes) {
  table = new MemoryTable()
  table.items.set(id, itemFor(name) as never)
}

beforeEach(() => {
  fill('end')
  sites = []
  lines = []
  delay = 60_000
  groupPages = 1
  faultAt = () => undefined
})

const routes = {
  list: { httpMethod: 'GET', resourcePath: '/auth/impersonations', query: { subject: 'audrey' } },
  'list live': { httpMethod: 'GET', resourcePath: '/auth/impersonations', query: { live: 'true' } },
  'list prepared': { httpMethod: 'GET', resourcePath: '/auth/impersonations', query: { state: 'prepared' } },
  approve: { httpMethod: 'POST', resourcePath: '/auth/impersonations/{id}/approval' },
  read: { httpMethod: 'GET', resourcePath: '/auth/impersonations/{id}' },
  end: { httpMethod: 'DELETE', resourcePath: '/auth/impersonations/{id}' },
  'end all': { httpMethod: 'DELETE', resourcePath: '/auth/impersonations', query: { subject: 'audrey' } },
}

async function send(name: keyof typeof routes) {
  const { httpMethod, resourcePath, query } = { query: undefined, ...routes[name] }
  const event = {
    ...gatewayEvent({ body: null, requestContext: { resourcePath } }),
    httpMethod,
    pathParameters: { id },
    queryStringParameters: query ?? null,
    multiValueQueryStringParameters: query
      ? Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]]))
      : null,
  }
  const started = Date.now()
  const handle = createRoutes()
  const answer = await time.settle(
    Promise.race([
      new Process('endpoint').run(() => handle(event, {} as Context)),
      new Promise<'too late'>((resolve) => setTimeout(resolve, 28_000, 'too late')),
    ]),
  )
  if (answer === 'ended') return answer
  if (answer === 'too late') throw new Error(`no answer after ${Date.now() - started} ms`)
  expect(Date.now() - started).toBeLessThanOrEqual(longestRequest)
  return { status: answer.statusCode, body: JSON.parse(answer.body), code: answer.headers?.['Impersonation-Error'] }
}

const stateOf = () => (table.items.get(id)?.state as { S: string } | undefined)?.S

/** @returns whether the status fits. An empty response means that there is no such group, user or record. */
const fits = (status: number, fault: Fault) =>
  [200, 429, 500, 503].includes(status) || (fault.endsWith('invalid response') && [403, 404, 422].includes(status))

test.each(Object.keys(routes) as (keyof typeof routes)[])(
  '%s: each call with each fault',
  async (name) => {
    fill(name)
    await send(name)
    const count = sites.length
    expect(count).toBeGreaterThan(2)
    for (const fault of faults) {
      for (let call = 0; call < count; call++) {
        fill(name)
        sites = []
        faultAt = (at) => (at === call ? fault : undefined)
        const answer = await send(name)
        time.forget()
        if (answer === 'ended') continue
        const context = { fault, call: sites[call], status: answer.status }
        expect({ ...context, fits: fits(answer.status, fault) }).toEqual({ ...context, fits: true })
        if (answer.status === 200) continue
        expect(answer.body).toEqual({ status: 'error', message: expect.any(String) })
        expect(answer.code).toEqual(expect.any(String))
      }
    }
  },
  120_000,
)

const refusals = {
  list: 403,
  'list live': 403,
  'list prepared': 403,
  approve: 404,
  read: 404,
  end: 404,
  'end all': 403,
}

test.each(Object.keys(routes) as (keyof typeof routes)[])('%s: everything hangs, or fails', async (name) => {
  fill(name)
  const before = structuredClone(table.items.get(id))
  for (const fault of ['hangs', 'fails', 'loses its connection', 'gets an invalid response'] as const) {
    faultAt = () => fault
    const answer = await send(name)
    if (answer === 'ended') throw new Error('no process ends here')
    expect([fault, answer.status]).toEqual([fault, fault === 'gets an invalid response' ? refusals[name] : 503])
  }
  expect(table.items.get(id)).toEqual(before)
})

test.each([
  'fails after it took effect',
  'hangs after it took effect',
  'loses its connection after it took effect',
] as const)('end is safe to repeat after its write %s', async (fault) => {
  faultAt = (call) => (sites[call] === 'UpdateItem' ? fault : undefined)
  await send('end')
  expect(stateOf()).toBe('ended')
  const first = structuredClone(table.items.get(id))
  faultAt = () => undefined
  const answer = await send('end')
  expect(answer).toMatchObject({ status: 200, body: { state: 'ended', live: false, endedBy: { role: 'auditor' } } })
  expect(table.items.get(id)).toEqual(first)
})

test.each([
  'fails after it took effect',
  'hangs after it took effect',
  'loses its connection after it took effect',
] as const)('approve is safe to repeat after its write %s', async (fault) => {
  fill('approve')
  faultAt = (call) => (sites[call] === 'UpdateItem' ? fault : undefined)
  await send('approve')
  const first = structuredClone(table.items.get(id))
  expect(first).toMatchObject({ approvedBySub: { S: callers.auditor.sub }, approvedSubjectSub: { S: 'sub-of-alice' } })
  faultAt = () => undefined
  expect(await send('approve')).toMatchObject({ status: 200, body: { approvedBy: { sub: callers.auditor.sub } } })
  expect(table.items.get(id)).toEqual(first)
})

test.each(Object.keys(routes) as (keyof typeof routes)[])('%s: every call is slow', async (name) => {
  fill(name)
  delay = 1_900
  for (const pages of [9, 100]) {
    groupPages = pages
    faultAt = () => 'is slow'
    const answer = await send(name) // in time
    expect([200, 503]).toContain(answer !== 'ended' && answer.status)
  }
})
