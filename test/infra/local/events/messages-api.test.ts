import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { localAccess } from '../../../../infra/local/client-access.ts'
import { createPutEvents } from '../../../../infra/local/events/event-bus.ts'
import { type MessagesApi, startMessagesApi } from '../../../../infra/local/events/messages-api.ts'
import type { BusEvent } from '../../../../infra/local/log.ts'
import { place } from '../support.ts'

let api: MessagesApi
let eventBridge: EventBridgeClient
const taken: [string, BusEvent][] = []
const messages: [string, string][] = []

beforeAll(async () => {
  api = await startMessagesApi({
    putEvents: createPutEvents({ place, take: (bus, event) => taken.push([bus, event]) }),
    send: (queueUrl, body) => messages.push([queueUrl, body]),
  })
  eventBridge = new EventBridgeClient({ ...localAccess(place.region, api.url), maxAttempts: 1 })
})
afterAll(() => api?.close())
beforeEach(() => {
  taken.length = 0
})

const entry = (changes: PutEventsRequestEntry = {}): PutEventsRequestEntry => ({
  EventBusName: 'security',
  Source: 'shop',
  DetailType: 'Order paid',
  Detail: '{"order":42}',
  ...changes,
})
const put = (...Entries: PutEventsRequestEntry[]) => eventBridge.send(new PutEventsCommand({ Entries }))

describe('PutEvents', () => {
  test('makes an event of an entry', async () => {
    const { FailedEntryCount, Entries } = await put(
      entry({ Time: new Date(1_795_619_400_500), Resources: ['arn:table'] }),
    )
    expect([FailedEntryCount, Entries]).toEqual([0, [{ EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) }]])
    expect(taken).toEqual([
      [
        'security',
        {
          version: '0',
          id: Entries?.[0]?.EventId,
          source: 'shop',
          'detail-type': 'Order paid',
          account: place.account,
          region: place.region,
          time: '2026-11-25T15:10:00Z',
          resources: ['arn:table'],
          detail: { order: 42 },
        },
      ],
    ])
  })

  test.each<[string, PutEventsRequestEntry]>([
    ['InvalidArgument', entry({ Source: undefined })],
    ['InvalidArgument', entry({ DetailType: '' })],
    ['InvalidArgument', entry({ Detail: undefined })],
    ['MalformedDetail', entry({ Detail: '{' })],
    ['MalformedDetail', entry({ Detail: '[]' })],
    ['NotAuthorizedForSourceException', entry({ Source: 'aws.shop' })],
  ])('refuses one entry with %s and takes the others', async (code, bad) => {
    const { FailedEntryCount, Entries = [] } = await put(entry(), bad, entry())
    expect(FailedEntryCount).toBe(1)
    expect(Entries.map(({ ErrorCode }) => ErrorCode)).toEqual([undefined, code, undefined])
    expect(taken).toHaveLength(2)
  })

  test.each<[string, PutEventsRequestEntry[]]>([
    ['no entry', []],
    ['eleven entries', Array(11).fill(entry())],
    ['entries of 1 MB', Array(2).fill(entry({ Detail: JSON.stringify({ text: 'x'.repeat(524_288) }) }))],
  ])('refuses a request with %s', async (_, entries) => {
    await expect(put(...entries)).rejects.toMatchObject({ name: 'ValidationException' })
    expect(taken).toEqual([])
  })
})

test('SendMessage takes a message', async () => {
  const sqs = new SQSClient({ ...localAccess(place.region, api.url), useQueueUrlAsEndpoint: false })
  const QueueUrl = 'https://sqs.us-east-1.amazonaws.com/000000000000/letters'
  // The SDK compares the hash in the response.
  await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a letter' }))).resolves.toBeDefined()
  expect(messages).toEqual([[QueueUrl, 'a letter']])
})

test('other operations and bodies are refused', async () => {
  const headers = { 'x-amz-target': 'AWSEvents.PutRule' }
  expect(await (await fetch(api.url, { method: 'POST', headers, body: '{}' })).json()).toMatchObject({
    __type: 'UnknownOperationException',
  })
  const broken = await fetch(api.url, { method: 'POST', headers: { 'x-amz-target': 'AWSEvents.PutEvents' }, body: '{' })
  expect(broken.status).toBe(400)
})
