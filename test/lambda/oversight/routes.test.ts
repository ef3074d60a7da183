// The routes with real tokens: credentials, bad input, responses, log lines and metrics.

import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { APIGatewayProxyResult, Context } from 'aws-lambda'
import { startAws } from '../../support/aws-server.ts'
import { oversightEnvironment } from '../../support/environment.ts'
import { gatewayEvent } from '../../support/gateway-event.ts'
import { id, noon, otherId } from '../../support/oversight.ts'
import { idClaims, newKey, signToken } from '../../support/tokens.ts'

type Handler = (event: unknown, context: Context) => Promise<APIGatewayProxyResult>

const key = newKey()
const originalEnvironment = process.env
let responses: Record<string, object>
let lines: Record<string, unknown>[]
let metrics: string[]
let aws: Awaited<ReturnType<typeof startAws>>
let handler: Handler

beforeAll(async () => {
  aws = await startAws((operation) => responses[operation] ?? { __type: 'UnknownOperationException' }, {
    keys: [key.jwk],
  })
  const { AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: _, ...rest } = originalEnvironment
  process.env = { ...rest, ...aws.environment, ...oversightEnvironment, AWS_LAMBDA_FUNCTION_NAME: 'the-oversight' }
  for (const name of ['info', 'warn', 'error'] as const)
    jest.spyOn(console, name).mockImplementation((line) => void lines.push({ level: name, ...line }))
  jest.spyOn(Math, 'random').mockReturnValue(0) // The SDK does not wait before it tries again.
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => Boolean(metrics.push(String(line))))
  ;({ handler } = await import('../../../lambda/oversight/handler.ts'))
})
afterAll(async () => {
  jest.restoreAllMocks()
  process.env = originalEnvironment
  await aws.close()
})

const item = (changes: object = {}) => ({
  id: { S: id },
  state: { S: 'issued' },
  clientId: { S: 'ours' },
  actorSub: { S: 'sub-of-olivia' },
  actorUsername: { S: 'olivia' },
  subjectAsked: { S: 'alice' },
  subjectSub: { S: 'sub-of-alice' },
  subjectUsername: { S: 'alice' },
  requestedAt: { N: String(noon) },
  endsAt: { N: String(Date.now() + 600_000) },
  ...changes,
})
const cognitoUser = (sub: string) => ({
  Enabled: true,
  UserStatus: 'CONFIRMED',
  UserAttributes: [{ Name: 'sub', Value: sub }],
})

beforeEach(() => {
  lines = []
  metrics = []
  aws.calls.length = 0
  responses = {
    AdminListGroupsForUser: { Groups: [{ GroupName: 'auditors' }, { GroupName: 'impersonators' }] },
    AdminGetUser: cognitoUser('sub-of-audrey'),
    GetItem: { Item: item() },
    UpdateItem: { Attributes: { state: { S: 'ended' } } },
    Query: { Items: [{ id: { S: id }, actorSub: { S: 'sub-of-olivia' }, requestedAt: { N: String(noon) } }] },
  }
})

const tokenOf = (username: string, claims: object = {}, at = Date.now()) =>
  signToken(key, idClaims(at, { sub: `sub-of-${username}`, 'cognito:username': username, ...claims }))
const audrey = (claims: object = {}) => tokenOf('audrey', { 'cognito:groups': ['auditors'], ...claims })
const april = (claims: object = {}) => tokenOf('april', { 'cognito:groups': ['approvers'], ...claims })
/** April approves: the answers about her, then about the subject, and the record before and after. */
function answerApril() {
  const prepared = item({
    state: { S: 'prepared' },
    requestedAt: { N: String(Date.now()) },
    approvalRequired: { BOOL: true },
  })
  const approval = { approvedAt: { N: '1' }, approvedBySub: { S: 'sub-of-april' }, approvedByUsername: { S: 'april' } }
  const users = [cognitoUser('sub-of-april'), cognitoUser('sub-of-alice')]
  const records = [prepared, { ...prepared, ...approval }]
  responses.AdminListGroupsForUser = { Groups: [{ GroupName: 'approvers' }] }
  responses.UpdateItem = { Attributes: { approvedBySub: { S: 'sub-of-april' } } }
  Object.defineProperty(responses, 'AdminGetUser', { get: () => users.shift() })
  Object.defineProperty(responses, 'GetItem', { get: () => ({ Item: records.shift() }) })
}
const session = (claims: object = {}) =>
  tokenOf('alice', {
    aud: 'ours',
    'cognito:groups': [],
    act: { sub: 'sub-of-olivia' },
    impersonation_id: id,
    ...claims,
  })

