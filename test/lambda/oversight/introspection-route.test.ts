// POST /auth/introspect with the real handler: requests, responses, log lines and metrics.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { APIGatewayProxyResult, Context } from 'aws-lambda'
import { startAws } from '../../support/aws-server.ts'
import { introspectionEnvironment } from '../../support/environment.ts'
import { gatewayEvent } from '../../support/gateway-event.ts'
import { id, key, liveRecord, tokenOf } from '../../support/introspection.ts'

type Handler = (event: unknown, context: Context) => Promise<APIGatewayProxyResult>

const originalEnvironment = process.env
let responses: Record<string, object>
let lines: Record<string, unknown>[]
let metrics: string[]
let aws: Awaited<ReturnType<typeof startAws>>
let handler: Handler
let username: string

beforeAll(async () => {
  aws = await startAws((operation) => responses[operation] ?? { __type: 'UnknownOperationException' }, {
    keys: [key.jwk],
  })
  const { AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: _, ...rest } = originalEnvironment
  const name = { AWS_LAMBDA_FUNCTION_NAME: 'the-introspection' }
  process.env = { ...rest, ...aws.environment, ...introspectionEnvironment, ...name }
  for (const name of ['info', 'warn', 'error'] as const)
    jest.spyOn(console, name).mockImplementation((line) => void lines.push({ level: name, ...line }))
  jest.spyOn(Math, 'random').mockReturnValue(0) // The SDK does not wait before it tries again.
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => Boolean(metrics.push(String(line))))
  ;({ handler } = await import('../../../lambda/oversight/introspection-handler.ts'))
})
afterAll(async () => {
  jest.restoreAllMocks()
  process.env = originalEnvironment
  await aws.close()
})

const item = (changes: object = {}) => ({
  ...Object.fromEntries(
    Object.entries(liveRecord()).map(([name, value]) => [
      name,
      typeof value === 'number' ? { N: String(value) } : { S: value },
    ]),
  ),
  ...changes,
})
const ofAlice = () => ({
  actorSub: { S: 'sub-of-alice' },
  actorUsername: { S: username },
  subjectUsername: { S: username },
})
const user = (sub: string) => ({
  Enabled: true,
  UserStatus: 'CONFIRMED',
  UserAttributes: [{ Name: 'sub', Value: sub }],
})

beforeEach(() => {
  // The function remembers nothing about this name.
  username = randomUUID()
  lines = []
  metrics = []
  aws.calls.length = 0
  responses = {
    GetItem: { Item: item(ofAlice()) },
    AdminListGroupsForUser: { Groups: [{ GroupName: 'impersonators' }] },
    // This pool finds alice only, so she is both the actor and the subject here.
    AdminGetUser: user('sub-of-alice'),
  }
})

const token = () => tokenOf('access', { act: { sub: 'sub-of-alice' } })

async function send(body: string | null, changes: Parameters<typeof gatewayEvent>[0] = {}) {
  const { requestContext, headers, ...rest } = changes
  const event = gatewayEvent({
    body,
    ...rest,
    headers: {
      Authorization: undefined,
      'Content-Type': ['application/x-www-form-urlencoded'],
      ...headers,
    },
    requestContext: {
      path: '/v1/auth/introspect',
      resourcePath: '/auth/introspect',
      identity: { sourceIp: '192.0.2.1', apiKeyId: 'resource-key-1', apiKey: 'the-key' },
      ...requestContext,
    } as never,
  })
  const answer = await handler(event, {} as Context)
  return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body) }
}
const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString()
const operations = () => aws.calls.map(({ operation }) => operation).sort()

