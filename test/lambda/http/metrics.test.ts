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
          ],
        ),
        service: 'the-endpoint',
        Latency: 42,
        Refusals: 0,
      },
    ])
  })

  test.each<[Decision['outcome'], number, number]>([
    ['RequestInvalid', 400, 1],
    ['CredentialsInvalid', 401, 1],
    ['ActorNotAllowed', 403, 1],
    ['SubjectNotFound', 422, 1],
    ['TooManyRequests', 429, 0],
    ['TokensUnfit', 500, 0],
    ['Unavailable', 503, 0],
  ])('with outcome %s and status %i counts %i refusals', (outcome, status, refusals) => {
    expect(printedBy({ outcome, status, milliseconds: 1 })).toMatchObject([{ outcome }, { Refusals: refusals }])
  })
})
