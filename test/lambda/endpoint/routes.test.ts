import { describe, expect, jest, test } from '@jest/globals'
import type { Context } from 'aws-lambda'
import { readEndpointConfig } from '../../../lambda/config.ts'
import type { HandOff } from '../../../lambda/endpoint/hand-off.ts'
import type { Impersonate } from '../../../lambda/endpoint/impersonate.ts'
import type { ReasonForm } from '../../../lambda/endpoint/reason-form.ts'
import { createEndpoint } from '../../../lambda/endpoint/routes.ts'
import { type Code, ImpersonationError, type NewSignIn } from '../../../lambda/errors.ts'
import { newGrant, newTicket } from '../../../lambda/grant.ts'
import type { Authenticate } from '../../../lambda/http/authenticate.ts'
import type { Decision } from '../../../lambda/http/metrics.ts'
import type { ImpersonationRecord } from '../../../lambda/records-schema.ts'
import { endpointEnvironment } from '../../support/environment.ts'
import { gatewayEvent } from '../../support/gateway-event.ts'

const olivia = {
  sub: 'sub-of-olivia',
  username: 'olivia',
  groups: ['impersonators'],
  clientId: 'actors',
  impersonated: false,
}
const session = {
  id: 'record-1',
  idToken: 'the-id-token',
  accessToken: 'the-access-token',
  username: 'alice',
  endsAt: 1_546_300_800,
}

const noon = Date.UTC(2026, 0, 1, 12)
const { ticket } = newTicket()
const prepared: ImpersonationRecord = {
  id: 'record-1',
  state: 'prepared',
  ticketHash: 'the-hash',
  ticketEndsAt: noon + 60_000,
  clientId: 'ours',
  actorSub: olivia.sub,
  actorUsername: 'olivia',
  actorSignedInAt: noon - 1,
  subjectAsked: 'alice',
  reason: 'why',
  requestedAt: noon,
  sourceIp: '192.0.2.1',
  userAgent: 'curl',
  apiKeyId: 'key-1',
  requestId: 'request-1',
  expiresAt: 1,
}
const claimed = { record: prepared, grant: newGrant() }

function setUp(
  options: {
    failure?: unknown
    claimFailure?: unknown
    authenticationFailure?: unknown
    countFailure?: unknown
    environment?: object
    reasonForm?: ReasonForm
  } = {},
) {
  const log = { info: jest.fn(), warn: jest.fn(), error: jest.fn() }
  const impersonate = jest.fn<Impersonate>(async () => {
    if (options.failure) throw options.failure
    return session
  })
  const handOff = {
    prepare: jest.fn<HandOff['prepare']>(async () => {
      if (options.failure) throw options.failure
      return { record: prepared, ticket }
    }),
    claim: jest.fn<HandOff['claim']>(async () => {
      if (options.claimFailure) throw options.claimFailure
      return claimed
    }),
    redeem: jest.fn<HandOff['redeem']>(async () => {
      if (options.failure) throw options.failure
      return session
    }),
  }
  const authenticate = jest.fn<Authenticate>(async () => {
    if (options.authenticationFailure) throw options.authenticationFailure
    return olivia
  })
  const count = jest.fn((_: Decision) => {
    if (options.countFailure) throw options.countFailure
  })
  const config = readEndpointConfig({ ...endpointEnvironment, ...options.environment })
  const endpoint = createEndpoint({
    config,
    reasonForm: options.reasonForm,
    authenticate,
    impersonate,
    handOff,
    log: log as unknown as Console,
    count,
  })
  return {
    async send(changes: Parameters<typeof gatewayEvent>[0] = {}) {
      const { statusCode, headers, body } = await endpoint(gatewayEvent(changes), {} as Context)
      return { statusCode, headers, body: body && JSON.parse(body) }
    },
    sendRaw: (event: unknown) => endpoint(event, { awsRequestId: 'invocation-1' } as Context),
    log,
    count,
    impersonate,
    handOff,
    authenticate,
  }
}

describe('the response', () => {
  test('is exactly the contract’s', async () => {
    expect(await setUp().send()).toEqual({
      statusCode: 200,
      headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'Impersonation-Id': 'record-1' },
      body: {
        endpointUrl: 'https://abc.execute-api.us-east-1.amazonaws.com/v1',
        clientId: 'ours',
        userPoolId: 'us-east-1_TestPool1',
        username: 'alice',
        password: '',
        session: {
          authorization: 'the-id-token',
          refreshToken: '',
          accessToken: 'the-access-token',
          expireEpoch: 1_546_300_800_000,
        },
      },
    })
  })
  test.each([
    ['/auth/impersonate', 'https://api.example.com'],
    ['/support/auth/impersonate', 'https://api.example.com/support'],
    ['/support/auth/impersonate/', 'https://api.example.com/support'],
  ])('names the URL of a custom domain with path %s', async (path, endpointUrl) => {
    const requestContext = { domainName: 'api.example.com', path }
    const headers = { Host: ['evil.example'], 'X-Forwarded-Host': ['evil.example'], 'X-Forwarded-Proto': ['http'] }
    expect((await setUp().send({ requestContext, headers })).body).toMatchObject({ endpointUrl })
  })
  test('names the configured URL if one is set', async () => {
    const { send } = setUp({ environment: { ENDPOINT_URL: 'https://support.example.com/api' } })
    expect((await send()).body).toMatchObject({ endpointUrl: 'https://support.example.com/api' })
  })
})

