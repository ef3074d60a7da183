// infra/docs/openapi.yaml agrees with the contract, the code and API Gateway's responses.

import { spawnSync } from 'node:child_process'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { gatewayOnlyCodes } from '../../../infra/api/gateway-responses.ts'
import { readRequest } from '../../../lambda/endpoint/request.ts'
import { type Code, codes, ImpersonationError } from '../../../lambda/errors.ts'
import { description, misfits, type Operation, operations, responseOf, undescribed } from '../../acceptance/contract.ts'
import { ofType, type Resource, routesOf, templateOf } from '../template.ts'

const path = '/auth/impersonate'
const operation = description.paths[path]?.post as Operation
let gatewayResponses: Resource['Properties'][]
beforeAll(async () => {
  gatewayResponses = Object.values(ofType(await templateOf(), 'AWS::ApiGateway::GatewayResponse'))
})

/** The messages in the examples of a status of POST /auth/impersonate. */
function messagesOf(status: string | number): string[] {
  const { example, examples } = responseOf(operation, status)?.content['application/json'] ?? {}
  const values = examples ? Object.values(examples).map(({ value }) => value) : [example]
  return values.map((value) => (value as { message: string }).message)
}

describe('the document', () => {
  test('passes the linter', () => {
    const { status, stderr } = spawnSync('npm', ['run', '--silent', 'lint:openapi'], { encoding: 'utf8' })
    expect({ status, stderr }).toMatchObject({ status: 0 })
  })

  test('has the published operation, deprecated, in the published version', () => {
    expect(description.openapi).toMatch(/^3\.1\./)
    expect(description.info.version).toBe('1.5')
    expect(operation).toMatchObject({ operationId: 'impersonateUser', deprecated: true })
  })

  test('has the routes of the stack', async () => {
    // A preflight is the browser's, not the app's.
    const routes = routesOf(await templateOf()).filter((route) => !route.startsWith('OPTIONS '))
    expect(operations.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(routes.toSorted())
  })

  const key = { ApiKeyAuth: [] }
  const idTokens = [{ IdToken: [] }, { BearerIdToken: [] }]
  test.each([
    ['impersonateUser', [{ ...key, BasicAuth: [] }, ...idTokens.map((scheme) => ({ ...key, ...scheme }))]],
    ['listImpersonations', [{ ...key, BasicAuth: [] }, ...idTokens.map((scheme) => ({ ...key, ...scheme }))]],
    ['readImpersonation', [{ ...key, BasicAuth: [] }, ...idTokens.map((scheme) => ({ ...key, ...scheme }))]],
    ['endImpersonations', [{ ...key, BasicAuth: [] }, ...idTokens.map((scheme) => ({ ...key, ...scheme }))]],
    ['prepareImpersonation', [{ ...key, BasicAuth: [] }, ...idTokens.map((scheme) => ({ ...key, ...scheme }))]],
    ['redeemTicket', []],
    ['endImpersonation', idTokens],
    ['introspectToken', [{ ResourceServerKeyAuth: [] }]],
  ])('names the credentials of %s', (operationId, security) => {
    expect(operations.find(({ operation }) => operation.operationId === operationId)?.operation.security).toEqual(
      security,
    )
  })

  test('lists exactly the contract’s statuses', () => {
    const statuses = [200, 400, 401, 403, 404, 413, 415, 422, 429, 431, 500, 503]
    expect(Object.keys(operation.responses)).toEqual(statuses.map(String))
  })

  test.each(operations)('lists every status of the gateway responses: $method $path', ({ operation }) => {
    const statuses = gatewayResponses.flatMap(({ StatusCode }) => StatusCode ?? [])
    const possible = statuses.filter((status) => status !== '401' || operation.operationId !== 'introspectToken')
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(possible))
  })

  test('lists every code of the header Impersonation-Error', () => {
    const { enum: listed = [] } = description.components.schemas.ErrorCode ?? {}
    expect(listed.toSorted()).toEqual([...codes, ...gatewayOnlyCodes].toSorted())
  })

  test('lets no request schema accept any field by name, so that a generated client refuses typos', () => {
    const bodies = operations.flatMap(({ operation }) => Object.values(operation.requestBody?.content ?? {}))
    expect(bodies).toHaveLength(4)
    for (const name of ['ImpersonationRequest', 'TicketRequest', 'IntrospectionRequest']) {
      expect(description.components.schemas[name]).not.toHaveProperty('additionalProperties')
    }
  })

  const username = 'alice'
  test.each<[string, unknown]>([
    ['a username', { username }],
    ['an alias', { username: 'alice@example.com' }],
    ['the longest username', { username: '😀'.repeat(128) }],
    ['a reason with blanks around it', { username, reason: ' ticket 7\n' }],
    ['the longest reason, with blanks around it', { username, reason: ` ${'😀'.repeat(1000)} ` }],
    ['an additional field', { username, admin: true }],
    ['nothing', {}],
    ['an array', [username]],
    ['null', null],
    ['a string', username],
    ['null for a username', { username: null }],
    ['an empty username', { username: '' }],
    ['a blank in the username', { username: 'al ice' }],
    ['a line break after the username', { username: 'alice\n' }],
    ['a username too long', { username: 'x'.repeat(129) }],
    ['null for a reason', { username, reason: null }],
    ['a blank reason', { username, reason: ' \n' }],
    ['a reason too long', { username, reason: 'x'.repeat(1001) }],
    ['line breaks and tabs in a reason', { username, reason: '\r\n one\ttwo\nthree\r\n\r\nfour\u2028five\n' }],
    ['a reason between control characters that are blanks', { username, reason: '\v\f\rx\r\f\v' }],
    ['a NUL', { username, reason: 'a\0b' }],
    ['a NUL alone', { username, reason: '\0' }],
    ['an escape character at the end', { username, reason: 'a\u001b' }],
    ['a next-line character', { username, reason: 'a\u0085b' }],
    ['a carriage return alone', { username, reason: 'a \r b' }],
    ['a vertical tab', { username, reason: 'a\vb' }],
    ['a form feed', { username, reason: 'a\n\f\nb' }],
    ['a right-to-left override', { username, reason: 'a\u202eb' }],
    ['a right-to-left isolate at the start', { username, reason: '\u2067b' }],
    ['an Arabic letter mark', { username, reason: 'a\u061c' }],
    ['a family, a flag of tag characters, and an Arabic word', { username, reason: '👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 مرحبا' }],
  ])('accepts a body if and only if the endpoint does: %s', (_, body) => {
    const schema = operation.requestBody?.content['application/json']?.schema ?? {}
    expect(misfits(schema, body).length === 0).toBe(endpointAccepts(body))
  })
})

