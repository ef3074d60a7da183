import { describe, expect, test } from '@jest/globals'
import { createReport } from '../../../../infra/local/command/report.ts'
import type { LogEntry } from '../../../../infra/local/log.ts'

const request = {
  source: 'gateway' as const,
  requestId: 'r-1',
  method: 'POST',
  path: '/v1/auth/impersonate',
  status: 200,
  milliseconds: 42,
}
const decision = {
  event: 'impersonation',
  requestId: 'r-1',
  actorUsername: 'olivia',
  subject: 'alice',
  outcome: 'issued',
}
const logged = (message: unknown, line: Record<string, unknown> = {}): LogEntry => ({
  source: 'function',
  functionName: 'endpoint',
  line: { level: 'INFO', ...line, message },
})

function linesOf(...entries: LogEntry[]): string[] {
  const lines: string[] = []
  const noon = new Date(2026, 10, 22, 12, 0, 0)
  const report = createReport({ write: (line) => lines.push(line), style: (_format, text) => text, now: () => noon })
  for (const entry of entries) report(entry)
  return lines
}

describe('a request', () => {
  test('prints one line: actor, subject, outcome, id, milliseconds', () => {
    expect(linesOf(logged(decision), { ...request, impersonationId: 'i-1' })).toEqual([
      '12:00:00  200  POST /v1/auth/impersonate  olivia as alice: issued  impersonation i-1  42 ms',
    ])
  })

  test.each<[string, Partial<typeof decision>, string]>([
    [
      'without an actor',
      { actorUsername: undefined, outcome: 'SubjectNotFound' } as never,
      'somebody as alice: SubjectNotFound',
    ],
    ['without a subject', { subject: undefined, outcome: 'RequestInvalid' } as never, 'olivia: RequestInvalid'],
    [
      'without actor and subject',
      { actorUsername: undefined, subject: undefined, outcome: 'CredentialsInvalid' } as never,
      'CredentialsInvalid',
    ],
  ])('%s prints what is known', (_name, part, text) => {
    expect(linesOf(logged({ ...decision, ...part }), { ...request, status: 400 })).toEqual([
      `12:00:00  400  POST /v1/auth/impersonate  ${text}  request r-1  42 ms`,
    ])
  })

  test.each<[string, object, string]>([
    ['oversight', { callerUsername: 'audrey', outcome: 'ended' }, 'audrey: ended'],
    ['introspection', { outcome: 'inactive' }, 'inactive'],
  ])('to %s prints one line', (event, part, text) => {
    const line = { event, requestId: 'r-1', ...part }
    expect(linesOf(logged(line), request)).toEqual([
      `12:00:00  200  POST /v1/auth/impersonate  ${text}  request r-1  42 ms`,
    ])
  })

  test('prints the type of gateway response when API Gateway responds without the function', () => {
    expect(linesOf({ ...request, status: 429, gatewayResponse: 'THROTTLED' })).toEqual([
      '12:00:00  429  POST /v1/auth/impersonate  THROTTLED  request r-1  42 ms',
    ])
  })

  test('does not print the decision of another request', () => {
    expect(linesOf(logged({ ...decision, requestId: 'r-2' }), request)[0]).not.toContain('olivia')
    expect(linesOf(logged(decision), request, request)[1]).not.toContain('olivia')
  })
})