describe('calls impersonate', () => {
  test('with the actor, the request and its source', async () => {
    const { send, impersonate } = setUp()
    await send({ body: '{"username":"alice","reason":" why "}' })
    expect(impersonate.mock.calls).toEqual([
      [
        olivia,
        { username: 'alice', reason: 'why' },
        {
          source: { sourceIp: '192.0.2.1', userAgent: 'curl', apiKeyId: 'key-1', requestId: 'request-1' },
          contextData: undefined,
        },
        expect.any(AbortSignal),
      ],
    ])
  })
  test('with the caller’s context data if the setting is on', async () => {
    const { send, impersonate } = setUp({ environment: { SUBJECT_CONTEXT_DATA: 'true' } })
    await send()
    expect(impersonate.mock.calls[0]?.[2]).toMatchObject({ contextData: { IpAddress: '192.0.2.1' } })
  })
  test('with a user agent cut to 512 characters', async () => {
    const { send, impersonate } = setUp()
    const identity = { sourceIp: '192.0.2.1', userAgent: 'x'.repeat(9_000), apiKeyId: 'key-1' } as never
    await send({ requestContext: { identity } })
    expect(impersonate.mock.calls[0]?.[2].source).toEqual({
      sourceIp: '192.0.2.1',
      userAgent: 'x'.repeat(512),
      apiKeyId: 'key-1',
      requestId: 'request-1',
    })
  })
  test.each([
    ['Mozilla/5.0\u202e\u2067\u200f evil\r\n\t\0\x1b[2K\x9b', 'Mozilla/5.0 evil[2K'],
    ['👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿', '👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    [`${'\u202e'.repeat(600)}curl`, 'curl'],
    ['\u202e\0', undefined],
    ['curl\u2028forged\u2029line', 'curlforgedline'],
    ['curl \ufff9shown\ufffahidden\ufffb', 'curl shownhidden'],
    // A character of two code units at the limit: half of it is no text that DynamoDB and Cognito must accept.
    [`${'x'.repeat(511)}😀`, `${'x'.repeat(511)}\ufffd`],
  ])('with a user agent without control characters: %j', async (userAgent, kept) => {
    const { send, impersonate, handOff } = setUp({ environment: { SUBJECT_CONTEXT_DATA: 'true' } })
    const identity = { sourceIp: '192.0.2.1', userAgent, apiKeyId: 'key-1' } as never
    await send({ requestContext: { identity }, headers: { 'User-Agent': [userAgent], 'Accept-Language': [userAgent] } })
    const origin = impersonate.mock.calls[0]?.[2]
    expect(origin?.source.userAgent).toBe(kept)
    expect(origin?.contextData?.HttpHeaders).toEqual([
      { headerName: 'User-Agent', headerValue: kept ?? '' },
      { headerName: 'Accept-Language', headerValue: kept ?? '' },
    ])
    await send({ route: 'POST /auth/session', requestContext: { identity }, body: JSON.stringify({ ticket }) })
    expect(handOff.claim.mock.calls[0]?.[1].userAgent).toBe(kept)
  })
  test('with requestId if extendedRequestId is missing', async () => {
    const { send, impersonate } = setUp()
    await send({ requestContext: { extendedRequestId: undefined, requestId: 'request-2' } })
    expect(impersonate.mock.calls[0]?.[2].source).toMatchObject({ requestId: 'request-2' })
  })
  test.each([
    ['application/json'],
    ['application/json; charset=utf-8'],
    ['application/json;charset=utf-8'],
    ['application/json ; charset=utf-8'],
    ['application/json\t; charset=utf-8'],
    ['APPLICATION/JSON'],
  ])('for content type %s', async (type) => {
    expect(await setUp().send({ headers: { 'Content-Type': [type] } })).toMatchObject({ statusCode: 200 })
  })
  test('for a body that the gateway encoded', async () => {
    const body = Buffer.from('{"username":"élodie"}').toString('base64')
    const { send, impersonate } = setUp()
    await send({ body, isBase64Encoded: true })
    expect(impersonate.mock.calls[0]?.[1]).toMatchObject({ username: 'élodie' })
  })
  test('for header names in any case', async () => {
    const { send, authenticate } = setUp()
    const headers = {
      authorization: ['one'],
      AUTHORIZATION: ['two'],
      'content-type': [],
      'Content-Type': ['application/json'],
      'X-Empty': undefined,
      AuthorizatioN: undefined,
    }
    await send({ headers })
    expect(authenticate.mock.calls[0]?.[0]).toEqual(['token', 'one', 'two'])
  })
})

describe('the context data for Cognito', () => {
  test('has the address, the API and two headers, and no secret', async () => {
    const { send, authenticate } = setUp()
    const headers = {
      'user-agent': ['curl/8', 'x'.repeat(9_000)],
      'Accept-Language': ['de'],
      Cookie: ['secret'],
      'X-API-Key': ['secret'],
      'X-Forwarded-For': ['203.0.113.9'],
    }
    await send({ headers })
    const [, contextData] = authenticate.mock.calls[0] ?? []
    expect(contextData).toEqual({
      IpAddress: '192.0.2.1',
      ServerName: 'abc.execute-api.us-east-1.amazonaws.com',
      ServerPath: '/v1/auth/impersonate',
      HttpHeaders: [
        { headerName: 'User-Agent', headerValue: 'curl/8' },
        { headerName: 'User-Agent', headerValue: 'x'.repeat(512) },
        { headerName: 'Accept-Language', headerValue: 'de' },
      ],
    })
  })
  test('has no headers if the caller sends neither of the two', async () => {
    const { send, authenticate } = setUp()
    await send()
    expect(authenticate.mock.calls[0]?.[1]).toMatchObject({ HttpHeaders: [] })
  })
})

describe('an event that is not from a REST API', () => {
  const rest = gatewayEvent({})
  const { requestContext } = rest
  const without = (field: string) => ({ ...rest, requestContext: { ...requestContext, [field]: undefined } })
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'hello'],
    ['an array', []],
    ['the console’s test event', { key1: 'value1', key2: 'value2' }],
    [
      'an HTTP API or a function URL, format 2.0',
      {
        version: '2.0',
        rawPath: '/auth/impersonate',
        headers: { authorization: 'secret' },
        requestContext: { http: { method: 'POST', path: '/auth/impersonate', sourceIp: '192.0.2.1' } },
        body: '{"username":"alice"}',
      },
    ],
    ['an HTTP API, format 1.0', { ...rest, version: '1.0' }],
    [
      'a load balancer',
      {
        requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:…' } },
        httpMethod: 'POST',
        path: '/auth/impersonate',
        multiValueHeaders: { authorization: ['secret'] },
        body: '{"username":"alice"}',
      },
    ],
    ['no request context', { ...rest, requestContext: undefined }],
    ['no headers field', { ...rest, multiValueHeaders: undefined }],
    ['no path', without('path')],
    ['no resource path', without('resourcePath')],
    ['no identity', without('identity')],
  ])('gets a 500 and one log line with the reason: %s', async (_, event) => {
    const { sendRaw, log, authenticate, count } = setUp()
    const { statusCode, headers, body } = await sendRaw(event)
    expect({ statusCode, headers, body: JSON.parse(body) }).toEqual({
      statusCode: 500,
      headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'Impersonation-Error': 'Fault' },
      body: { status: 'error', message: expect.stringMatching(/its id is invocation-1$/) },
    })
    const error = expect.objectContaining({ message: expect.stringContaining('not from a REST API') })
    const line = { event: 'impersonation', outcome: 'Fault', status: 500, requestId: 'invocation-1', error }
    expect(log.error.mock.calls).toEqual([[line]])
    for (const unused of [log.info, log.warn, authenticate, count]) expect(unused).not.toHaveBeenCalled()
  })
  test('does not include a request without headers', async () => {
    const { sendRaw } = setUp()
    expect(await sendRaw({ ...rest, headers: null, multiValueHeaders: null })).toMatchObject({ statusCode: 400 })
  })
})

