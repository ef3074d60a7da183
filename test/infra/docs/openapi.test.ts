// infra/docs/openapi.yaml: what it says is what the contract, the code and API Gateway's answers say.

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

/** The messages of a status's examples. */
function messagesOf(status: string | number): string[] {
  const { example, examples } = responses[status]?.content['application/json'] ?? {}
  const values = examples ? Object.values(examples).map(({ value }) => value) : [example]
  return values.map((value) => (value as { message: string }).message)
}

describe('the document', () => {
  test('has nothing for the linter to say', () => {
    const { status, stderr } = spawnSync('npm', ['run', '--silent', 'lint:openapi'], { encoding: 'utf8' })
    expect({ status, stderr }).toMatchObject({ status: 0 })
  })

  test('is of one operation, deprecated, in the version of the published page', () => {
    expect(description.openapi).toMatch(/^3\.1\./)
    expect(description.info.version).toBe('1.5')
    expect(Object.entries(description.paths).map(([path, item]) => [path, Object.keys(item)])).toEqual([
      [path, ['post']],
    ])
    expect(operation.deprecated).toBe(true)
  })

  test('asks for an API key beside each form of Authorization', () => {
    expect(operation.security).toEqual([
      { ApiKeyAuth: [], BasicAuth: [] },
      { ApiKeyAuth: [], IdToken: [] },
      { ApiKeyAuth: [], BearerIdToken: [] },
    ])
  })

  test('lists the contract’s statuses, and no other', () => {
    const statuses = [200, 400, 401, 403, 404, 413, 415, 422, 429, 500, 503]
    expect(Object.keys(responses)).toEqual(statuses.map(String))
  })

  test('lists every status that API Gateway is told to answer with', () => {
    const statuses = gatewayResponses.flatMap(({ StatusCode }) => StatusCode ?? [])
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(statuses))
  })

  const username = 'alice'
  test.each<[string, unknown]>([
    ['a username', { username }],
    ['an alias', { username: 'alice@example.com' }],
    ['the longest username', { username: '😀'.repeat(128) }],
    ['a reason, and blanks round it', { username, reason: ' ticket 7\n' }],
    ['the longest reason, and blanks round it', { username, reason: ` ${'😀'.repeat(1000)} ` }],
    ['another field', { username, admin: true }],
    ['nothing', {}],
    ['an array', [username]],
    ['null', null],
    ['a string', username],
    ['null for a username', { username: null }],
    ['an empty username', { username: '' }],
    ['a blank in the username', { username: 'al ice' }],
    ['a line break behind the username', { username: 'alice\n' }],
    ['a username too long', { username: 'x'.repeat(129) }],
    ['null for a reason', { username, reason: null }],
    ['a blank reason', { username, reason: ' \n' }],
    ['a reason too long', { username, reason: 'x'.repeat(1001) }],
  ])('takes a body if the endpoint takes it: %s', (_, body) => {
    const schema = operation.requestBody.content['application/json']?.schema ?? {}
    expect(misfits(schema, body).length === 0).toBe(isTaken(body))
  })
})

function isTaken(body: unknown): boolean {
  try {
    readRequest(body, { reasonRequired: false })
    return true
  } catch {
    return false
  }
}

describe('its examples are messages of', () => {
  test.each([
    'INVALID_API_KEY',
    'RESOURCE_NOT_FOUND',
    'REQUEST_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'THROTTLED',
    'QUOTA_EXCEEDED',
  ])('API Gateway: %s', (type) => {
    const { StatusCode, ResponseTemplates } = gatewayResponses.find(({ ResponseType }) => ResponseType === type) ?? {}
    expect(messagesOf(StatusCode)).toContain(JSON.parse(ResponseTemplates['application/json']).message)
  })

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
    'TooManyRequests',
  ])('the endpoint: %s', (code) => {
    const { status, message } = new ImpersonationError(code)
    expect(messagesOf(status)).toContain(message)
  })
})

describe('an answer', () => {
  const answer = (status: number, headers: Record<string, string> = {}, body: unknown = {}) => ({
    status,
    headers: new Headers({ 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers }),
    body,
  })
  const error = { status: 'error', message: 'no' }

  test.each([
    ['a refusal', 'POST', path, answer(403, {}, error)],
    ['a throttle', 'POST', path, answer(429, { 'Retry-After': '1' }, error)],
    ['404 on another method', 'GET', path, answer(404, {}, error)],
    ['404 on another path', 'POST', '/nowhere', answer(404, {}, error)],
  ])('is described: %s', (_, method, path, given) => {
    expect(undescribed(method, path, given)).toEqual([])
  })

  test.each([
    ['a status', 'POST', path, answer(418, {}, error)],
    ['a status of another operation', 'POST', '/nowhere', answer(403, {}, error)],
    ['a media type', 'POST', path, answer(403, { 'Content-Type': 'text/html' }, error)],
    ['a header that is missing', 'POST', path, answer(429, {}, error)],
    ['a header of another form', 'POST', path, answer(429, { 'Retry-After': 'soon' }, error)],
    ['an answer that may be kept', 'POST', path, answer(403, { 'Cache-Control': 'max-age=9' }, error)],
    ['a field that is missing', 'POST', path, answer(403, {}, { status: 'error' })],
    ['a field too many', 'POST', path, answer(403, {}, { ...error, detail: 'x' })],
  ])('is not described: %s', (_, method, path, given) => {
    expect(undescribed(method, path, given)).toHaveLength(1)
  })
})
