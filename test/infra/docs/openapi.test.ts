// infra/docs/openapi.yaml agrees with the contract, the code and API Gateway's responses.

import { spawnSync } from 'node:child_process'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { readRequest } from '../../../lambda/endpoint/request.ts'
import { type Code, ImpersonationError } from '../../../lambda/errors.ts'
import { description, misfits, type Operation, undescribed } from '../../acceptance/contract.ts'
import { ofType, type Resource, templateOf } from '../template.ts'

const path = '/auth/impersonate'
const operation = description.paths[path]?.post as Operation
const { responses } = operation
let gatewayResponses: Resource['Properties'][]
beforeAll(() => {
  gatewayResponses = Object.values(ofType(templateOf(), 'AWS::ApiGateway::GatewayResponse'))
})

/** The messages in the examples of a status. */
function messagesOf(status: string | number): string[] {
  const { example, examples } = responses[status]?.content['application/json'] ?? {}
  const values = examples ? Object.values(examples).map(({ value }) => value) : [example]
  return values.map((value) => (value as { message: string }).message)
}

describe('the document', () => {
  test('passes the linter', () => {
    const { status, stderr } = spawnSync('npm', ['run', '--silent', 'lint:openapi'], { encoding: 'utf8' })
    expect({ status, stderr }).toMatchObject({ status: 0 })
  })

  test('has one operation, deprecated, and the published version', () => {
    expect(description.openapi).toMatch(/^3\.1\./)
    expect(description.info.version).toBe('1.5')
    expect(Object.entries(description.paths).map(([path, item]) => [path, Object.keys(item)])).toEqual([
      [path, ['post']],
    ])
    expect(operation.deprecated).toBe(true)
  })

  test('requires an API key with each form of Authorization', () => {
    expect(operation.security).toEqual([
      { ApiKeyAuth: [], BasicAuth: [] },
      { ApiKeyAuth: [], IdToken: [] },
      { ApiKeyAuth: [], BearerIdToken: [] },
    ])
  })

  test('lists exactly the contract’s statuses', () => {
    const statuses = [200, 400, 401, 403, 404, 413, 415, 422, 429, 431, 500, 503]
    expect(Object.keys(responses)).toEqual(statuses.map(String))
  })

  test('lists every status of the gateway responses', () => {
    const statuses = gatewayResponses.flatMap(({ StatusCode }) => StatusCode ?? [])
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(statuses))
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
  ])('accepts a body if and only if the endpoint does: %s', (_, body) => {
    const schema = operation.requestBody.content['application/json']?.schema ?? {}
    expect(misfits(schema, body).length === 0).toBe(endpointAccepts(body))
  })
})

function endpointAccepts(body: unknown): boolean {
  try {
    readRequest(body, { reasonRequired: false })
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
    headers: new Headers({ 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers }),
    body,
  })
  const error = { status: 'error', message: 'no' }

  test.each([
    ['a refusal', 'POST', path, response(403, {}, error)],
    ['a throttle', 'POST', path, response(429, { 'Retry-After': '1' }, error)],
    ['404 on another method', 'GET', path, response(404, {}, error)],
    ['404 on another path', 'POST', '/nowhere', response(404, {}, error)],
  ])('fits the document: %s', (_, method, path, sent) => {
    expect(undescribed({ method, path }, sent)).toEqual([])
  })

  test.each([
    ['an unknown status', 'POST', path, response(418, {}, error)],
    ['a status of another operation', 'POST', '/nowhere', response(403, {}, error)],
    ['an unknown media type', 'POST', path, response(403, { 'Content-Type': 'text/html' }, error)],
    ['a missing header', 'POST', path, response(429, {}, error)],
    ['a malformed header', 'POST', path, response(429, { 'Retry-After': 'soon' }, error)],
    ['a cacheable response', 'POST', path, response(403, { 'Cache-Control': 'max-age=9' }, error)],
    ['a missing field', 'POST', path, response(403, {}, { status: 'error' })],
    ['an additional field', 'POST', path, response(403, {}, { ...error, detail: 'x' })],
  ])('does not fit the document: %s', (_, method, path, sent) => {
    expect(undescribed({ method, path }, sent)).toHaveLength(1)
  })
})