describe('a good token', () => {
  test('is active', async () => {
    const { status, headers, body } = await send(form({ token: token() }))
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
    expect(body).toMatchObject({ active: true, sub: 'sub-of-alice', impersonation_id: id, token_type: 'Bearer' })
    expect(operations()).toEqual(['AdminGetUser', 'AdminGetUser', 'AdminListGroupsForUser', 'GetItem'])
    expect(aws.calls[0]?.input).toMatchObject({ TableName: 'records', Key: { id: { S: id } }, ConsistentRead: true })
  })
  test('does not read the secrets of the record', async () => {
    await send(form({ token: token() }))
    const input = aws.calls[0]?.input as { ExpressionAttributeNames?: object } | undefined
    const attributes = [...Object.keys(liveRecord()), 'matchedGroups'].sort()
    expect(Object.values(input?.ExpressionAttributeNames ?? {}).sort()).toEqual(attributes)
  })
  test.each<[string, (token: string) => string]>([
    ['a hint', (token) => form({ token, token_type_hint: 'refresh_token' })],
    ['an unknown parameter', (token) => form({ scope: 'x', token })],
    [
      'parameters named like properties of objects',
      (token) => `__proto__=1&constructor=2&hasOwnProperty=3&token=${token}`,
    ],
    ['line breaks encoded', (token) => `token=${token}&x=%0D%0A`],
  ])('is active with %s', async (_, body) => {
    expect(await send(body(token()))).toMatchObject({ status: 200, body: { active: true } })
  })
  test.each([
    'application/x-www-form-urlencoded; charset=UTF-8',
    'Application/X-WWW-Form-URLencoded',
    'application/x-www-form-urlencoded ;charset=utf-8',
  ])('is active as %s', async (type) => {
    const answer = await send(form({ token: token() }), { headers: { 'Content-Type': [type] } })
    expect(answer).toMatchObject({ status: 200, body: { active: true } })
  })
  test('is active in base64, the form of binary bodies', async () => {
    const body = Buffer.from(form({ token: token() })).toString('base64')
    expect(await send(body, { isBase64Encoded: true })).toMatchObject({ status: 200, body: { active: true } })
  })
})

