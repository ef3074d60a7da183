import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { describe, expect, jest, test } from '@jest/globals'
import type { DynamoDBRecord } from 'aws-lambda'
import { createPut } from '../../../lambda/events/bus.ts'
import { createPublish, type Unreadable } from '../../../lambda/events/publish.ts'
import { faulty } from '../../support/faults.ts'
import { change, recordIn, tableArn } from './change.ts'

interface Entry {
  Detail: string
}

/** The result of the bus for each entry; the name of an error for a whole request. */
type Bus = (entries: Entry[]) => (string | 'taken')[] | { __type: string }

const eventBus = 'arn:aws:events:us-east-1:000000000000:event-bus/security'

/** @param bus how the bus answers. Default: takes everything */
function publisher(bus: Bus = (entries) => entries.map(() => 'taken')) {
  const requests: { Entries: (Entry & Record<string, unknown>)[] }[] = []
  const taken: string[] = []
  const behaviour = { fault: () => undefined, invalidBody: () => '', delay: () => 0 }
  const perform = (_: string, input: object) => {
    const request = input as (typeof requests)[number]
    requests.push(request)
    const results = bus(request.Entries)
    if (!Array.isArray(results)) return results
    const Entries = results.map((result, index) => {
      if (result !== 'taken') return { ErrorCode: result, ErrorMessage: 'no' }
      taken.push(JSON.parse(request.Entries[index]?.Detail ?? '').sequence.replace(/^0+/, ''))
      return { EventId: String(index) }
    })
    return { FailedEntryCount: results.filter((result) => result !== 'taken').length, Entries }
  }
  const eventBridge = new EventBridgeClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: faulty(perform, behaviour) as never,
  })
  const letters: Unreadable[] = []
  const setAside = jest.fn(async (letter: Unreadable) => void letters.push(letter))
  const log = { error: jest.fn() }
  const publish = createPublish({ put: createPut({ eventBridge, eventBus, timeout: 2_000 }), setAside, log })
  return { publish, requests, taken, letters, setAside, log }
}

/** Changes 1 to `count`, each of a new record. */
const changes = (count: number) =>
  Array.from({ length: count }, (_, index) => change({ after: recordIn('requested') }, String(index + 1)))
const unreadable = (number: string) => {
  const record = change({ after: recordIn('requested') }, number)
  Object.assign(record.dynamodb?.NewImage ?? {}, { state: { S: 'paused' } })
  return record
}
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => String(from + index))

/** Repeats as Lambda does: from the record that the function reported. */
async function untilDone(publish: ReturnType<typeof publisher>['publish'], records: DynamoDBRecord[]): Promise<void> {
  const { batchItemFailures } = await publish({ Records: records })
  const [failed] = batchItemFailures
  if (!failed) return
  const from = records.findIndex((record) => record.dynamodb?.SequenceNumber === failed.itemIdentifier)
  await untilDone(publish, records.slice(Math.max(from, 0)))
}

describe('publish', () => {
  test('puts our events to the bus of the setting, with the table as resource', async () => {
    const { publish, requests } = publisher()
    expect(await publish({ Records: changes(1) })).toEqual({ batchItemFailures: [] })
    expect(requests).toEqual([
      {
        Entries: [
          {
            EventBusName: eventBus,
            Source: 'cognito-impersonation',
            DetailType: 'Impersonation changed',
            Time: 1_795_619_400,
            Resources: [tableArn],
            Detail: expect.stringContaining('"eventType":"user.session.impersonation.request"'),
          },
        ],
      },
    ])
  })

  test('puts at most ten events in a request, in the order of the stream', async () => {
    const { publish, requests, taken } = publisher()
    await publish({ Records: changes(23) })
    expect(requests.map(({ Entries }) => Entries.length)).toEqual([10, 10, 3])
    expect(taken).toEqual(numbers(1, 23))
  })

  test('keeps ten of the largest events below the limit of a request', async () => {
    const { publish, requests } = publisher()
    const large = recordIn('ended', {
      reason: '\u{1F600}'.repeat(1_000),
      userAgent: '"'.repeat(512),
      browserUserAgent: '"'.repeat(512),
      subjectAsked: 'ą'.repeat(128),
      subjectUsername: 'ą'.repeat(128),
      actorUsername: 'ą'.repeat(128),
      endedByUsername: 'ą'.repeat(128),
    })
    await publish({ Records: Array.from({ length: 10 }, () => change({ after: large })) })
    expect(Buffer.byteLength(JSON.stringify(requests))).toBeLessThan(256 * 1024)
  })

  test('names no resource for a record without a stream', async () => {
    const { publish, requests } = publisher()
    const { eventSourceARN, ...record } = change({ after: recordIn('requested') })
    await publish({ Records: [record] })
    expect(requests[0]?.Entries[0]).not.toHaveProperty('Resources')
  })

  test('makes no request for a batch without events', async () => {
    const { publish, requests } = publisher()
    const counter = { id: 'actor#sub-of-olivia#1', count: 1 }
    expect(await publish({ Records: [change({ after: counter }), change({ before: recordIn('ended') })] })).toEqual({
      batchItemFailures: [],
    })
    expect(requests).toEqual([])
  })
})

