// Checks the metrics that CloudWatch reads in the log.

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { createCount, type Decision } from '../../../lambda/http/metrics.ts'

let printed: string
beforeEach(() => {
  printed = ''
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text
    return true
  })
})
afterEach(() => {
  jest.restoreAllMocks()
})

/** @returns the printed lines, parsed. */
function printedBy(decision: Decision) {
  createCount('the-endpoint')(decision)
  return printed
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

describe('a decision', () => {
  test('is counted by outcome and timed, with only lines of the embedded metric format', () => {
    const directive = (dimensions: string[], metrics: object[]) => ({
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [{ Namespace: 'CognitoImpersonation', Dimensions: [dimensions], Metrics: metrics }],
    })
    expect(printedBy({ outcome: 'issued', status: 200, milliseconds: 42 })).toEqual([
      {
        _aws: directive(['service', 'outcome'], [{ Name: 'Decisions', Unit: 'Count' }]),
        service: 'the-endpoint',
        outcome: 'issued',
        Decisions: 1,
      },
      {
        _aws: directive(
          ['service'],
          [
            { Name: 'Latency', Unit: 'Milliseconds' },
            { Name: 'Refusals', Unit: 'Count' },
            { Name: 'Faults', Unit: 'Count' },
          ],
        ),
        service: 'the-endpoint',
        Latency: 42,
        Refusals: 0,
        Faults: 0,
      },
    ])
  })

  test.each<[Decision['outcome'], number, { Refusals: number; Faults: number }]>([
    ['RequestInvalid', 400, { Refusals: 1, Faults: 0 }],
    ['CredentialsInvalid', 401, { Refusals: 1, Faults: 0 }],
    ['ActorNotAllowed', 403, { Refusals: 1, Faults: 0 }],
    ['SubjectNotFound', 422, { Refusals: 1, Faults: 0 }],
    ['TooManyRequests', 429, { Refusals: 0, Faults: 1 }],
    ['ActorLimit', 429, { Refusals: 1, Faults: 0 }],
    ['TokensUnfit', 500, { Refusals: 0, Faults: 1 }],
    ['Unavailable', 503, { Refusals: 0, Faults: 1 }],
  ])('with outcome %s and status %i counts %j', (outcome, status, counted) => {
    expect(printedBy({ outcome, status, milliseconds: 1 })).toMatchObject([{ outcome }, counted])
  })
})
