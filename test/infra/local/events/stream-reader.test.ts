import { afterEach, describe, expect, test } from '@jest/globals'
import type { DynamoDBRecord } from 'aws-lambda'
import type { EventSource } from '../../../../infra/local/events/event-sources.ts'
import { StreamReader, type StreamReaderOptions } from '../../../../infra/local/events/stream-reader.ts'
import type { Outcome } from '../../../../infra/local/lambda/outcome.ts'
import { until } from '../support.ts'

const queue = 'arn:aws:sqs:us-east-1:000000000000:letters'
const createdAt = 1_000_000

const source: EventSource = {
  functionArn: 'arn:function',
  streamArn: 'arn:stream',
  batchSize: 4,
  patterns: [],
  reportsItemFailures: true,
  bisects: false,
  maximumAge: undefined,
  onFailure: undefined,
}

const record = (number: number, eventName = 'INSERT') =>
  ({
    eventName,
    dynamodb: { SequenceNumber: String(number), ApproximateCreationDateTime: createdAt / 1000 },
  }) as DynamoDBRecord
const failed = (...numbers: unknown[]): Outcome => ({
  kind: 'answer',
  payload: { batchItemFailures: numbers.map((itemIdentifier) => ({ itemIdentifier })) },
})
const done: Outcome = { kind: 'answer', payload: { batchItemFailures: [] } }
const numbersOf = (records: DynamoDBRecord[]) => records.map(({ dynamodb }) => Number(dynamodb?.SequenceNumber))

let reader: StreamReader | undefined
afterEach(() => reader?.close())

/** Reads the records with a function of these outcomes; then it succeeds. @returns the batches that it got */
async function read(
  records: DynamoDBRecord[],
  outcomes: Outcome[],
  changes: Partial<EventSource> = {},
  more: Partial<StreamReaderOptions> = {},
) {
  const batches: number[][] = []
  const letters: [string, object][] = []
  const last = numbersOf(records).at(-1) ?? 0
  let settled = false
  reader = new StreamReader({
    source: { ...source, ...changes },
    async run(functionArn, event) {
      expect(functionArn).toBe('arn:function')
      const { Records } = event as { Records: DynamoDBRecord[] }
      batches.push(numbersOf(Records))
      const outcome = outcomes.shift() ?? done
      settled ||= outcome === done && numbersOf(Records).includes(last)
      return outcome
    },
    giveUp: (queueArn, message) => letters.push([queueArn, message]),
    pauses: { first: 1, last: 2 },
    ...more,
  })
  for (const each of records) reader.receive(each)
  return { batches, letters, settled: () => settled }
}

const five = [1, 2, 3, 4, 5].map((number) => record(number))

describe('a stream reader', () => {
  test('passes the changes on in order, in batches', async () => {
    const { batches, settled } = await read(five, [])
    await until(settled)
    expect(batches.flat()).toEqual([1, 2, 3, 4, 5])
    expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(4)
  })

  test('passes on only what a pattern matches', async () => {
    const { batches, settled } = await read([record(1), record(2, 'REMOVE'), record(3)], [], {
      patterns: [{ eventName: ['INSERT', 'MODIFY'] }],
    })
    await until(settled)
    expect(batches.flat()).toEqual([1, 3])
  })

  test.each<[string, Outcome, number]>([
    ['the reported change', failed('3'), 3],
    ['the first of several', failed('4', '2'), 2],
    ['the beginning, without a number', failed(''), 1],
    ['the beginning, with an unknown number', failed('99'), 1],
    ['the beginning, with no identifier', failed(undefined), 1],
    ['the beginning, after an error', { kind: 'error', errorType: 'Error', errorMessage: 'no' }, 1],
    ['the beginning, after a time-out', { kind: 'timeout', limit: 'function' }, 1],
  ])('repeats a batch from %s', async (_, outcome, from) => {
    const { batches, settled } = await read(five, [done, outcome])
    await until(settled)
    // The first change runs alone: it came before the others.
    const [first, second, third] = batches
    expect([first, second]).toEqual([[1], [2, 3, 4, 5]])
    expect(third?.[0]).toBe(Math.max(from, 2))
  })

  test.each([null, {}, { batchItemFailures: null }])('takes the answer %j for a success', async (payload) => {
    const { batches, settled } = await read(five, [{ kind: 'answer', payload }])
    await until(settled)
    expect(batches).toEqual([[1], [2, 3, 4, 5]])
  })

  test('does not read the failures of a function that may not report them', async () => {
    const { batches } = await read(five, [failed('1'), failed('3')], { reportsItemFailures: false })
    await until(() => batches.length >= 2)
    expect(batches).toEqual([[1], [2, 3, 4, 5]])
  })

  test('halves a batch that fails, if it should', async () => {
    const error: Outcome = { kind: 'error', errorType: 'Error', errorMessage: 'no' }
    const { batches, settled } = await read(five, [done, error, error], { bisects: true })
    await until(settled)
    expect(batches.slice(0, 4)).toEqual([[1], [2, 3, 4, 5], [2, 3], [2]])
  })

  test('gives up changes that are too old, and tells the queue where they were', async () => {
    const { batches, letters, settled } = await read(
      five,
      [done, failed('3')],
      { maximumAge: 60_000, onFailure: queue },
      { now: () => createdAt + 61_000 },
    )
    await until(() => letters.length > 0)
    reader?.receive(record(6))
    await until(() => batches.flat().includes(6))
    expect(settled()).toBe(false)
    expect(letters).toEqual([
      [
        queue,
        expect.objectContaining({
          DDBStreamBatchInfo: expect.objectContaining({
            startSequenceNumber: '3',
            endSequenceNumber: '5',
            batchSize: 3,
            streamArn: 'arn:stream',
          }),
        }),
      ],
    ])
    expect(batches).toEqual([[1], [2, 3, 4, 5], [6]])
  })

  test('keeps trying while the changes are young enough', async () => {
    const { batches, letters, settled } = await read(
      five,
      [done, failed('2'), failed('2'), failed('2')],
      { maximumAge: 60_000, onFailure: queue },
      { now: () => createdAt + 59_000 },
    )
    await until(settled)
    expect(letters).toEqual([])
    expect(batches).toHaveLength(5)
  })
})
