// The demo over HTTP: the back office, the shop, and what reaches the browser.

import { readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Demo, openDemo } from '../../../../infra/local/demo/start-demo.ts'
import { type LocalRun, runLocally } from '../../../../infra/local/run.ts'
import { sharedAssembly } from '../../../support/assembly.ts'
import { poolKeys } from '../../../support/pool-keys.ts'

let demo: Demo
let run: LocalRun
let backOffice: string
let shop: string
beforeAll(async () => {
  demo = await openDemo({ backOffice: 0, shop: 0 })
  backOffice = new URL(demo.backOfficeUrl).origin
  shop = new URL(demo.shopUrl).origin
  run = await runLocally({ assembly: await sharedAssembly(demo.defaults), people: 'demo', keys: poolKeys })
  demo.serve(run, { hints: true })
})
afterAll(async () => {
  await demo?.close()
  await run?.close()
})

/** Each header and body that a browser gets from the two sites passes this check. */
function expectNoSecret(received: string) {
  for (const key of [...Object.values(run.apiKeys), ...Object.values(run.resourceServerKeys)]) {
    expect(received).not.toContain(key)
  }
  // A JWT begins with a JSON object in base64url.
  expect(received).not.toContain('eyJ')
}

interface Listed {
  id: string
  state: string
  live: boolean
  actor: object
  endedBy?: object
  approvedBy?: object
}

interface Answer {
  status: number
  headers: Headers
  body: { message?: string; url?: string; impersonations?: Listed[] }
}