describe('an API key that is not a customer’s', () => {
  const identity = { sourceIp: '192.0.2.1', userAgent: 'curl' }
  test.each([
    ['another key', 'key-2'],
    ['no key', undefined],
    ['no key, as null', null],
    ['an empty key', ''],
  ])('is refused before anything else is checked: %s', async (_, apiKeyId) => {
    const { send, authenticate, impersonate, log, count } = setUp()
    const requestContext = { identity: { ...identity, apiKeyId } as never }
    const { statusCode, headers, body } = await send({ requestContext, headers: { Authorization: [] }, body: null })
    expect({ statusCode, body }).toEqual({
      statusCode: 403,
      body: { status: 'error', message: expect.stringMatching(/^X-API-Key/) },
    })
    expect(headers).toMatchObject({ 'Impersonation-Error': 'ApiKeyNotAllowed' })
    for (const unused of [authenticate, impersonate]) expect(unused).not.toHaveBeenCalled()
    expect(log.warn.mock.calls).toMatchObject([[{ outcome: 'ApiKeyNotAllowed', sourceIp: '192.0.2.1' }]])
    expect(count.mock.calls).toMatchObject([[{ outcome: 'ApiKeyNotAllowed' }]])
  })
  test('is every key if the deployment lists none', async () => {
    expect(await setUp({ environment: { API_KEY_IDS: '[]' } }).send()).toMatchObject({ statusCode: 403 })
  })
})

