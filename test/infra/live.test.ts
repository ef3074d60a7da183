// The check for resource servers: a real verifier, real tokens, and a real HTTP server in place of introspection.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { CognitoJwtVerifier, JwtVerifier } from 'aws-jwt-verify'
import { acceptUnchecked, createLiveCheck, type LiveCheckOptions } from '../../infra/live.ts'
import { listen } from '../../infra/local/listen.ts'
import { claimsOf, id, key, tokenOf } from '../support/introspection.ts'
import { idClaims, newKey, signToken, userPoolId } from '../support/tokens.ts'

type Handle = (token: string, response: ServerResponse) => void

interface Call {
  method: string | undefined
  url: string | undefined
  apiKey: IncomingMessage['headers'][string]
  type: IncomingMessage['headers'][string]
  body: URLSearchParams
}

const { iss: issuer } = claimsOf.access() as { iss: string }

let calls: Call[]
let handle: Handle
const ended = new Set<string>()
const server = createServer(async (request, response) => {
  const body = new URLSearchParams(await text(request))
  const { method, url, headers } = request
  calls.push({ method, url, apiKey: headers['x-api-key'], type: headers['content-type'], body })
  handle(body.get('token') ?? '', response)
})
let apiUrl: string
let clock: ReturnType<typeof jest.spyOn>
let later: number