describe('other log entries', () => {
  test('a denial by a trigger is one line, although Lambda logs the error too', () => {
    const denied = {
      event: 'trigger-denied',
      trigger: 'TokenGeneration_Authentication',
      subject: 'root',
      error: { code: 'SubjectProtected' },
    }
    const thrown = { errorType: 'ImpersonationError', errorMessage: 'protected' }
    const lines = linesOf(
      logged(denied, { requestId: 'l-1' }),
      logged(thrown, { requestId: 'l-1' }),
      logged(thrown, { requestId: 'l-2', level: 'ERROR' }),
    )
    expect(lines).toEqual([
      '12:00:00  DENY  TokenGeneration_Authentication  root: SubjectProtected',
      '12:00:00  ERROR  endpoint  ImpersonationError: protected',
    ])
  })

  test.each<[string, LogEntry, string]>([
    ['text', logged('well'), 'INFO  endpoint  well'],
    ['an object', logged({ a: 1 }), 'INFO  endpoint  {"a":1}'],
    [
      'a line without a message',
      { source: 'function', functionName: 'endpoint', line: { own: 1 } },
      'LOG  endpoint  {"own":1}',
    ],
    ['a message of the run', { source: 'run', message: 'may not' }, 'NOTE  may not'],
  ])('prints %s', (_name, entry, text) => {
    expect(linesOf(entry)).toEqual([`12:00:00  ${text}`])
  })

  test('metrics for CloudWatch are not printed', () => {
    const line = { _aws: { CloudWatchMetrics: [] }, issued: 1 }
    expect(linesOf({ source: 'function', functionName: 'endpoint', line })).toEqual([])
  })

  test('control characters do not reach the terminal', () => {
    const clear = '\u001b[2J'
    const lines = linesOf(
      logged(`a${clear}\nb`),
      logged({ ...decision, subject: clear, actorUsername: clear }),
      { ...request, path: clear, impersonationId: clear },
      logged({ event: 'trigger-denied', trigger: 'T', subject: clear }),
      { source: 'run', message: clear },
    )
    expect(lines.join('')).not.toMatch(/\p{C}/u)
  })
})

test('the colour depends on the status', () => {
  const styled: unknown[] = []
  const style = (format: unknown, text: string) => {
    styled.push([format, text])
    return text
  }
  const report = createReport({ write: () => {}, style })
  for (const status of [200, 404, 500]) report({ ...request, status })
  expect(styled).toEqual(
    expect.arrayContaining([
      ['green', '200'],
      ['yellow', '404'],
      ['red', '500'],
    ]),
  )
})

describe('a custom resource', () => {
  const entry = { event: 'custom-resource', RequestType: 'Create', PhysicalResourceId: 'pool/triggers' }

  test('prints one line: the request type and the resource', () => {
    expect(linesOf(logged(entry))).toEqual(['12:00:00  Create  pool/triggers'])
  })

  test('prints the reason of a failure', () => {
    expect(linesOf(logged({ ...entry, failed: 'the slot is taken' }, { level: 'ERROR' }))).toEqual([
      '12:00:00  Create  pool/triggers  the slot is taken',
    ])
  })
})

describe('an event on the bus', () => {
  const detail = {
    eventType: 'user.session.impersonation.initiate',
    id: 'i-1',
    actor: { sub: 's', username: 'olivia' },
    subject: { sub: 't', username: 'alice', asked: 'alice@example.com' },
  }
  const event = (changes: Record<string, unknown>): LogEntry => ({
    source: 'events',
    bus: 'default',
    event: { source: 'shop', 'detail-type': 'Order paid', detail: changes } as never,
  })

  test('prints its type, the two people and the id', () => {
    expect(linesOf(event(detail))).toEqual([
      '12:00:00  EVENT  user.session.impersonation.initiate  olivia as alice  impersonation i-1',
    ])
  })

  test('prints the name that was asked for, before the subject is known', () => {
    expect(linesOf(event({ ...detail, subject: { asked: 'alice@example.com' } }))).toEqual([
      '12:00:00  EVENT  user.session.impersonation.initiate  olivia as alice@example.com  impersonation i-1',
    ])
  })

  test('prints the detail-type of others, and no control characters', () => {
    expect(linesOf(event({}), event({ ...detail, id: '\u001b[2J' }))).toEqual([
      '12:00:00  EVENT  Order paid',
      '12:00:00  EVENT  user.session.impersonation.initiate  olivia as alice  impersonation �[2J',
    ])
  })
})
