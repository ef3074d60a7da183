// Every outside call of introspection fails in every way: no ended session is active, and the answer comes in time.

import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeEach, expect, test } from '@jest/globals'
import { FetchError } from 'aws-jwt-verify/error'
import type { Context } from 'aws-lambda'
import { readIntrospectionConfig } from '../../../lambda/config.ts'
import { createLookUps } from '../../../lambda/http/users.ts'
import { createCheckPeople } from '../../../lambda/oversight/check-people.ts'
import { createIntrospect } from '../../../lambda/oversight/introspect.ts'
import { createIntrospectionRoute } from '../../../lambda/oversight/introspection-route.ts'
import { createRecordsTable } from '../../../lambda/records-table.ts'
import { introspectionEnvironment } from '../../support/environment.ts'
import { type Fault, faults, faulty, Process } from '../../support/faults.ts'
import { gatewayEvent } from '../../support/gateway-event.ts'
import { inProcess } from '../../support/in-process.ts'
import { claimsOf, liveRecord } from '../../support/introspection.ts'
import { startVirtualTime } from '../../support/virtual-time.ts'

/** In ms. API Gateway waits 29 s. */
const longestRequest = 25_000

const time = startVirtualTime()
afterAll(() => time.stop())

const config = readIntrospectionConfig(introspectionEnvironment)

let sites: string[]
let faultAt: (call: number) => Fault | undefined
let delay: number
let state: string
let keysFail: boolean
let groupPages: number

const behaviour = {
  fault: ({ operation }: { operation: string }) => faultAt(sites.push(operation) - 1),
  invalidBody: () => '{}',
  delay: () => delay,
}

const answers: Record<string, (input: Record<string, unknown>) => object> = {
  GetItem: () => ({
    Item: Object.fromEntries(
      Object.entries({ ...liveRecord(), state }).map(([name, value]) => [
        name,
        typeof value === 'number' ? { N: String(value) } : { S: value },
      ]),
    ),
  }),
  AdminListGroupsForUser: () =>
    --groupPages > 0 ? { NextToken: 'more' } : { Groups: [{ GroupName: 'impersonators' }] },
  AdminGetUser: ({ Username }) => ({
    Enabled: true,
    UserStatus: 'CONFIRMED',
    UserAttributes: [{ Name: 'sub', Value: `sub-of-${Username}` }],
  }),
}

/** A new function, which remembers nothing and has the whole retry quota. */
function createRoute() {
  const requestHandler = faulty(
    (operation, input) => answers[operation]?.(input as Record<string, unknown>) ?? { __type: 'UnknownOperation' },
    behaviour,
  ) as never
  const cognito = new CognitoIdentityProviderClient({ ...inProcess, requestHandler })
  const dynamoDB = new DynamoDBClient({ ...inProcess, requestHandler })
  const table = createRecordsTable({ dynamoDB, tableName: 'records', timeout: 2_000 })
  const log = { info() {}, warn() {}, error() {} }
  const now = Date.now
  return createIntrospectionRoute({
    config,
    introspect: createIntrospect({
      config,
      verify: async () => {
        if (keysFail) throw new FetchError('https://keys', 'refused')
        return claimsOf.access()
      },
      read: (id) => table.read(id) as never,
      checkPeople: createCheckPeople({
        config,
        lookUps: async () => createLookUps({ cognito, userPoolId: config.userPoolId }),
        now,
      }),
      now,
    }),
    log,
    count: () => {},
  })
}

beforeEach(() => {
  sites = []
  faultAt = () => undefined
  delay = 60_000
  state = 'issued'
  keysFail = false
  groupPages = 1
})

const event = () =>
  gatewayEvent({
    body: 'token=x',
    headers: { 'Content-Type': ['application/x-www-form-urlencoded'] },
    requestContext: {
      resourcePath: '/auth/introspect',
      identity: { sourceIp: '192.0.2.1', apiKeyId: 'resource-key-1' },
    } as never,
  })

async function send(handle = createRoute()) {
  const started = Date.now()
  const answer = await time.settle(
    Promise.race([
      new Process('endpoint').run(() => handle(event(), {} as Context)),
      new Promise<'too late'>((resolve) => setTimeout(resolve, 28_000, 'too late')),
    ]),
  )
  time.forget()
  if (answer === 'ended') return answer
  if (answer === 'too late') throw new Error('no answer')
  expect(Date.now() - started).toBeLessThanOrEqual(longestRequest)
  return { status: answer.statusCode, body: JSON.parse(answer.body) }
}

const active = { status: 200, body: expect.objectContaining({ active: true }) }
const inactive = { status: 200, body: { active: false } }

test('each call with each fault', async () => {
  expect(await send()).toEqual(active)
  const calls = [...sites]
  expect(calls).toHaveLength(4)
  for (const fault of faults) {
    for (const call of calls.keys()) {
      sites = []
      faultAt = (at) => (at === call ? fault : undefined)
      const route = createRoute()
      const answer = await send(route)
      if (answer === 'ended') continue
      const context = { fault, call: calls[call], status: answer.status }
      if (answer.status === 200) {
        // The call was repeated, or its response says that there is no such record, group or user.
        const says = { ...context, active: answer.body.active }
        expect(says).toEqual({ ...context, active: !fault.endsWith('invalid response') })
      } else {
        expect([429, 500, 503]).toContain(answer.status)
        expect(answer.body).toEqual({ status: 'error', message: expect.any(String) })
      }
      // The fault is not remembered. An answer without the user or the group counts as one, for 5 s.
      faultAt = () => undefined
      await time.pass(5_000)
      expect([fault, call, await send(route)]).toEqual([fault, call, active])
    }
  }
}, 120_000)

test.each(['hangs', 'fails', 'loses its connection', 'is throttled', 'is refused'] as const)(
  'everything %s: no answer, whatever was remembered',
  async (fault) => {
    const route = createRoute()
    expect(await send(route)).toEqual(active)
    faultAt = () => fault
    expect(await send(route)).toMatchObject({ status: 503 })
    expect(await send()).toMatchObject({ status: 503 })
  },
)

test('if the look-ups hang after 30 s, no remembered answer is used', async () => {
  const route = createRoute()
  expect(await send(route)).toEqual(active)
  await time.pass(30_000)
  faultAt = (call) => (sites[call] === 'GetItem' ? undefined : 'hangs')
  expect(await send(route)).toMatchObject({ status: 503 })
})

test('an ended session is inactive while Cognito hangs', async () => {
  state = 'ended'
  faultAt = (call) => (sites[call] === 'GetItem' ? undefined : 'hangs')
  expect(await send()).toEqual(inactive)
})

test('the keys fail', async () => {
  keysFail = true
  expect(await send()).toMatchObject({ status: 503 })
  expect(sites).toEqual([])
})

test.each([9, 100])('every call is slow, with %s pages of groups', async (pages) => {
  groupPages = pages
  delay = 1_900
  faultAt = () => 'is slow'
  const answer = await send() // in time
  expect([200, 503]).toContain(answer !== 'ended' && answer.status)
})