interface Request {
  route: string
  token?: string | string[]
  query?: string
  id?: string | null
  apiKeyId?: string | null
  origin?: string
}

async function send({ route, token = audrey(), query = '', id: sentId = id, apiKeyId = 'key-1', origin }: Request) {
  const [httpMethod, resourcePath = ''] = route.split(' ')
  const sent = new URLSearchParams(query)
  const names = [...new Set(sent.keys())]
  const event = {
    ...gatewayEvent({
      body: null,
      headers: { Authorization: [token].flat(), ...(origin && { Origin: [origin] }) },
      requestContext: { resourcePath, identity: { sourceIp: '192.0.2.1', userAgent: 'curl', apiKeyId } as never },
    }),
    httpMethod,
    pathParameters: resourcePath.includes('{id}') ? { id: sentId } : null,
    queryStringParameters: query ? Object.fromEntries(sent) : null,
    multiValueQueryStringParameters: query ? Object.fromEntries(names.map((name) => [name, sent.getAll(name)])) : null,
  }
  const { statusCode, headers, body } = await handler(event, { awsRequestId: 'invocation-1' } as Context)
  return {
    status: statusCode,
    headers: headers ?? {},
    body: body && JSON.parse(body),
    code: headers?.['Impersonation-Error'],
  }
}

const list = 'GET /auth/impersonations'
const read = 'GET /auth/impersonations/{id}'
const end = 'DELETE /auth/impersonations/{id}'
const endAll = 'DELETE /auth/impersonations'
const approve = 'POST /auth/impersonations/{id}/approval'
const operations = () => aws.calls.map(({ operation }) => operation)
const basic = `Basic ${Buffer.from('audrey:secret').toString('base64')}`

describe('the answers', () => {
  const json = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
  test('list', async () => {
    const { status, headers, body } = await send({ route: list, query: 'actor=olivia' })
    expect({ status, headers }).toEqual({ status: 200, headers: json })
    expect(body).toEqual({ impersonations: [expect.objectContaining({ id, state: 'issued', live: true })] })
  })
  test('read', async () => {
    const { status, headers, body } = await send({ route: read })
    expect({ status, headers }).toEqual({ status: 200, headers: json })
    expect(body).toMatchObject({ id, requestedAt: '2026-11-25T12:00:00.000Z' })
  })
  test('end', async () => {
    expect(await send({ route: end })).toMatchObject({ status: 200, headers: json, body: { id } })
    const { input } = aws.calls.find(({ operation }) => operation === 'UpdateItem') ?? {}
    const values = Object.values((input as { ExpressionAttributeValues: object }).ExpressionAttributeValues)
    for (const text of ['ended', 'sub-of-audrey', 'audrey', 'auditor']) expect(values).toContainEqual({ S: text })
  })
  test('approve', async () => {
    answerApril()
    expect(await send({ route: approve, token: april() })).toMatchObject({
      status: 200,
      headers: json,
      body: { id, state: 'prepared', approvalRequired: true, approvedBy: { sub: 'sub-of-april', username: 'april' } },
    })
    const { input } = aws.calls.find(({ operation }) => operation === 'UpdateItem') ?? {}
    const values = Object.values((input as { ExpressionAttributeValues: object }).ExpressionAttributeValues)
    for (const text of ['sub-of-april', 'april', 'sub-of-alice']) expect(values).toContainEqual({ S: text })
  })
  test('list of the prepared ones', async () => {
    answerApril()
    const { status, body } = await send({ route: list, query: 'state=prepared', token: april() })
    expect(status).toBe(200)
    expect(body.impersonations).toContainEqual(
      expect.objectContaining({ id, state: 'prepared', approvalRequired: true }),
    )
  })
  test('bulk end', async () => {
    expect(await send({ route: endAll, query: 'subject=alice' })).toMatchObject({
      status: 200,
      headers: json,
      body: { ended: 1 },
    })
  })
  test('end, by the session itself, needs no key and nobody at Cognito', async () => {
    expect(await send({ route: end, token: session(), apiKeyId: null })).toMatchObject({ status: 200, body: { id } })
    expect(operations()).toEqual(['GetItem', 'UpdateItem', 'GetItem'])
  })
  test('end, by a session that is older than the limit for staff', async () => {
    const hours = 13 * 3_600_000
    const exp = Math.floor(Date.now() / 1000) + 60
    expect(
      await send({ route: end, token: session({ auth_time: Math.floor((Date.now() - hours) / 1000), exp }) }),
    ).toMatchObject({ status: 200 })
  })
})

