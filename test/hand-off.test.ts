// From the back office into the app, on the local run: ticket, CORS, stop, and what the logs have of it.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { claimsOf } from './acceptance/client.ts'
import { sharedAssembly } from './support/assembly.ts'
import { startDeployment } from './support/deployment.ts'

const shop = 'https://shop.example.com'
let deployment: Awaited<ReturnType<typeof startDeployment>>
/** The secrets of all tickets. */
const secrets: string[] = []

beforeAll(async () => {
  deployment = await startDeployment({
    assembly: await sharedAssembly({ appOrigins: `${shop},http://localhost:5173`, accessLog: true }),
  })
})
afterAll(() => deployment?.close())

async function prepare(more: object = {}) {
  const { status, headers, body } = await deployment.prepare('alice', deployment.olivia, more)
  const ticket = String(body.ticket)
  secrets.push(ticket.slice(37))
  return { status, headers, body, ticket, id: String(body.id) }
}

async function send(method: string, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(deployment.outputs.ApiUrl + path, { method, headers })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const corsOf = (headers: Headers) =>
  Object.fromEntries([...headers].filter(([name]) => /^access-control-|^vary$/.test(name)))
const exposed = 'Impersonation-Id, Impersonation-Error'

test('the page gets the session for the ticket, and its Stop ends it', async () => {
  const { status, headers, body, ticket, id } = await prepare({ reason: 'ticket 42' })
  expect(status).toBe(201)
  expect(headers.get('location')).toBe(`${deployment.outputs.ApiUrl}/auth/impersonations/${id}`)
  expect(headers.get('cache-control')).toBe('no-store')
  expect(body).toMatchObject({
    id,
    state: 'prepared',
    live: false,
    actor: { username: 'olivia' },
    subject: { asked: 'alice' },
    reason: 'ticket 42',
    ticketEndsAt: expect.any(String),
  })

  const redeemed = await deployment.redeem(ticket, {
    Origin: shop,
    'User-Agent': 'the shop’s browser'.replace('’', "'"),
  })
  expect(redeemed.status).toBe(200)
  expect(corsOf(redeemed.headers)).toEqual({
    vary: 'Origin',
    'access-control-allow-origin': shop,
    'access-control-expose-headers': exposed,
  })
  const { authorization, accessToken } = redeemed.body.session as Record<string, string>
  for (const token of [authorization, accessToken]) {
    expect(claimsOf(String(token))).toMatchObject({
      act: { sub: await deployment.subOf('olivia') },
      impersonation_id: id,
      sub: await deployment.subOf('alice'),
    })
  }
  expect(await deployment.record(id)).toMatchObject({
    state: 'issued',
    browserIp: '127.0.0.1',
    browserUserAgent: "the shop's browser",
  })

  const stop = { Authorization: String(authorization), Origin: shop }
  const stopped = await send('DELETE', `/auth/impersonations/${id}`, stop)
  expect([stopped.status, stopped.headers.get('access-control-allow-origin')]).toEqual([200, shop])
  expect(await deployment.record(id)).toMatchObject({ state: 'ended', endedByRole: 'session' })
})

describe('a preflight', () => {
  const preflight = (path: string, method: string, Origin = shop) =>
    send('OPTIONS', path, {
      Origin,
      'Access-Control-Request-Method': method,
      'Access-Control-Request-Headers': 'authorization,content-type',
    })
  test.each([
    ['/auth/session', 'POST', 'content-type'],
    ['/auth/impersonations/cf0c47e4-de3a-47f3-9b8e-92f3ad3a1344', 'DELETE', 'authorization'],
  ])('of %s allows %s with %s, and needs no key', async (path, method, header) => {
    for (const origin of [shop, 'http://localhost:5173']) {
      const { status, headers, text } = await preflight(path, method, origin)
      expect([status, text]).toEqual([204, ''])
      expect(corsOf(headers)).toEqual({
        vary: 'Origin',
        'access-control-allow-origin': origin,
        'access-control-expose-headers': exposed,
        'access-control-allow-methods': method,
        'access-control-allow-headers': header,
        'access-control-max-age': '600',
      })
    }
    for (const other of ['null', `${shop}/`, `${shop}:8443`, 'http://localhost:5174', 'https://evil.example'])
      expect(corsOf((await preflight(path, method, other)).headers)).toEqual({ vary: 'Origin' })
  })
  test.each(['/auth/impersonate', '/auth/impersonations', '/auth/introspect', '/auth/session/x', '/auth', '/', '/x'])(
    'of %s is 404, without CORS',
    async (path) => {
      const { status, headers } = await preflight(path, 'POST')
      expect([status, corsOf(headers)]).toEqual([404, {}])
    },
  )
})

describe('no CORS', () => {
  test('on other routes', async () => {
    const { olivia, apiKey } = deployment
    const headers = { Origin: shop, Authorization: olivia, 'X-API-Key': apiKey, 'Content-Type': 'application/json' }
    for (const path of ['/auth/impersonations', '/auth/impersonate']) {
      const response = await fetch(deployment.outputs.ApiUrl + path, { method: 'POST', headers, body: '{}' })
      expect([response.status, corsOf(response.headers)]).toEqual([400, {}])
    }
    const { id } = await prepare()
    const read = await send('GET', `/auth/impersonations/${id}`, headers)
    expect([read.status, corsOf(read.headers)]).toEqual([200, {}])
  })
  test('on answers of API Gateway itself', async () => {
    const { status, headers } = await send('GET', '/auth/session', { Origin: shop })
    expect([status, corsOf(headers)]).toEqual([404, {}])
    const withoutKey = await send('POST', '/auth/impersonations', { Origin: shop })
    expect([withoutKey.status, corsOf(withoutKey.headers)]).toEqual([403, {}])
  })
})

describe('a page can read why it gets no session:', () => {
  test('a used ticket, and the record stays as it was', async () => {
    const { ticket, id } = await prepare()
    expect((await deployment.redeem(ticket)).status).toBe(200)
    const before = await deployment.record(id)
    const { status, headers, body } = await deployment.redeem(ticket, { Origin: shop })
    expect([status, headers.get('impersonation-error')]).toEqual([401, 'TicketInvalid'])
    expect(headers.get('access-control-allow-origin')).toBe(shop)
    const challenge = headers.get('www-authenticate') ?? headers.get('x-amzn-remapped-www-authenticate')
    expect(challenge).toBe('Ticket realm="cognito-impersonation"')
    expect(body).toEqual({ status: 'error', message: 'ticket: this ticket is not valid, or no longer valid' })
    expect(headers.get('impersonation-id')).toBeNull()
    expect(await deployment.record(id)).toEqual(before)
  })
  test('a ticket of an impersonation that its actor ended', async () => {
    const { ticket, id } = await prepare()
    expect((await send('DELETE', `/auth/impersonations/${id}`, { Authorization: deployment.olivia })).status).toBe(200)
    expect((await deployment.redeem(ticket)).status).toBe(401)
    expect(await deployment.record(id)).toMatchObject({ state: 'ended' })
  })
  test('a ticket of 1 MB', async () => {
    const { ticket } = await prepare()
    expect((await deployment.redeem(ticket + 'A'.repeat(1_000_000))).status).toBe(401)
  })
  test('a ticket in the query or as Authorization, which stays good', async () => {
    const { ticket } = await prepare()
    const json = { 'Content-Type': 'application/json' }
    for (const [path, headers] of [
      [`/auth/session?ticket=${ticket}`, json],
      ['/auth/session', { ...json, Authorization: `Bearer ${ticket}` }],
    ] as const)
      expect((await send('POST', path, headers)).status).toBe(400)
    expect((await deployment.redeem(ticket)).status).toBe(200)
  })
})

/** Searches the logs of all tests before it. */
test('no log line has a ticket', async () => {
  await deployment.redeem((await prepare()).ticket)
  const printed = JSON.stringify(deployment.log)
  expect(secrets.filter((secret) => secret.length !== 43 || printed.includes(secret))).toEqual([])
  expect(printed).not.toMatch(/eyJ[\w-]{20}/)
  expect(printed).toContain('"outcome":"prepared"')
})