function endpointAccepts(body: unknown): boolean {
  try {
    readRequest(body, { reasonRequired: false, reasonForm: undefined })
    return true
  } catch {
    return false
  }
}

describe('the examples contain the messages of', () => {
  test.each(['INVALID_API_KEY', 'RESOURCE_NOT_FOUND', 'UNSUPPORTED_MEDIA_TYPE', 'THROTTLED', 'QUOTA_EXCEEDED'])(
    'API Gateway: %s',
    (type) => {
      const { StatusCode, ResponseTemplates } = gatewayResponses.find(({ ResponseType }) => ResponseType === type) ?? {}
      expect(messagesOf(StatusCode)).toContain(JSON.parse(ResponseTemplates['application/json']).message)
    },
  )

  test.each<Code>([
    'CredentialsInvalid',
    'ActorNotAllowed',
    'ActorImpersonated',
    'SubjectIsActor',
    'SubjectProtected',
    'SubjectNotFound',
    'SubjectDisabled',
    'SubjectUnconfirmed',
    'SubjectMustResetPassword',
    'SubjectFederated',
    'SubjectChallenged',
    'SubjectInvitationExpired',
    'SubjectRefused',
    'TooManyRequests',
  ])('the endpoint: %s', (code) => {
    const { status, message } = new ImpersonationError(code)
    expect(messagesOf(status)).toContain(message)
  })
})

describe('a response', () => {
  const response = (status: number, headers: Record<string, string> = {}, body: unknown = {}) => ({
    status,
    headers: new Headers({
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      'Impersonation-Error': 'NotYours',
      ...headers,
    }),
    body,
  })
  const error = { status: 'error', message: 'no' }

  test.each([
    ['a refusal', 'POST', path, response(403, {}, error)],
    ['a throttle', 'POST', path, response(429, { 'Retry-After': '1' }, error)],
    ['404 on another method', 'GET', path, response(404, {}, error)],
    ['404 on another path', 'POST', '/nowhere', response(404, {}, error)],
    ['404 on an id', 'GET', '/auth/impersonations/x', response(404, {}, error)],
    ['a list', 'GET', '/auth/impersonations?live=true', response(200, {}, { impersonations: [] })],
    ['an inactive token', 'POST', '/auth/introspect', response(200, {}, { active: false })],
  ])('fits the document: %s', (_, method, path, sent) => {
    expect(undescribed({ method, path }, sent)).toEqual([])
  })

  test.each([
    ['an unknown status', 'POST', path, response(418, {}, error)],
    ['a status of another operation', 'POST', '/nowhere', response(403, {}, error)],
    ['an unknown media type', 'POST', path, response(403, { 'Content-Type': 'text/html' }, error)],
    ['a missing header', 'POST', path, response(429, {}, error)],
    ['an unknown code', 'POST', path, response(403, { 'Impersonation-Error': 'Unknown' }, error)],
    ['a malformed header', 'POST', path, response(429, { 'Retry-After': 'soon' }, error)],
    ['a cacheable response', 'POST', path, response(403, { 'Cache-Control': 'max-age=9' }, error)],
    ['a missing field', 'POST', path, response(403, {}, { status: 'error' })],
    ['an additional field', 'POST', path, response(403, {}, { ...error, detail: 'x' })],
  ])('does not fit the document: %s', (_, method, path, sent) => {
    expect(undescribed({ method, path }, sent)).toHaveLength(1)
  })

  test.each([
    ['a record without a state', 'GET', '/auth/impersonations', response(200, {}, { impersonations: [{ id: 'x' }] })],
    ['claims of an inactive token', 'POST', '/auth/introspect', response(200, {}, { active: false, sub: 'x' })],
  ])('does not fit the document in several ways: %s', (_, method, path, sent) => {
    expect(undescribed({ method, path }, sent).length).toBeGreaterThan(0)
  })
})