describe('credentials', () => {
  test.each([list, read, endAll])('%s takes Basic', async (route) => {
    responses.AdminInitiateAuth = { AuthenticationResult: { IdToken: audrey() } }
    const query = route.includes('{id}') ? '' : 'actor=olivia'
    expect(await send({ route, query, token: basic })).toMatchObject({ status: 200 })
  })
  test(`${end} takes no Basic: it asks nobody, and does not offer it`, async () => {
    responses.AdminInitiateAuth = { AuthenticationResult: { IdToken: audrey() } }
    for (const apiKeyId of [null, 'key-1']) {
      const { status, code, headers } = await send({ route: end, token: basic, apiKeyId })
      expect({ status, code }).toEqual({ status: 401, code: 'CredentialsInvalid' })
      expect(headers['WWW-Authenticate']).toBe('Bearer realm="cognito-impersonation"')
    }
    expect(aws.calls).toEqual([])
  })
  test.each([list, read, approve, endAll])('%s offers Bearer and Basic', async (route) => {
    const { status, headers } = await send({ route, token: [] })
    expect(status).toBe(401)
    expect(headers['WWW-Authenticate']).toMatch(/^Bearer .*, Basic /)
  })
  test.each([list, read, approve, endAll])('%s takes customers’ keys only, and checks this first', async (route) => {
    for (const apiKeyId of [null, 'key-of-a-resource-server'])
      expect(await send({ route, apiKeyId, token: 'x' })).toMatchObject({ status: 403, code: 'ApiKeyNotAllowed' })
    expect(aws.calls).toEqual([])
  })
  const another = newKey()
  test.each<[string, string | string[], string?]>([
    ['none', []],
    ['two', [audrey(), audrey()]],
    ['an expired token', tokenOf('audrey', {}, Date.now() - 7_200_000)],
    ['a token of another pool', audrey({ iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_OtherPool' })],
    ['a token of another app client', audrey({ aud: 'unknown' })],
    ['an access token', audrey({ token_use: 'access', client_id: 'actors' })],
    ['a forged token', signToken({ ...another, kid: key.kid }, idClaims(Date.now()))],
    ['a megabyte', 'A'.repeat(1_000_000)],
    [
      'a sign-in of staff that is too long ago',
      audrey({ auth_time: Math.floor(Date.now() / 1000) - 50_000 }),
      'SignInInsufficient',
    ],
  ])('a 401 on every route: %s', async (_, token, code = 'CredentialsInvalid') => {
    for (const route of [list, read, approve, end, endAll])
      expect(await send({ route, token })).toMatchObject({ status: 401, code })
    expect(operations()).toEqual([])
  })
  test('a subject’s sign-in may be of any age', async () => {
    responses.AdminGetUser = cognitoUser('sub-of-alice')
    const token = tokenOf('alice', { aud: 'app', auth_time: 1, 'cognito:groups': [] })
    expect(await send({ route: read, token })).toMatchObject({ status: 200 })
    expect(await send({ route: list, token, query: 'subject=alice' })).toMatchObject({ status: 200 })
    expect(operations()).not.toContain('AdminListGroupsForUser')
  })
  test('the credentials are checked before the query, and the query before the right', async () => {
    const bad = { route: list, query: 'limit=0' }
    const stranger = tokenOf('bob', { 'cognito:groups': [] })
    expect(await send({ ...bad, token: 'x' })).toMatchObject({ status: 401 })
    expect(await send({ ...bad, token: stranger })).toMatchObject({ status: 400 })
    expect(await send({ route: list, query: 'live=true', token: stranger })).toMatchObject({ status: 403 })
    expect(aws.calls).toEqual([])
  })
})

describe('CORS', () => {
  const origin = 'https://app.example.com'
  const corsOf = (headers: object) => Object.keys(headers).filter((name) => /access-control|vary/i.test(name))
  test('lets a page of the app end an impersonation, and read why it may not', async () => {
    const allowed = { Vary: 'Origin', 'Access-Control-Allow-Origin': origin }
    expect(await send({ route: end, origin })).toMatchObject({ status: 200, headers: allowed })
    expect(await send({ route: end, origin, token: basic })).toMatchObject({ status: 401, headers: allowed })
    expect(corsOf((await send({ route: end, origin: 'https://evil.example' })).headers)).toEqual(['Vary'])
  })
  test('has a preflight for this route, which calls nothing and is not reported', async () => {
    const route = end.replace('DELETE', 'OPTIONS')
    expect(await send({ route, origin })).toMatchObject({
      status: 204,
      headers: {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Methods': 'DELETE',
        'Access-Control-Allow-Headers': 'authorization',
      },
    })
    expect([aws.calls, lines, metrics]).toEqual([[], [], []])
  })
  test('does not exist on the other routes', async () => {
    for (const request of [
      { route: list, query: 'live=true' },
      { route: read },
      { route: endAll, query: 'actor=olivia' },
    ]) {
      const { status, headers } = await send({ ...request, origin })
      expect([status, corsOf(headers)]).toEqual([200, []])
    }
  })
})

describe('bad input', () => {
  test.each([
    [list, 'actor=a&subject=b'],
    [list, 'live=true&next=forged'],
    [read, 'verbose=true'],
    [approve, 'force=true'],
    [list, 'state=issued'],
    [list, 'state=prepared&next=forged'],
    [end, 'subject=alice'],
    [endAll, ''],
    [endAll, 'live=true'],
  ])('%s ? %s: 400', async (route, query) => {
    const { status, code, body } = await send({ route, query })
    expect({ status, code }).toEqual({ status: 400, code: 'RequestInvalid' })
    expect(body).toEqual({ status: 'error', message: expect.any(String) })
    expect(operations()).not.toContain('UpdateItem')
    expect(operations()).not.toContain('Query')
  })
  test.each(['x', '', id.toUpperCase(), 'actor%23x', `actor%23${id}%23HOUR%231767272400`, null])(
    'the id %j: 404',
    async (id) => {
      for (const route of [read, approve, end])
        expect(await send({ route, id })).toMatchObject({ status: 404, code: 'NoSuchImpersonation' })
      expect(operations()).not.toContain('GetItem')
    },
  )
  test('an id of an item that is no impersonation: 404', async () => {
    responses.GetItem = { Item: { id: { S: id }, count: { N: '1' } } }
    for (const route of [read, approve, end]) expect(await send({ route })).toMatchObject({ status: 404 })
    expect(operations()).not.toContain('UpdateItem')
  })
  test('an unknown id and somebody else’s give the same answer', async () => {
    const token = tokenOf('oscar', { 'cognito:groups': ['impersonators'] })
    responses.AdminGetUser = cognitoUser('sub-of-oscar')
    for (const route of [read, approve, end]) {
      responses.GetItem = { Item: item() }
      const existing = await send({ route, token })
      responses.GetItem = {}
      expect(await send({ route, token })).toEqual(existing)
      expect(existing.status).toBe(404)
    }
  })
  test('another session ends nothing', async () => {
    const others = [{ impersonation_id: otherId }, { sub: 'sub-of-bob' }, { act: { sub: 'sub-of-oscar' } }, { act: {} }]
    for (const claims of others)
      expect(await send({ route: end, token: session(claims) })).toMatchObject({ status: 404 })
    expect(operations()).not.toContain('UpdateItem')
  })
  test('a route that the function does not have is a fault', async () => {
    for (const route of ['PUT /auth/impersonations', 'POST /auth/impersonate', 'GET __proto__'])
      expect(await send({ route })).toMatchObject({ status: 500, code: 'Fault' })
    expect(aws.calls).toEqual([])
  })
  test('an event that is not from a REST API is a fault', async () => {
    expect(await handler({ version: '2.0' }, { awsRequestId: 'x' } as Context)).toMatchObject({ statusCode: 500 })
  })
})

describe('every request is reported', () => {
  const who = { event: 'oversight', caller: 'sub-of-audrey', callerUsername: 'audrey', requestId: 'request-1' }
  test.each([
    [
      { route: list, query: 'actor=olivia' },
      { action: 'list', outcome: 'listed', askedActor: 'olivia', records: 1 },
    ],
    [{ route: read }, { action: 'read', outcome: 'read', impersonationId: id }],
    [{ route: end }, { action: 'end', outcome: 'ended', impersonationId: id, role: 'auditor' }],
    [
      { route: endAll, query: 'subject=alice' },
      { action: 'end-all', outcome: 'ended', askedSubject: 'alice', ended: 1 },
    ],
  ])('%j', async (request, expected) => {
    await send(request)
    expect(lines).toEqual([expect.objectContaining({ level: 'info', status: 200, ...who, ...expected })])
    expect(metrics.join('')).toContain(`"outcome":"${expected.outcome}"`)
    expect(metrics.join('')).toContain('"service":"the-oversight"')
  })
  test('an approval', async () => {
    answerApril()
    await send({ route: approve, token: april() })
    const byApril = { caller: 'sub-of-april', callerUsername: 'april' }
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'info',
        ...byApril,
        action: 'approve',
        outcome: 'approved',
        impersonationId: id,
      }),
    ])
    expect(metrics.join('')).toContain('"outcome":"approved"')
  })
  test('a refusal, with the id', async () => {
    responses.GetItem = {}
    await send({ route: end })
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'warn',
        ...who,
        action: 'end',
        outcome: 'NoSuchImpersonation',
        impersonationId: id,
      }),
    ])
  })
  test('an end by the session, with who is really acting', async () => {
    await send({ route: end, token: session() })
    expect(lines).toEqual([
      expect.objectContaining({ caller: 'sub-of-alice', callerActor: 'sub-of-olivia', role: 'session' }),
    ])
  })
  test('without control characters that a query contains', async () => {
    const sent = `oli\u202evia\u2069\0\r\n\x1b\x85`
    for (const name of ['actor', 'subject'])
      expect(await send({ route: list, query: `${name}=${encodeURIComponent(sent)}` })).toMatchObject({ status: 400 })
    expect(lines).toMatchObject([{ askedActor: 'olivia' }, { askedSubject: 'olivia' }])
    const { body } = await send({ route: list, query: `${encodeURIComponent(sent)}=x` })
    expect(body.message).toBe('olivia: there is no such query parameter here')
  })
  test('without a secret that control characters interrupt', async () => {
    const secret = 'k'.repeat(43)
    await send({ route: list, query: `actor=${encodeURIComponent(`${secret.slice(0, 20)}\u202e${secret.slice(20)}`)}` })
    expect(lines).toMatchObject([{ askedActor: '[cut]' }])
  })
  test('without secrets that are sent in the wrong place', async () => {
    const token = audrey()
    await send({ route: list, query: `actor=${token}` })
    await send({ route: list, query: `subject=${token.slice(-100)}` })
    await send({ route: read, id: token })
    await send({ route: end, token: basic })
    expect(lines).toHaveLength(4)
    for (const secret of [token, token.slice(0, 40), token.slice(-40), 'secret'])
      expect(JSON.stringify(lines)).not.toContain(secret)
  })
})

describe('faults', () => {
  const denied = { __type: 'AccessDeniedException' }
  test.each([
    [{ route: list, query: 'actor=olivia' }, ['AdminListGroupsForUser', 'AdminGetUser', 'Query', 'GetItem']],
    [{ route: read }, ['AdminListGroupsForUser', 'AdminGetUser', 'GetItem']],
    [{ route: end }, ['AdminListGroupsForUser', 'AdminGetUser', 'GetItem', 'UpdateItem']],
    [{ route: endAll, query: 'actor=olivia' }, ['AdminListGroupsForUser', 'AdminGetUser', 'Query', 'UpdateItem']],
  ])('%j: each call that fails', async (request, calls) => {
    for (const operation of calls) {
      const before = responses[operation] ?? {}
      responses[operation] = { __type: 'InternalErrorException' }
      expect([operation, await send(request)]).toEqual([
        operation,
        expect.objectContaining({
          status: 503,
          code: 'Unavailable',
          body: { status: 'error', message: expect.stringContaining('request-1') },
        }),
      ])
      responses[operation] = denied
      expect((await send(request)).status).toBeGreaterThanOrEqual(500)
      responses[operation] = before
    }
    expect((await send(request)).status).toBe(200)
  })
})