describe('responds 400, naming the problem, to', () => {
  test.each<[string, Parameters<typeof gatewayEvent>[0], RegExp]>([
    ['no body', { body: null }, /body must be a JSON object/],
    ['an empty body', { body: '' }, /body must be JSON/],
    ['a body that is not JSON', { body: '{"username":' }, /body must be JSON/],
    ['a body that is not an object', { body: '["alice"]' }, /body must be a JSON object/],
    ['a body too deep to read', { body: `{"x":${'['.repeat(20_000)}${']'.repeat(20_000)}}` }, /body must be JSON/],
    ['a body with the key __proto__', { body: '{"username":"alice","__proto__":{}}' }, /body must be JSON/],
    ['no username', { body: '{}' }, /^username /],
    ['a blank reason', { body: '{"username":"alice","reason":" "}' }, /^reason /],
    ['no content type', { headers: { 'Content-Type': [] } }, /^Content-Type /],
    ['two content types', { headers: { 'Content-Type': ['application/json', 'application/json'] } }, /^Content-Type /],
    ['text', { headers: { 'Content-Type': ['text/plain'] } }, /^Content-Type /],
    ['another JSON type', { headers: { 'Content-Type': ['application/problem+json'] } }, /^Content-Type /],
    [
      'a type that ends with application/json',
      { headers: { 'Content-Type': ['x-application/json'] } },
      /^Content-Type /,
    ],
    ['JSON lines', { headers: { 'Content-Type': ['application/jsonl'] } }, /^Content-Type /],
  ])('%s', async (_, changes, message) => {
    const { send, impersonate } = setUp()
    const { statusCode, headers, body } = await send(changes)
    expect({ statusCode, body }).toEqual({
      statusCode: 400,
      body: { status: 'error', message: expect.stringMatching(message) },
    })
    expect(headers).toMatchObject({ 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
    expect(impersonate).not.toHaveBeenCalled()
  })
})

describe('refusals and faults', () => {
  test.each<[Code, number]>([
    ['ActorNotAllowed', 403],
    ['SubjectProtected', 403],
    ['SubjectNotFound', 422],
    ['TooManyRequests', 429],
    ['ActorLimit', 429],
  ])('%s gets %i with its message and the record’s id', async (code, status) => {
    const failure = Object.assign(new ImpersonationError(code), { impersonationId: 'record-1' })
    const { statusCode, headers, body } = await setUp({ failure }).send()
    expect(statusCode).toBe(status)
    expect(body).toEqual({ status: 'error', message: failure.message })
    expect(headers).toMatchObject({ 'Content-Type': 'application/json', 'Impersonation-Id': 'record-1' })
    expect('Retry-After' in (headers ?? {})).toBe(status === 429)
    expect(headers).not.toHaveProperty('WWW-Authenticate')
  })
  test.each<[unknown, number]>([
    [new ImpersonationError('TokensUnfit', { message: 'detail' }), 500],
    [new ImpersonationError('Unavailable', { cause: new Error('detail') }), 503],
    [new ImpersonationError('TriggerRefused', { message: 'detail' }), 503],
    [new TypeError('detail'), 500],
    ['detail', 500],
  ])('%p gets %i with the request’s id and without details', async (failure, status) => {
    const { statusCode, body } = await setUp({ failure }).send()
    expect(statusCode).toBe(status)
    expect(body).toEqual({ status: 'error', message: expect.stringContaining('request-1') })
    expect(JSON.stringify(body)).not.toContain('detail')
  })
  test('a success gets 200', async () => {
    expect(await setUp({ failure: undefined }).send()).toMatchObject({ statusCode: 200 })
  })
  test('a 401 names the accepted schemes, and does not depend on the body', async () => {
    const { send, impersonate } = setUp({ authenticationFailure: new ImpersonationError('CredentialsInvalid') })
    const { statusCode, headers } = await send({ body: 'no JSON', headers: { 'Content-Type': [] } })
    expect(statusCode).toBe(401)
    expect(headers).toMatchObject({ 'WWW-Authenticate': expect.stringMatching(/^Bearer .*, Basic .*charset="UTF-8"$/) })
    expect(headers).not.toHaveProperty('Retry-After')
    expect(impersonate).not.toHaveBeenCalled()
  })
  test('a 401 does not offer Basic if the setting is off', async () => {
    const authenticationFailure = new ImpersonationError('CredentialsInvalid')
    const { headers } = await setUp({ authenticationFailure, environment: { BASIC: 'false' } }).send()
    expect(headers).toMatchObject({ 'WWW-Authenticate': 'Bearer realm="cognito-impersonation"' })
  })
  test.each<[string, NewSignIn, string]>([
    [
      'too weak',
      { acrValues: ['urn:cognito:loa:3', 'urn:cognito:loa:4'] },
      'acr_values="urn:cognito:loa:3 urn:cognito:loa:4"',
    ],
    ['too old', { acrValues: [], maxAge: 43_200 }, 'max_age="43200"'],
    ['too old, where levels count', { acrValues: ['high'], maxAge: 60 }, 'acr_values="high", max_age="60"'],
  ])('a 401 for a sign-in that is %s says what a new one needs', async (_, newSignIn, parameters) => {
    const refused = new ImpersonationError('SignInInsufficient', { message: 'Authorization: sign in again' })
    const authenticationFailure = Object.assign(refused, { newSignIn })
    const bearer = `Bearer realm="cognito-impersonation", error="insufficient_user_authentication", error_description="Authorization: sign in again", ${parameters}`
    const withBasic = await setUp({ authenticationFailure }).send()
    expect(withBasic).toMatchObject({ statusCode: 401, headers: { 'Impersonation-Error': 'SignInInsufficient' } })
    expect(withBasic.body).toEqual({ status: 'error', message: 'Authorization: sign in again' })
    expect(withBasic.headers).toMatchObject({
      'WWW-Authenticate': `${bearer}, Basic realm="cognito-impersonation", charset="UTF-8"`,
    })
    const { headers } = await setUp({ authenticationFailure, environment: { BASIC: 'false' } }).send()
    expect(headers).toMatchObject({ 'WWW-Authenticate': bearer })
  })
  test('a reason without the form of the setting gets 400', async () => {
    const reasonForm = { description: 'a ticket number', matches: (reason: string) => reason === 'SUP-1' }
    const { send, impersonate, handOff } = setUp({ reasonForm })
    for (const route of ['POST /auth/impersonate', 'POST /auth/impersonations']) {
      for (const [reason, status] of [
        ['SUP-1', /^20[01]$/],
        ['SUP-2', /^400$/],
        [undefined, /^400$/],
      ] as const) {
        const { statusCode } = await send({ route, body: JSON.stringify({ username: 'alice', reason }) })
        expect(String(statusCode)).toMatch(status)
      }
    }
    expect([impersonate.mock.calls.length, handOff.prepare.mock.calls.length]).toEqual([1, 1])
  })
  test.each([
    ['1', undefined],
    ['1740', 1740],
  ])('a 429 has Retry-After: %s', async (expected, retryAfter) => {
    const failure = Object.assign(new ImpersonationError('TooManyRequests'), retryAfter && { retryAfter })
    const { headers } = await setUp({ failure }).send()
    expect(headers).toMatchObject({ 'Retry-After': expected })
  })
})

describe('the log line of a decision', () => {
  test('names the actor, the subject and the record after a success', async () => {
    const { send, log } = setUp()
    await send()
    expect(log.info.mock.calls).toEqual([
      [
        {
          event: 'impersonation',
          outcome: 'issued',
          status: 200,
          actor: 'sub-of-olivia',
          actorUsername: 'olivia',
          subject: 'alice',
          impersonationId: 'record-1',
          requestId: 'request-1',
          milliseconds: expect.any(Number),
        },
      ],
    ])
  })
  test.each<[string, Parameters<typeof setUp>[0], object]>([
    [
      'before the actor is known',
      { authenticationFailure: new ImpersonationError('CredentialsInvalid') },
      { actor: undefined, subject: undefined },
    ],
    [
      'before a record is written',
      { failure: new ImpersonationError('ActorNotAllowed') },
      { actor: 'sub-of-olivia', subject: 'alice' },
    ],
  ])('is a warning for a refusal %s', async (_, options, line) => {
    const { send, log } = setUp(options)
    await send()
    expect(log.warn.mock.calls).toMatchObject([[{ event: 'impersonation', requestId: 'request-1', ...line }]])
    expect(log.error).not.toHaveBeenCalled()
  })
  test.each<[string, Code, 'warn' | 'error']>([
    ['a refused sign-in', 'CredentialsInvalid', 'warn'],
    ['a sign-in that Cognito throttles', 'TooManyRequests', 'warn'],
    ['a sign-in that fails', 'Fault', 'error'],
  ])('has the source, the key and the username tried after %s', async (_, code, level) => {
    const cause = Object.assign(new Error('secret'), { name: 'NotAuthorizedException', $fault: 'client' })
    const refused = Object.assign(new ImpersonationError(code, { cause }), { usernameTried: 'olivia' })
    const { send, log } = setUp({ authenticationFailure: refused })
    await send()
    expect(log[level].mock.calls).toMatchObject([
      [{ outcome: code, sourceIp: '192.0.2.1', apiKeyId: 'key-1', usernameTried: 'olivia' }],
    ])
  })
  test.each([
    ['an API key', 'k'.repeat(40)],
    ['a token', `eyJhbGciOiJSUzI1NiJ9.${'x'.repeat(60)}.sig`],
  ])('does not have %s that was sent as the username of Basic', async (_, usernameTried) => {
    const refused = Object.assign(new ImpersonationError('CredentialsInvalid'), { usernameTried })
    const { send, log } = setUp({ authenticationFailure: refused })
    await send()
    expect(log.warn.mock.calls).toMatchObject([[{ sourceIp: '192.0.2.1', usernameTried: '[cut]' }]])
  })
  test.each<[string, string, Parameters<typeof setUp>[0], 'info' | 'warn' | 'error']>([
    ['POST /auth/impersonate', 'a refusal', { failure: new ImpersonationError('SubjectNotFound') }, 'warn'],
    ['POST /auth/impersonate', 'a fault', { failure: new ImpersonationError('Unavailable') }, 'error'],
    ['POST /auth/impersonations', 'a success, which looks up nobody', {}, 'info'],
  ])('does not have a ticket that was sent as the username: %s, %s', async (route, _, options, level) => {
    const { send, log } = setUp(options)
    await send({ route, body: JSON.stringify({ username: ticket }) })
    expect(log[level].mock.calls).toMatchObject([[{ subject: '[cut]' }]])
  })
  test('has the whole name of a subject whom Cognito found', async () => {
    const username = `Okta_${'x'.repeat(43)}`
    const { send, log } = setUp()
    await send({ body: JSON.stringify({ username }) })
    expect(log.info.mock.calls).toMatchObject([[{ subject: username }]])
  })
  test('has the name of a refusal’s cause, and never its message', async () => {
    const cause = Object.assign(new Error('secret'), { name: 'NotAuthorizedException', $fault: 'client' })
    const { send, log } = setUp({ authenticationFailure: new ImpersonationError('CredentialsInvalid', { cause }) })
    await send()
    expect(log.warn.mock.calls).toMatchObject([[{ cause: 'NotAuthorizedException' }]])
    expect(JSON.stringify(log.warn.mock.calls)).not.toContain('secret')
  })
  test('has no source if the actor is known, because the record has it', async () => {
    const { send, log } = setUp({ failure: new ImpersonationError('SubjectNotFound') })
    await send()
    expect(log.warn.mock.calls[0]?.[0]).not.toHaveProperty('sourceIp')
  })
  test('names the cause of a fault', async () => {
    const { send, log } = setUp({ failure: new ImpersonationError('Unavailable', { cause: new RangeError('detail') }) })
    await send()
    expect(log.error.mock.calls).toMatchObject([
      [{ outcome: 'Unavailable', status: 503, error: { message: expect.any(String), cause: { name: 'RangeError' } } }],
    ])
  })
  test.each<[Code, 'warn' | 'error']>([
    ['RequestInvalid', 'warn'],
    ['TooManyRequests', 'warn'],
    ['Fault', 'error'],
    ['Unavailable', 'error'],
  ])('for %s has the level %s and is the only one', async (code, level) => {
    const lines: string[] = []
    const consoles = (['error', 'warn', 'info', 'log'] as const).map((name) =>
      jest.spyOn(console, name).mockImplementation(() => lines.push(`console.${name}`)),
    )
    const { send, log } = setUp({ failure: new ImpersonationError(code) })
    for (const name of ['info', 'warn', 'error'] as const) log[name].mockImplementation(() => lines.push(name))
    await send()
    expect(lines).toEqual([level])
    for (const spy of consoles) spy.mockRestore()
  })
  test('has the duration of the request in ms', async () => {
    let clock = 1_000
    const spy = jest.spyOn(Date, 'now').mockImplementation(() => clock)
    const { send, log, impersonate } = setUp()
    impersonate.mockImplementation(async () => {
      clock += 42
      return session
    })
    await send()
    expect(log.info.mock.calls).toMatchObject([[{ milliseconds: 42 }]])
    spy.mockRestore()
  })
  test('never contains a token, a key or a header', async () => {
    const secret = 'eyJ-secret'
    for (const failure of [undefined, new SyntaxError(`Unexpected token, "${secret}" is not JSON`)]) {
      const { send, log } = setUp({ failure })
      await send({
        headers: { Authorization: [secret], 'X-API-Key': [secret] },
        body: `{"username":"alice","x":"${secret}"}`,
      })
      const lines = JSON.stringify([log.info.mock.calls, log.warn.mock.calls, log.error.mock.calls])
      for (const kept of [secret, 'the-id-token', 'the-access-token', 'the-key']) expect(lines).not.toContain(kept)
    }
  })
})

describe('the metrics', () => {
  test.each<[string, Parameters<typeof setUp>[0], Decision['outcome'], number]>([
    ['a success', {}, 'issued', 200],
    [
      'a refusal of the caller',
      { authenticationFailure: new ImpersonationError('CredentialsInvalid') },
      'CredentialsInvalid',
      401,
    ],
    ['another refusal', { failure: new ImpersonationError('SubjectProtected') }, 'SubjectProtected', 403],
    ['a fault', { failure: new TypeError('detail') }, 'Fault', 500],
  ])('count %s once', async (_, options, outcome, status) => {
    const { send, count } = setUp(options)
    await send()
    expect(count.mock.calls).toEqual([[{ outcome, status, milliseconds: expect.any(Number) }]])
  })
  test.each([undefined, new ImpersonationError('SubjectNotFound')])(
    'do not change the response if they fail: %p',
    async (failure) => {
      const { send, log } = setUp({ failure, countFailure: new RangeError('detail') })
      expect(await send()).toEqual(await setUp({ failure }).send())
      expect(log.error.mock.calls).toMatchObject([[{ event: 'not-counted', error: { name: 'RangeError' } }]])
    },
  )
})

describe('POST /auth/impersonations', () => {
  const route = 'POST /auth/impersonations'
  test('responds 201 with the record, its URL and the ticket', async () => {
    const { send, handOff, log, count } = setUp()
    expect(await send({ route, body: '{"username":"alice","reason":" why "}' })).toEqual({
      statusCode: 201,
      headers: {
        'Content-Type': 'application/json',
        'Cache-Control': 'no-store',
        Location: 'https://abc.execute-api.us-east-1.amazonaws.com/v1/auth/impersonations/record-1',
        'Impersonation-Id': 'record-1',
      },
      body: {
        id: 'record-1',
        state: 'prepared',
        live: false,
        actor: { sub: olivia.sub, username: 'olivia' },
        subject: { asked: 'alice' },
        reason: 'why',
        requestedAt: '2026-01-01T12:00:00.000Z',
        ticketEndsAt: '2026-01-01T12:01:00.000Z',
        sourceIp: '192.0.2.1',
        userAgent: 'curl',
        apiKeyId: 'key-1',
        requestId: 'request-1',
        ticket,
      },
    })
    expect(handOff.prepare.mock.calls).toEqual([
      [
        olivia,
        { username: 'alice', reason: 'why' },
        { sourceIp: '192.0.2.1', userAgent: 'curl', apiKeyId: 'key-1', requestId: 'request-1' },
        expect.any(AbortSignal),
      ],
    ])
    expect(log.info.mock.calls).toMatchObject([
      [{ outcome: 'prepared', status: 201, actor: olivia.sub, subject: 'alice', impersonationId: 'record-1' }],
    ])
    expect(count.mock.calls).toMatchObject([[{ outcome: 'prepared', status: 201 }]])
  })
  test.each([
    ['/support/auth/impersonations', undefined, 'https://api.example.com/support'],
    ['/auth/impersonations', 'https://support.example.com/api', 'https://support.example.com/api'],
  ])('names the URL of the deployment: path %s, endpointUrl %s', async (path, ENDPOINT_URL, base) => {
    const { send } = setUp({ environment: ENDPOINT_URL ? { ENDPOINT_URL } : {} })
    const { headers } = await send({ route, requestContext: { domainName: 'api.example.com', path } })
    expect(headers).toMatchObject({ Location: `${base}/auth/impersonations/record-1` })
  })
  test.each<[string, Parameters<typeof gatewayEvent>[0], Parameters<typeof setUp>[0], number]>([
    ['another key', { requestContext: { identity: { apiKeyId: 'key-2', sourceIp: '192.0.2.1' } as never } }, {}, 403],
    ['wrong credentials', {}, { authenticationFailure: new ImpersonationError('CredentialsInvalid') }, 401],
    ['no username', { body: '{}' }, {}, 400],
    ['a blank reason', { body: '{"username":"alice","reason":" "}' }, {}, 400],
    ['text', { headers: { 'Content-Type': ['text/plain'] } }, {}, 400],
    ['a missing reason that is required', {}, { environment: { REASON_REQUIRED: 'true' } }, 400],
  ])('prepares nothing for %s', async (_, changes, options, status) => {
    const { send, handOff } = setUp(options)
    expect(await send({ route, ...changes })).toMatchObject({ statusCode: status })
    expect(handOff.prepare).not.toHaveBeenCalled()
  })
  test('has no CORS headers, for a listed origin either', async () => {
    const { headers } = await setUp().send({ route, headers: { Origin: ['https://app.example.com'] } })
    expect(Object.keys(headers ?? {}).filter((name) => /access-control|vary/i.test(name))).toEqual([])
  })
})

describe('POST /auth/session', () => {
  const route = 'POST /auth/session'
  const withoutKey = { identity: { sourceIp: '198.51.100.7', userAgent: 'Firefox' } as never }
  const good = {
    route,
    body: JSON.stringify({ ticket }),
    headers: { Authorization: [], Origin: ['https://app.example.com'] },
    requestContext: withoutKey,
  }
  const cors = {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': 'https://app.example.com',
    'Access-Control-Expose-Headers': 'Impersonation-Id, Impersonation-Error',
  }
  test('responds with exactly the body of the mint, without a key and without Authorization', async () => {
    const { send, handOff, authenticate, log } = setUp()
    const response = await send(good)
    const mint = await setUp().send()
    expect(response).toEqual({ ...mint, headers: { ...mint.headers, ...cors } })
    expect(handOff.claim.mock.calls).toEqual([[ticket, { ip: '198.51.100.7', userAgent: 'Firefox' }]])
    expect(handOff.redeem.mock.calls).toEqual([[claimed, undefined, expect.any(AbortSignal)]])
    expect(authenticate).not.toHaveBeenCalled()
    expect(log.info.mock.calls).toMatchObject([
      [
        {
          outcome: 'issued',
          actor: olivia.sub,
          actorUsername: 'olivia',
          subject: 'alice',
          impersonationId: 'record-1',
        },
      ],
    ])
  })
  test('passes the browser’s context data on if the setting is on', async () => {
    const { send, handOff } = setUp({ environment: { SUBJECT_CONTEXT_DATA: 'true' } })
    await send(good)
    expect(handOff.redeem.mock.calls[0]?.[1]).toMatchObject({ IpAddress: '198.51.100.7' })
  })
  test.each<[string, Parameters<typeof gatewayEvent>[0], RegExp]>([
    ['no body', { body: null }, /body must be a JSON object/],
    ['a body that is not JSON', { body: ticket }, /body must be JSON/],
    ['a body that is a text', { body: JSON.stringify(ticket) }, /body must be a JSON object/],
    ['no ticket', { body: '{}' }, /^ticket /],
    ['a ticket that is no text', { body: JSON.stringify({ ticket: { ticket } }) }, /^ticket /],
    ['a list of tickets', { body: JSON.stringify({ ticket: [ticket] }) }, /^ticket /],
    ['a form', { headers: { 'Content-Type': ['application/x-www-form-urlencoded'] } }, /^Content-Type /],
    [
      'text, which a page could send without a preflight',
      { headers: { 'Content-Type': ['text/plain'] } },
      /^Content-Type /,
    ],
    ['a ticket as Authorization', { body: null, headers: { Authorization: [`Bearer ${ticket}`] } }, /body must be/],
    ['a ticket in the query', { query: { ticket: [ticket] }, body: null }, /query parameters/],
    ['a ticket in the query and in the body', { query: { ticket: [ticket] } }, /query parameters/],
  ])('responds 400 to %s, and leaves the ticket good', async (_, changes, message) => {
    const { send, handOff, log } = setUp()
    const response = await send({ ...good, ...changes, headers: { ...good.headers, ...changes.headers } })
    expect(response).toMatchObject({
      statusCode: 400,
      headers: { ...cors, 'Impersonation-Error': 'RequestInvalid' },
      body: { message: expect.stringMatching(message) },
    })
    expect(handOff.claim).not.toHaveBeenCalled()
    expect(JSON.stringify([response.body, log.warn.mock.calls])).not.toContain(ticket.slice(37))
  })
  test('responds 401 to an invalid ticket, and offers neither Basic nor Bearer', async () => {
    const { send, handOff, log } = setUp({ claimFailure: new ImpersonationError('TicketInvalid') })
    expect(await send(good)).toEqual({
      statusCode: 401,
      headers: {
        'Content-Type': 'application/json',
        'Cache-Control': 'no-store',
        'Impersonation-Error': 'TicketInvalid',
        'WWW-Authenticate': 'Ticket realm="cognito-impersonation"',
        ...cors,
      },
      body: { status: 'error', message: expect.stringMatching(/^ticket: /) },
    })
    expect(handOff.redeem).not.toHaveBeenCalled()
    expect(log.warn.mock.calls).toMatchObject([[{ outcome: 'TicketInvalid', sourceIp: '198.51.100.7' }]])
  })
  test.each([
    ['of small values', `{"ticket":"${ticket}","x":[${'0,'.repeat(4_500)}0]}`],
    ['of blanks', `{"ticket":"${ticket}"${' '.repeat(9_000)}}`],
    ['that is not JSON', '['.repeat(9_000)],
  ])('responds 401 to a long body without reading it: %s', async (_, body) => {
    const parse = jest.spyOn(JSON, 'parse')
    for (const isBase64Encoded of [false, true]) {
      const { send, handOff } = setUp()
      parse.mockClear()
      const encoded = isBase64Encoded ? Buffer.from(body).toString('base64') : body
      const response = await send({ ...good, body: encoded, isBase64Encoded })
      expect(response).toMatchObject({ statusCode: 401, headers: { ...cors, 'Impersonation-Error': 'TicketInvalid' } })
      expect(parse.mock.calls.filter(([text]) => text.length > 8_192)).toEqual([])
      expect(handOff.claim).not.toHaveBeenCalled()
    }
    parse.mockRestore()
  })
  test('reads a body with other fields and white space', async () => {
    const { send, handOff } = setUp()
    const body = JSON.stringify({ more: 'x'.repeat(4_000), ticket }, undefined, 10)
    expect(await send({ ...good, body })).toMatchObject({ statusCode: 200 })
    expect(handOff.claim.mock.calls).toMatchObject([[ticket, {}]])
  })
  test.each<[Code, number]>([
    ['ActorNotAllowed', 403],
    ['SubjectProtected', 403],
    ['SubjectDisabled', 422],
    ['Unavailable', 503],
  ])('responds to %s as the mint does, and pages can read the code', async (code, status) => {
    const failure = Object.assign(new ImpersonationError(code), { impersonationId: 'record-1' })
    const { send, log } = setUp({ failure })
    const mint = await setUp({ failure }).send()
    expect(await send(good)).toEqual({ ...mint, statusCode: status, headers: { ...mint.headers, ...cors } })
    const line = log[status < 500 ? 'warn' : 'error'].mock.calls[0]?.[0]
    expect(line).toMatchObject({ actor: olivia.sub, subject: 'alice', impersonationId: 'record-1' })
  })
  test('logs neither the ticket nor the grant nor a token', async () => {
    for (const options of [{}, { claimFailure: new Error(ticket) }, { failure: new Error(claimed.grant.answer) }]) {
      const { send, log } = setUp(options)
      await send(good)
      const lines = JSON.stringify([log.info.mock.calls, log.warn.mock.calls, log.error.mock.calls])
      for (const secret of [ticket.slice(37), claimed.grant.answer.slice(37), 'the-hash', 'the-id-token'])
        expect(lines).not.toContain(secret)
    }
  })
  test('has a preflight, which is not counted', async () => {
    const { send, count, log } = setUp()
    const { statusCode, headers } = await send({ ...good, route: 'OPTIONS /auth/session', body: null })
    expect(statusCode).toBe(204)
    expect(headers).toMatchObject({ ...cors, 'Access-Control-Allow-Methods': 'POST' })
    for (const unused of [count, log.info, log.warn]) expect(unused).not.toHaveBeenCalled()
  })
})

test.each(['GET /auth/session', 'POST /auth/impersonations/{id}', 'OPTIONS /auth/impersonate', 'POST /__proto__'])(
  'the function has no route %s',
  async (route) => {
    expect(await setUp().send({ route })).toMatchObject({ statusCode: 500 })
  },
)