/** Sends a request as a page of the site does. */
async function send(site: string, method: string, path: string, options: { cookie?: string; body?: object } = {}) {
  const { cookie, body } = options
  const response = await fetch(site + path, {
    method,
    headers: { ...(method !== 'GET' && { Origin: site }), ...(cookie && { Cookie: cookie }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const content = await response.text()
  expectNoSecret(content)
  expectNoSecret(JSON.stringify([...response.headers]))
  return { status: response.status, headers: response.headers, body: content && JSON.parse(content) } as Answer
}

async function signIn(site: string, username: string, password: string): Promise<string> {
  const { status, headers } = await send(site, 'POST', '/session', { body: { username, password } })
  expect(status).toBe(200)
  return headers.get('set-cookie')?.split(';')[0] ?? ''
}

const signInOlivia = () => signIn(backOffice, 'olivia', 'Olivia-Local-1!')

async function prepare(cookie: string, username = 'alice'): Promise<URL> {
  const body = { username, reason: 'ticket 42' }
  const answer = await send(backOffice, 'POST', '/impersonations', { cookie, body })
  expect(answer.status).toBe(201)
  return new URL(String(answer.body.url))
}

const ticketOf = (url: URL) => new URLSearchParams(url.hash.slice(1)).get('ticket')

/** What the shop's page sends to the API, from its own origin. */
function redeem(ticket: string | null): Promise<Response> {
  return fetch(`${run.outputs.ApiUrl}/auth/session`, {
    method: 'POST',
    headers: { Origin: shop, 'Content-Type': 'application/json' },
    body: JSON.stringify({ ticket }),
  })
}

async function list(site: string, cookie: string) {
  const { body } = await send(site, 'GET', '/impersonations', { cookie })
  return body.impersonations ?? []
}

async function actAsAlice(olivia: string) {
  const response = await redeem(ticketOf(await prepare(olivia)))
  const { session } = (await response.json()) as { session: { authorization: string; accessToken: string } }
  return { id: String(response.headers.get('impersonation-id')), ...session }
}

test('olivia acts as alice, and stops', async () => {
  const olivia = await signInOlivia()
  expect((await send(backOffice, 'GET', '/session', { cookie: olivia })).body).toEqual({ username: 'olivia' })

  const url = await prepare(olivia)
  // A server sees no fragment, so no log has the ticket.
  expect({ page: url.origin + url.pathname, query: url.search }).toEqual({ page: `${shop}/impersonate`, query: '' })
  expect((await list(backOffice, olivia))[0]).toMatchObject({ state: 'prepared', live: false })

  const redeemed = await redeem(ticketOf(url))
  expect(redeemed.headers.get('access-control-allow-origin')).toBe(shop)
  const { username, session } = (await redeemed.json()) as Record<string, never> & { session: Record<string, string> }
  const id = redeemed.headers.get('impersonation-id')
  expect(username).toBe('alice')
  expect((await list(backOffice, olivia))[0]).toMatchObject({ id, state: 'issued', live: true })

  const orders = () => fetch(`${shop}/orders`, { headers: { Authorization: `Bearer ${session.accessToken}` } })
  expect((await orders()).status).toBe(200)
  const stopped = await fetch(`${run.outputs.ApiUrl}/auth/impersonations/${id}`, {
    method: 'DELETE',
    headers: { Origin: shop, Authorization: String(session.authorization) },
  })
  expect(stopped.status).toBe(200)
  expect(stopped.headers.get('access-control-allow-origin')).toBe(shop)
  expect((await list(backOffice, olivia))[0]).toMatchObject({ id, state: 'ended', live: false })
  expect((await orders()).status).toBe(401)
  expect((await redeem(ticketOf(url))).status).toBe(401)
})

test('alice sees who acted as her, and ends it', async () => {
  const { id, accessToken } = await actAsAlice(await signInOlivia())
  const alice = await signIn(shop, 'alice', 'Alice-Local-1!')
  expect((await list(shop, alice))[0]).toMatchObject({ id, live: true, actor: { username: 'olivia' } })
  expect((await send(shop, 'DELETE', `/impersonations/${id}`, { cookie: alice })).status).toBe(200)
  expect((await list(shop, alice))[0]).toMatchObject({ id, state: 'ended', endedBy: { username: 'alice' } })
  const orders = await fetch(`${shop}/orders`, { headers: { Authorization: `Bearer ${accessToken}` } })
  expect(orders.status).toBe(401)
})

test('olivia ends hers in the back office, and audrey sees everybody who acts now', async () => {
  const olivia = await signInOlivia()
  const audrey = await signIn(backOffice, 'audrey', 'Audrey-Local-1!')
  const { id } = await actAsAlice(olivia)
  const hers = async () => (await list(backOffice, audrey)).filter((listed) => listed.id === id)
  expect(await hers()).toEqual([expect.objectContaining({ live: true })])
  expect((await send(backOffice, 'DELETE', `/impersonations/${id}`, { cookie: olivia })).status).toBe(200)
  expect(await hers()).toEqual([])
})

test('olivia acts as victor only after audrey has approved it', async () => {
  const olivia = await signInOlivia()
  const audrey = await signIn(backOffice, 'audrey', 'Audrey-Local-1!')
  const ticket = ticketOf(await prepare(olivia, 'victor'))
  const early = await redeem(ticket)
  expect([early.status, early.headers.get('impersonation-error')]).toEqual([403, 'ApprovalRequired'])

  const approvals = async (cookie: string) => (await send(backOffice, 'GET', '/approvals', { cookie })).body
  const [waiting] = (await approvals(audrey)).impersonations ?? []
  expect(waiting).toMatchObject({ state: 'prepared', actor: { username: 'olivia' } })
  // Olivia is no approver: she has no such list, and cannot approve.
  expect(await approvals(olivia)).toEqual({})
  const approve = (cookie: string) => send(backOffice, 'POST', `/approvals/${waiting?.id}`, { cookie, body: {} })
  expect(await approve(olivia)).toMatchObject({
    status: 403,
    body: { message: expect.stringContaining('not approve') },
  })

  expect((await approve(audrey)).status).toBe(200)
  expect(await approvals(audrey)).toEqual({ impersonations: [] })
  expect((await list(backOffice, olivia))[0]).toMatchObject({ state: 'prepared', approvedBy: { username: 'audrey' } })
  expect(await (await redeem(ticket)).json()).toMatchObject({ username: 'victor' })
  expect((await redeem(ticket)).status).toBe(401)
})

test('the shop has orders for impersonated sessions only', async () => {
  for (const authorization of ['', 'Bearer x', 'Bearer a.b.c', 'Basic b2xpdmlhOk9saXZpYS1Mb2NhbC0xIQ==']) {
    const response = await fetch(`${shop}/orders`, { headers: { Authorization: authorization } })
    expect([authorization, response.ok]).toEqual([authorization, false])
    expect(await response.text()).not.toContain('teapot')
  }
})

test.each([
  ['root', 403, 'this user is protected from impersonation'],
  ['dora', 422, 'username: this user is disabled'],
  ['nobody', 422, 'username: there is no such user'],
])('the shop learns why nobody may act as %s', async (username, status, message) => {
  const response = await redeem(ticketOf(await prepare(await signInOlivia(), username)))
  expect({ status: response.status, body: await response.json() }).toMatchObject({ status, body: { message } })
  expect(response.headers.get('access-control-allow-origin')).toBe(shop)
})

describe('the back office', () => {
  test('refuses a wrong password, an unknown person, and something else than text', async () => {
    for (const body of [
      { username: 'olivia', password: 'wrong' },
      { username: 'nobody', password: 'Olivia-Local-1!' },
      { username: { $ne: null }, password: ['x'] },
      {},
    ]) {
      const { status, headers, body: answer } = await send(backOffice, 'POST', '/session', { body })
      expect({ status, message: answer.message }).toEqual({ status: 401, message: expect.any(String) })
      expect(headers.has('set-cookie')).toBe(false)
    }
  })

  test('passes the API’s refusal on', async () => {
    const bob = await signIn(backOffice, 'bob', 'Bob-Local-1!')
    const body = { username: 'alice', reason: '' }
    const refused = await send(backOffice, 'POST', '/impersonations', { cookie: bob, body })
    expect(refused).toMatchObject({ status: 403, body: { message: 'you may not impersonate' } })
  })

  test('ends the session at sign-out', async () => {
    const cookie = await signInOlivia()
    const { headers } = await send(backOffice, 'DELETE', '/session', { cookie })
    expect(headers.get('set-cookie')).toContain('Max-Age=0')
    expect((await send(backOffice, 'GET', '/impersonations', { cookie })).status).toBe(401)
  })
})

test('nothing of the sites works without signing in, or with the other site’s session', async () => {
  const alice = await signIn(shop, 'alice', 'Alice-Local-1!')
  const olivia = await signInOlivia()
  for (const [site, stranger] of [
    [backOffice, alice],
    [shop, olivia],
  ] as const) {
    for (const cookie of ['', 'back-office=x; shop=y', stranger, stranger.replace(/^[^=]+/, 'back-office')]) {
      if (site === shop && cookie.startsWith('shop=')) continue
      expect((await send(site, 'GET', '/impersonations', { cookie })).status).toBe(401)
      expect((await send(site, 'DELETE', '/impersonations/x', { cookie })).status).toBe(401)
      if (site === shop) continue
      expect((await send(site, 'GET', '/approvals', { cookie })).status).toBe(401)
      expect((await send(site, 'POST', '/approvals/x', { cookie, body: {} })).status).toBe(401)
    }
  }
  const body = { username: 'alice' }
  expect((await send(backOffice, 'POST', '/impersonations', { cookie: alice, body })).status).toBe(401)
})

describe('a page of another origin', () => {
  const origins = ['https://evil.example', 'null', 'http://127.0.0.1', () => shop, () => `${backOffice}/`, undefined]

  test('changes nothing', async () => {
    const cookie = await signInOlivia()
    for (const origin of origins) {
      const value = typeof origin === 'function' ? origin() : origin
      const headers = { Cookie: cookie, ...(value !== undefined && { Origin: value }) }
      const body = JSON.stringify({ username: 'olivia', password: 'Olivia-Local-1!' })
      for (const [method, path] of [
        ['POST', '/session'],
        ['POST', '/impersonations'],
        ['POST', '/approvals/x'],
        ['DELETE', '/impersonations/x'],
        ['DELETE', '/session'],
      ] as const) {
        const response = await fetch(backOffice + path, { method, headers, ...(method === 'POST' && { body }) })
        expect([value, method, path, response.status]).toEqual([value, method, path, 403])
      }
    }
    expect((await send(backOffice, 'GET', '/impersonations', { cookie })).status).toBe(200)
  })

  test('reads nothing', async () => {
    for (const site of [backOffice, shop]) {
      for (const method of ['GET', 'OPTIONS']) {
        const { headers } = await fetch(`${site}/impersonations`, {
          method,
          headers: { Origin: 'https://evil.example' },
        })
        expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
      }
    }
  })

  test('gets no session from a link: the cookie is for the site’s own requests and for no script', async () => {
    const { headers } = await send(backOffice, 'POST', '/session', {
      body: { username: 'olivia', password: 'Olivia-Local-1!' },
    })
    expect(headers.get('set-cookie')).toMatch(/^back-office=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
  })
})

test('the sites answer at one origin each', async () => {
  for (const site of [backOffice, shop]) {
    const { port } = new URL(site)
    const answer = await new Promise<{ status: number | undefined; location: string | undefined }>((resolve) => {
      const headers = { Host: `localhost:${port}` }
      request({ host: '127.0.0.1', port, path: '/impersonate?x', headers, agent: false }, async (response) => {
        await text(response)
        resolve({ status: response.statusCode, location: response.headers.location })
      }).end()
    })
    expect(answer).toEqual({ status: 307, location: `${site}/impersonate` })
  }
})

describe('bad requests', () => {
  test.each([
    ['no JSON', 'username=olivia', 400],
    ['no object', '"olivia"', 400],
    ['null', 'null', 400],
    ['a long body', JSON.stringify({ username: 'x'.repeat(20_000) }), 413],
  ])('%s', async (_name, body, status) => {
    const response = await fetch(`${backOffice}/session`, { method: 'POST', headers: { Origin: backOffice }, body })
    expect(response.status).toBe(status)
  })

  test.each(['/nowhere', '/page.html', '/server.ts', '/../server.ts', '/%2e%2e/server.ts', '/impersonations/x/y'])(
    'no page at %s',
    async (path) => {
      expect((await fetch(backOffice + path)).status).toBe(404)
    },
  )
})

test('a path that is no URL is not found, and the site goes on', async () => {
  const { port } = new URL(backOffice)
  const status = await new Promise((resolve) => {
    request({ host: '127.0.0.1', port, path: '//[', agent: false }, async (response) => {
      await text(response)
      resolve(response.statusCode)
    }).end()
  })
  expect(status).toBe(404)
})

const pages = () =>
  [
    [backOffice, ['/', '/page.js', '/shared.js', '/style.css', '/session', '/approvals', '/nowhere']],
    [shop, ['/', '/account.js', '/impersonate', '/impersonate.js', '/shared.js', '/style.css', '/config', '/session']],
  ].flatMap(([site, paths]) => (paths as string[]).map((path) => `${site}${path}`))

test('every response has the security headers', async () => {
  for (const url of pages()) {
    const { headers } = await fetch(url)
    expectNoSecret(await (await fetch(url)).text())
    const connect = url.startsWith(shop) ? `'self' ${new URL(run.outputs.ApiUrl ?? '').origin}` : "'self'"
    expect([url, Object.fromEntries(headers)]).toEqual([
      url,
      expect.objectContaining({
        'cache-control': 'no-store',
        'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src ${connect}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      }),
    ])
  }
})

describe('the pages', () => {
  const folder = new URL('../../../../infra/local/demo/', import.meta.url).pathname
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(html|js|css)$/.test(name),
  )
  const contentOf = (name: string) => readFileSync(join(folder, name), 'utf8')

  test('load nothing from other hosts, and run no inline script or style', () => {
    expect(files.length).toBeGreaterThan(6)
    for (const name of files) {
      expect([name, contentOf(name).match(/https?:|\/\/\w|@import|url\(/g)]).toEqual([name, null])
      expect([name, contentOf(name).match(/<script(?![^>]* src=)|<style|\son\w+=|style=|innerHTML/gi)]).toEqual([
        name,
        null,
      ])
    }
  })

  test('have no element without a label or a name for the tests', () => {
    for (const name of files.filter((file) => file.endsWith('.html'))) {
      const fields = contentOf(name).match(/<(input|button)\b[^>]*>/g) ?? []
      for (const field of fields.filter((tag) => !tag.includes('disabled'))) expect(field).toContain('data-testid=')
      expect(contentOf(name).match(/<input/g) ?? []).toHaveLength((contentOf(name).match(/<label>/g) ?? []).length)
    }
  })

  test('take the ticket out of the address bar before anything else', () => {
    const statements = contentOf('shop/impersonate.js')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('//'))
    expect(statements.slice(0, 2)).toEqual([
      'const { ticket, actor } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)))',
      "history.replaceState(null, '', location.pathname)",
    ])
  })
})