describe('a refused request:', () => {
  const refusal = (code: string) => ({
    headers: { 'Impersonation-Error': code, 'Cache-Control': 'no-store' },
    body: { status: 'error', message: expect.any(String) },
  })
  test.each<[string, string | null]>([
    ['no body', null],
    ['an empty body', ''],
    ['no token', form({ token_type_hint: 'access_token' })],
    ['an empty token', 'token='],
    ['two tokens', `token=${'a.b.c'}&token=${'a.b.c'}`],
    ['two tokens, one with an encoded name', 'token=a.b.c&%74oken=a.b.c'],
    ['tokens as a list', 'token[]=a.b.c'],
    ['a token behind more parameters than are read', `${'a=&'.repeat(1_000)}token=a.b.c`],
    ['a second token behind more parameters than are read', `token=a.b.c&${'a=&'.repeat(1_000)}token=a.b.c`],
    ['JSON', JSON.stringify({ token: 'a.b.c' })],
    ['1 MB of token', `token=${'a'.repeat(1_048_576)}`],
  ])('%s', async (_, body) => {
    expect(await send(body)).toMatchObject({ status: 400, ...refusal('RequestInvalid') })
    expect(aws.calls).toEqual([])
  })
  test.each<[string, string[] | undefined]>([
    ['JSON', ['application/json']],
    ['none', undefined],
    ['two', ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded']],
    ['a longer one', ['application/x-www-form-urlencodedx']],
  ])('media type: %s', async (_, type) => {
    const answer = await send(form({ token: token() }), { headers: { 'Content-Type': type } })
    expect(answer).toMatchObject({ status: 400, ...refusal('RequestInvalid') })
  })
  test.each(['key-1', '', undefined])('the API key %s', async (apiKeyId) => {
    const identity = { sourceIp: '192.0.2.1', apiKeyId }
    const answer = await send(form({ token: token() }), { requestContext: { identity } as never })
    expect(answer).toMatchObject({ status: 403, ...refusal('ApiKeyNotAllowed') })
    expect(aws.calls).toEqual([])
  })
  test('an event that is not from API Gateway', async () => {
    expect(await handler({ version: '2.0' }, { awsRequestId: 'x' } as Context)).toMatchObject({ statusCode: 500 })
  })
})

describe('the response to an inactive token has only "active": false', () => {
  test.each<[string, () => string, () => void]>([
    ['no token of ours', () => 'x', () => {}],
    [
      'an ended session',
      token,
      () => Object.assign(responses, { GetItem: { Item: item({ ...ofAlice(), state: { S: 'ended' } }) } }),
    ],
    ['no record', token, () => Object.assign(responses, { GetItem: {} })],
    ['no member', token, () => Object.assign(responses, { AdminListGroupsForUser: { Groups: [] } })],
    [
      'a disabled user',
      token,
      () => Object.assign(responses, { AdminGetUser: { ...user('sub-of-alice'), Enabled: false } }),
    ],
    ['no user', token, () => Object.assign(responses, { AdminGetUser: { __type: 'UserNotFoundException' } })],
  ])('%s', async (_, sent, change) => {
    change()
    const { status, headers, body } = await send(form({ token: sent() }))
    expect([status, body]).toEqual([200, { active: false }])
    expect(headers).not.toHaveProperty('Impersonation-Error')
  })
})

describe('a failure responds with an error:', () => {
  const down = { __type: 'InternalErrorException' }
  test.each<[string, Record<string, object>, number]>([
    ['DynamoDB is down', { GetItem: down }, 503],
    ['DynamoDB throttles', { GetItem: { __type: 'ProvisionedThroughputExceededException' } }, 503],
    ['the function may not read', { GetItem: { __type: 'AccessDeniedException' } }, 503],
    ['Cognito is down', { AdminGetUser: down, AdminListGroupsForUser: down }, 503],
    ['one call of Cognito is down', { AdminListGroupsForUser: down }, 503],
    ['Cognito throttles', { AdminGetUser: { __type: 'TooManyRequestsException' } }, 429],
    ['the function may not look up', { AdminGetUser: { __type: 'AccessDeniedException' } }, 500],
    ['the pool is gone', { AdminGetUser: { __type: 'ResourceNotFoundException' } }, 500],
  ])('%s', async (_, changes, status) => {
    Object.assign(responses, changes)
    const answer = await send(form({ token: token() }))
    expect(answer).toMatchObject({ status, body: { status: 'error' } })
    expect(JSON.stringify(answer)).not.toContain('active')
    expect(lines).toEqual([expect.objectContaining({ event: 'introspection', status, impersonationId: id })])
  })
})

describe('one log line and one outcome a request', () => {
  const outcomes = () => metrics.join('').match(/"outcome":"\w+"/g)
  test.each<[string, () => string, object, string]>([
    ['an active token', () => form({ token: token() }), { level: 'info', status: 200, impersonationId: id }, 'active'],
    [
      'a genuine token of another session',
      () => form({ token: tokenOf('access') }),
      { level: 'info', status: 200, impersonationId: id },
      'inactive',
    ],
    ['a forged token', () => form({ token: `${token()}x` }), { level: 'info', status: 200 }, 'inactive'],
    ['a bad request', () => 'token=a.b.c&token=d.e.f', { level: 'warn', status: 400 }, 'RequestInvalid'],
  ])('%s', async (_, body, expected, outcome) => {
    const sent = body()
    await send(sent)
    expect(lines).toEqual([
      expect.objectContaining({ event: 'introspection', outcome, requestId: 'request-1', ...expected }),
    ])
    expect('impersonationId' in expected).toBe(lines[0]?.impersonationId !== undefined)
    expect(outcomes()?.[0]).toBe(`"outcome":"${outcome}"`)
    for (const [, token = ''] of sent.matchAll(/token=([^&]+)/g))
      for (const part of token.split('.')) {
        if (part.length > 8) expect(JSON.stringify([lines, metrics])).not.toContain(part)
      }
  })
})