beforeAll(async () => {
  apiUrl = `http://127.0.0.1:${await listen(server)}/v1`
  const startedAt = Date.now()
  clock = jest.spyOn(Date, 'now').mockImplementation(() => startedAt + later)
})
afterAll(async () => {
  clock.mockRestore()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** Answers as introspection does: the record is about olivia, who acts as alice by the impersonation client. */
const answer: Handle = (token, response) => {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  const { iss, sub, client_id, aud, act, impersonation_id } = claims
  const clientId = client_id ?? aud
  const agrees = isDeepStrictEqual([iss, sub, act?.sub, clientId], [issuer, 'sub-of-alice', 'sub-of-olivia', 'ours'])
  const active = agrees && !ended.has(impersonation_id)
  response.end(JSON.stringify(active ? { active, iss, sub, client_id: clientId, act, impersonation_id } : { active }))
}
const respond =
  (status: number, body: string): Handle =>
  (_, response) => {
    response.statusCode = status
    response.end(body)
  }

beforeEach(() => {
  calls = []
  handle = answer
  later = 0
  ended.clear()
})

/** A resource server. */
function setUp(options: Partial<LiveCheckOptions> = {}) {
  const live = createLiveCheck({ apiUrl, apiKey: 'resource-key', ...options })
  const own = verifier()
  return (token: string) => own.verify(token, { customJwtCheck: live(token) })
}

function verifier() {
  const created = CognitoJwtVerifier.create({ userPoolId, tokenUse: null, clientId: ['app', 'ours'] })
  created.cacheJwks({ keys: [key.jwk] } as never)
  return created
}

const inactive = { name: 'NotLiveError', code: 'Inactive' }
const unavailable = { name: 'NotLiveError', code: 'Unavailable' }

describe('a token', () => {
  test.each(['access', 'id'] as const)('of a live session passes: %s', async (use) => {
    const token = tokenOf(use)
    expect(await setUp()(token)).toMatchObject({ impersonation_id: id })
    expect(calls).toEqual([
      {
        method: 'POST',
        url: '/v1/auth/introspect',
        apiKey: 'resource-key',
        type: expect.stringMatching(/^application\/x-www-form-urlencoded/),
        body: new URLSearchParams({ token }),
      },
    ])
  })
  test('of an ordinary session passes without a call', async () => {
    const ordinary = { act: undefined, impersonation_id: undefined }
    const verify = setUp()
    handle = respond(500, '')
    await verify(tokenOf('access', { ...ordinary, client_id: 'app' }))
    await verify(signToken(key, idClaims(Date.now(), { aud: 'app' })))
    expect(calls).toEqual([])
  })
  test('of an ended session is refused', async () => {
    ended.add(id)
    await expect(setUp()(tokenOf('access'))).rejects.toMatchObject(inactive)
  })
  test('that is forged is refused without a call', async () => {
    await expect(setUp()(signToken(newKey(key.kid), claimsOf.access()))).rejects.toThrow('Invalid signature')
    expect(calls).toEqual([])
  })
  test.each<[string, object]>([
    ['act without impersonation_id', { impersonation_id: undefined }],
    ['act null', { act: null, impersonation_id: undefined }],
    ['a list as impersonation_id', { impersonation_id: [id] }],
    ['impersonation_id without act', { act: undefined }],
    ['impersonation_id and act null', { act: null }],
    ['impersonation_id and an act without sub', { act: {} }],
    ['no client', { client_id: undefined }],
  ])('with %s is refused without a call', async (_, changes) => {
    await expect(setUp()(tokenOf('access', changes))).rejects.toMatchObject(inactive)
    expect(calls).toEqual([])
  })
  test('is refused by the check of another token', async () => {
    const live = createLiveCheck({ apiUrl, apiKey: 'resource-key' })
    const other = tokenOf('access', { impersonation_id: '0f3d8a52-6b1e-4c57-8d9a-2f4e6a7b8c9d' })
    await expect(verifier().verify(tokenOf('access'), { customJwtCheck: live(other) })).rejects.toMatchObject(inactive)
  })
  test('is refused by verifySync, which cannot wait', () => {
    const live = createLiveCheck({ apiUrl, apiKey: 'resource-key' })
    const ordinary = tokenOf('access', { act: undefined, impersonation_id: undefined })
    const verify = () => verifier().verifySync(ordinary, { customJwtCheck: live(ordinary) as never })
    expect(verify).toThrow('must be synchronous')
  })
})

describe('memory', () => {
  test('an ended session is refused within 10 s', async () => {
    const verify = setUp()
    const token = tokenOf('access')
    await verify(token)
    ended.add(id)
    later = 9_999
    await verify(token)
    expect(calls).toHaveLength(1)
    later = 10_000
    await expect(verify(token)).rejects.toMatchObject(inactive)
    expect(calls).toHaveLength(2)
  })
  test('its time is chosen by the caller', async () => {
    const verify = setUp({ memorySeconds: 1 })
    await verify(tokenOf('access'))
    ended.add(id)
    later = 1_000
    await expect(verify(tokenOf('access'))).rejects.toMatchObject(inactive)
  })
  test('of 0 s introspects each token', async () => {
    const verify = setUp({ memorySeconds: 0 })
    await Promise.all([verify(tokenOf('access')), verify(tokenOf('access'))])
    expect(calls).toHaveLength(2)
  })
  test('100 concurrent requests make one call, whichever token of the session they have', async () => {
    const verify = setUp()
    const tokens = [tokenOf('access'), tokenOf('id')]
    await Promise.all(Array.from({ length: 100 }, (_, n) => verify(tokens[n % 2] ?? '')))
    expect(calls).toHaveLength(1)
  })
  test('each session has its own', async () => {
    const verify = setUp()
    const other = '0f3d8a52-6b1e-4c57-8d9a-2f4e6a7b8c9d'
    ended.add(other)
    await verify(tokenOf('access'))
    await expect(verify(tokenOf('access', { impersonation_id: other }))).rejects.toMatchObject(inactive)
    await verify(tokenOf('access'))
    expect(calls).toHaveLength(2)
  })
  test.each<[string, object]>([
    ['subject', { sub: 'sub-of-bob' }],
    ['actor', { act: { sub: 'sub-of-oscar' } }],
    ['actor (none)', { act: undefined }],
    ['client', { client_id: 'app' }],
  ])('does not cover a token with the same id and another %s, nor that one the other', async (_, changes) => {
    const verify = setUp()
    await verify(tokenOf('access'))
    await expect(verify(tokenOf('access', changes))).rejects.toMatchObject(inactive)
    const verifyInOtherOrder = setUp()
    await expect(verifyInOtherOrder(tokenOf('access', changes))).rejects.toMatchObject(inactive)
    await verifyInOtherOrder(tokenOf('access'))
  })
  test('does not cover a token with the same id of another issuer', async () => {
    const live = createLiveCheck({ apiUrl, apiKey: 'resource-key' })
    const issuers = [issuer, 'https://other.example'].map((issuer) => ({ issuer, audience: null }))
    const both = JwtVerifier.create(issuers)
    for (const { issuer } of issuers) both.cacheJwks({ keys: [key.jwk] } as never, issuer)
    const verify = (token: string) => both.verify(token, { customJwtCheck: live(token) })
    await verify(tokenOf('access'))
    await expect(verify(tokenOf('access', { iss: 'https://other.example' }))).rejects.toMatchObject(inactive)
  })
  test('is limited', async () => {
    const live = createLiveCheck({ apiUrl, apiKey: 'resource-key' })
    const asked = jest.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json({ active: false }))
    const claims = claimsOf.access()
    const check = (n: number) => live('token')({ payload: { ...claims, impersonation_id: String(n) } }).catch(() => {})
    for (let n = 0; n < 10_001; n++) await check(n)
    await check(1)
    await check(10_000)
    expect(asked).toHaveBeenCalledTimes(10_001)
    await check(0)
    expect(asked).toHaveBeenCalledTimes(10_002)
    asked.mockRestore()
  })
  test('does not outlive the token', async () => {
    const verify = setUp({ memorySeconds: 60 })
    const token = tokenOf('access', { exp: Math.floor(Date.now() / 1000) + 5 })
    await verify(token)
    later = 6_000
    await expect(verify(token)).rejects.toThrow('expired')
  })
  test('does not remember a failure', async () => {
    const verify = setUp()
    handle = respond(503, '')
    await expect(verify(tokenOf('access'))).rejects.toMatchObject(unavailable)
    handle = answer
    await verify(tokenOf('access'))
  })
})

/** Another server, which must get neither the token nor the key. */
let stolen: number
const thief = createServer((_, response) => {
  stolen++
  response.end('{"active":true}')
})
let thiefUrl: string
beforeAll(async () => {
  stolen = 0
  thiefUrl = `http://127.0.0.1:${await listen(thief)}`
})
afterAll(() => new Promise((resolve) => thief.close(resolve)))

/** A whole answer, but for these changes. */
const answerWith = (changes: object, status = 200): Handle => {
  const { iss, sub, client_id, act } = claimsOf.access() as Record<string, unknown>
  return respond(status, JSON.stringify({ active: true, iss, sub, client_id, act, impersonation_id: id, ...changes }))
}

const failures: [string, Handle][] = [
  ['503', answerWith({}, 503)],
  ['203', answerWith({}, 203)],
  ['429', respond(429, '')],
  ['403', respond(403, '{"status":"error","message":"X-API-Key"}')],
  ['a redirect', (_, response) => response.writeHead(307, { Location: thiefUrl }).end()],
  ['no JSON', respond(200, '<html>')],
  ['nothing', respond(200, '')],
  ['null', respond(200, 'null')],
  ['an array', respond(200, '[{"active":true}]')],
  ['an object without active', respond(200, '{}')],
  ['active as text', answerWith({ active: 'true' })],
  ['active as a number', answerWith({ active: 1 })],
  ['half an answer', (_, response) => response.writeHead(200, { 'Content-Length': 100 }).write('{"active":true')],
  ['no answer', () => {}],
  ['a closed connection', (_, response) => response.destroy()],
]

describe('if introspection answers', () => {
  test.each(failures)('%s, the session is refused', async (_, failure) => {
    handle = failure
    await expect(setUp({ timeoutSeconds: 0.2 })(tokenOf('access'))).rejects.toMatchObject(unavailable)
    expect(stolen).toBe(0)
  })
  test.each(failures)('%s, the session is accepted if that is the setting', async (_, failure) => {
    const warned = jest.spyOn(console, 'warn').mockImplementation(() => {})
    handle = failure
    const token = tokenOf('access')
    await setUp({ timeoutSeconds: 0.2, onFailure: acceptUnchecked })(token)
    expect(warned).toHaveBeenCalledTimes(1)
    expect(JSON.stringify(warned.mock.calls)).not.toMatch(/resource-key|eyJ/)
    warned.mockRestore()
  })
  test('nothing, because it is down, the session is refused', async () => {
    await expect(setUp({ apiUrl: 'http://127.0.0.1:1' })(tokenOf('access'))).rejects.toMatchObject(unavailable)
  })
  test('that the session is over, it is refused with every setting', async () => {
    ended.add(id)
    await expect(setUp({ onFailure: acceptUnchecked })(tokenOf('access'))).rejects.toMatchObject(inactive)
  })
  test.each<[string, Handle]>([
    ['nothing more', respond(200, '{"active":true}')],
    ['another impersonation', answerWith({ impersonation_id: 'other' })],
    ['another subject', answerWith({ sub: 'sub-of-bob' })],
    ['another actor', answerWith({ act: { sub: 'sub-of-oscar' } })],
    ['no actor', answerWith({ act: undefined })],
    ['another client', answerWith({ client_id: 'app' })],
    ['another issuer', answerWith({ iss: 'https://other.example' })],
  ])('active with %s, no setting accepts it', async (_, other) => {
    handle = answerWith({})
    await setUp({ onFailure: acceptUnchecked })(tokenOf('access'))
    handle = other
    await expect(setUp({ onFailure: acceptUnchecked })(tokenOf('access'))).rejects.toMatchObject(inactive)
  })
  test('several calls, each has a new connection', async () => {
    const sockets = new Set<unknown>()
    handle = (token, response) => {
      sockets.add(response.socket)
      answer(token, response)
    }
    const verify = setUp({ memorySeconds: 0 })
    for (let n = 1; n <= 3; n++) {
      await verify(tokenOf('access'))
      expect(sockets.size).toBe(n)
    }
  })
  test('late, the check waits 3 s by default', async () => {
    const limit = jest.spyOn(AbortSignal, 'timeout')
    await setUp()(tokenOf('access'))
    expect(limit.mock.calls).toEqual([[3_000]])
    limit.mockRestore()
  })
})

describe('the options', () => {
  test.each<[string, Partial<Record<keyof LiveCheckOptions, unknown>>]>([
    ['apiUrl', { apiUrl: undefined }],
    ['apiUrl', { apiUrl: '' }],
    ['apiUrl', { apiUrl: 'api.example.com' }],
    ['apiUrl', { apiUrl: 'http://api.example.com/v1' }],
    ['apiUrl', { apiUrl: 'ftp://127.0.0.1' }],
    ['apiKey', { apiKey: undefined }],
    ['apiKey', { apiKey: '' }],
    ['apiKey', { apiKey: 'a key' }],
    ['memorySeconds', { memorySeconds: -1 }],
    ['memorySeconds', { memorySeconds: Number.NaN }],
    ['memorySeconds', { memorySeconds: Number.POSITIVE_INFINITY }],
    ['memorySeconds', { memorySeconds: '10' }],
    ['timeoutSeconds', { timeoutSeconds: 0 }],
    ['timeoutSeconds', { timeoutSeconds: null }],
    ['onFailure', { onFailure: 'accept' }],
    ['onFailure', { onFailure: true }],
  ])('%s must not be %j', (name, options) => {
    expect(() => setUp(options as never)).toThrow(name)
  })
  test('apiUrl may end with a slash', async () => {
    await setUp({ apiUrl: `${apiUrl}/` })(tokenOf('access'))
    expect(calls[0]?.url).toBe('/v1/auth/introspect')
  })
})