describe('if the bus fails, publish', () => {
  test('reports the first event that the bus did not take, and no request follows', async () => {
    const { publish, requests, log } = publisher((entries) =>
      entries.map((_, index) => (index === 3 || index === 5 ? 'ThrottlingException' : 'taken')),
    )
    expect(await publish({ Records: changes(23) })).toEqual({ batchItemFailures: [{ itemIdentifier: '4' }] })
    expect(requests).toHaveLength(1)
    expect(log.error).toHaveBeenCalledWith({
      event: 'events-failed',
      sequenceNumber: '4',
      error: expect.objectContaining({ name: 'EventRefused', code: 'ThrottlingException' }),
    })
  })

  test('reports the first event of a request that fails', async () => {
    let calls = 0
    const { publish } = publisher((entries) =>
      ++calls === 2 ? { __type: 'AccessDeniedException' } : entries.map(() => 'taken'),
    )
    expect(await publish({ Records: changes(23) })).toEqual({ batchItemFailures: [{ itemIdentifier: '11' }] })
  })

  test.each<[string, Bus]>([
    ['without entries', () => []],
    ['with too few entries', () => ['taken']],
  ])('counts an event as failed if the response is %s', async (_, bus) => {
    const { publish } = publisher(bus)
    const { batchItemFailures } = await publish({ Records: changes(3) })
    expect(batchItemFailures).toEqual([{ itemIdentifier: bus([]).toString() === 'taken' ? '2' : '1' }])
  })

  test('loses nothing over the repeats, and repeats in order', async () => {
    let calls = 0
    const faultsOf: Record<number, Bus> = {
      1: () => ({ __type: 'InternalException' }),
      2: (entries) => entries.map((_, index) => (index % 4 === 2 ? 'InternalFailure' : 'taken')),
      5: () => ({ __type: 'ThrottlingException' }),
      6: (entries) => entries.map((_, index) => (index === 0 ? 'taken' : 'InternalFailure')),
    }
    const { publish, taken } = publisher((entries) => faultsOf[++calls]?.(entries) ?? entries.map(() => 'taken'))
    await untilDone(publish, changes(50))
    expect(new Set(taken)).toEqual(new Set(numbers(1, 50)))
    expect(taken.slice(-numbers(41, 50).length)).toEqual(numbers(41, 50))
  })
})

describe('an unreadable record', () => {
  test('goes to the dead-letter queue once, by its id and number, and holds up nothing', async () => {
    const { publish, taken, letters } = publisher()
    const poison = unreadable('3')
    await untilDone(publish, [...changes(2), poison, ...changes(5).slice(3)])
    expect(taken).toEqual(['1', '2', '4', '5'])
    expect(letters).toEqual([expect.objectContaining({ id: poison.dynamodb?.Keys?.id?.S, sequenceNumber: '3' })])
  })

  test('can also be one whose event the bus would never take, because it is too long', async () => {
    const limit = 256 * 1024
    const { publish, taken, letters } = publisher((entries) =>
      Buffer.byteLength(JSON.stringify(entries)) > limit
        ? { __type: 'ValidationException' }
        : entries.map(() => 'taken'),
    )
    // Whoever breaks into oversight can write this name.
    const long = change({ after: recordIn('ended', { endedByUsername: 'x'.repeat(300_000) }) }, '3')
    const together = change({ after: recordIn('ended', { endedByUsername: 'x'.repeat(30_000) }) }, '4')
    await publish({ Records: [...changes(2), long, ...Array(10).fill(together), ...changes(6).slice(4)] })
    expect(taken).toEqual(['1', '2', '5', '6'])
    expect(letters.map(({ sequenceNumber }) => sequenceNumber)).toEqual(['3', ...Array(10).fill('4')])
  })

  test('can also be one that lost its state', async () => {
    const { publish, taken, letters } = publisher()
    const { state, ...stateless } = recordIn('issued')
    await publish({ Records: [change({ before: recordIn('issued'), after: stateless }, '1'), ...changes(2).slice(1)] })
    expect(taken).toEqual(['2'])
    expect(letters.map(({ sequenceNumber }) => sequenceNumber)).toEqual(['1'])
  })

  test('is sent only after the events before it, so that a failing bus does not send it again and again', async () => {
    const { publish, setAside } = publisher(() => ({ __type: 'InternalException' }))
    expect(await publish({ Records: [...changes(2), unreadable('3')] })).toEqual({
      batchItemFailures: [{ itemIdentifier: '1' }],
    })
    expect(setAside).not.toHaveBeenCalled()
  })

  test('is reported if the queue fails', async () => {
    const { publish, setAside, taken } = publisher()
    setAside.mockRejectedValueOnce(new Error('the queue is gone'))
    expect(await publish({ Records: [...changes(2), unreadable('3'), ...changes(4).slice(3)] })).toEqual({
      batchItemFailures: [{ itemIdentifier: '3' }],
    })
    expect(taken).toEqual(['1', '2'])
  })

  test('leaves nothing of the record in the log', async () => {
    const { publish, log } = publisher()
    const poison = unreadable('3')
    await publish({ Records: [poison] })
    const [line] = log.error.mock.calls.flat()
    expect(line).toEqual({
      event: 'event-unreadable',
      id: poison.dynamodb?.Keys?.id?.S,
      sequenceNumber: '3',
      error: expect.objectContaining({ code: 'Fault', message: 'the state is unknown' }),
    })
    expect(JSON.stringify(line)).not.toContain(poison.dynamodb?.NewImage?.grantHash?.S)
  })
})
