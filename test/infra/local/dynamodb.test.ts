import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import { describe, expect, test } from '@jest/globals'
import type { DynamoDBRecord } from 'aws-lambda'
import { localAccess } from '../../../infra/local/client-access.ts'
import { Stack } from '../../../infra/local/cloudformation/stack.ts'
import { startDynamoDb } from '../../../infra/local/dynamodb.ts'
import { place } from './support.ts'

const properties = {
  TableName: 'records',
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'who', AttributeType: 'S' },
  ],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-who',
      KeySchema: [{ AttributeName: 'who', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
  TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
}
const stackOf = (Properties: Record<string, unknown>) =>
  new Stack({ Resources: { Table: { Type: 'AWS::DynamoDB::Table', Properties } } }, place)

describe('startDynamoDb', () => {
  test('answers the requests that it has before it closes', async () => {
    const { url, close } = await startDynamoDb(stackOf(properties))
    const client = new DynamoDBClient({ ...localAccess(place.region, url), maxAttempts: 1 })
    try {
      const { promise: received, resolve } = Promise.withResolvers<unknown>()
      const onStart = (message: unknown) => (message as { request: IncomingMessage }).request.once('end', resolve)
      subscribe('http.server.request.start', onStart)
      const answer = client.send(new GetItemCommand({ TableName: 'records', Key: { id: { S: 'a' } } }))
      await received
      unsubscribe('http.server.request.start', onStart)
      await close()
      expect(await answer).toMatchObject({ $metadata: { httpStatusCode: 200 } })
    } finally {
      client.destroy()
    }
  })

  test('closes although the body of a request never arrives', async () => {
    const { url, close } = await startDynamoDb(stackOf(properties))
    const { promise: received, resolve } = Promise.withResolvers<unknown>()
    subscribe('http.server.request.start', resolve)
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
      socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{'),
    )
    const ended = once(socket, 'close')
    await received
    unsubscribe('http.server.request.start', resolve)
    await close()
    await ended
  })

  test('creates a table with its indexes, ready for use', async () => {
    const { url, close } = await startDynamoDb(stackOf(properties))
    const client = new DynamoDBClient(localAccess(place.region, url))
    const item = { id: { S: 'a' }, who: { S: 'olivia' } }
    try {
      await client.send(new PutItemCommand({ TableName: 'records', Item: item }))
      expect((await client.send(new GetItemCommand({ TableName: 'records', Key: { id: { S: 'a' } } }))).Item).toEqual(
        item,
      )
      const found = await client.send(
        new QueryCommand({
          TableName: 'records',
          IndexName: 'by-who',
          KeyConditionExpression: 'who = :who',
          ExpressionAttributeValues: { ':who': { S: 'olivia' } },
        }),
      )
      expect(found.Items).toEqual([item])
    } finally {
      client.destroy()
      await close()
    }
  })

  test('lets no page read or write', async () => {
    const { url, close } = await startDynamoDb(stackOf(properties))
    try {
      for (const method of ['OPTIONS', 'GET', 'POST']) {
        const { headers } = await fetch(url, {
          method,
          headers: {
            origin: 'https://app.example.com',
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'x-amz-target',
          },
        })
        expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
      }
    } finally {
      await close()
    }
  })

  test('streams each change of an item with the item before and after, in order', async () => {
    const streamed = { ...properties, StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' } }
    const { url, streams, close } = await startDynamoDb(stackOf(streamed))
    const client = new DynamoDBClient({ ...localAccess(place.region, url), maxAttempts: 1 })
    const records: DynamoDBRecord[] = []
    for (const stream of streams) stream.subscribe((record) => records.push(record))
    const TableName = 'records'
    const Key = { id: { S: 'a' } }
    const count = (more: Partial<UpdateItemCommandInput> = {}) =>
      client.send(
        new UpdateItemCommand({
          TableName,
          Key,
          UpdateExpression: 'ADD uses :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
          ...more,
        }),
      )
    try {
      await client.send(new PutItemCommand({ TableName, Item: { ...Key, uses: { N: '0' } } }))
      // Writes nothing new.
      await client.send(new PutItemCommand({ TableName, Item: { uses: { N: '0' }, ...Key } }))
      await Promise.all(Array.from({ length: 20 }, () => count()))
      await expect(count({ ConditionExpression: 'attribute_not_exists(id)' })).rejects.toThrow('conditional')
      await client.send(new DeleteItemCommand({ TableName, Key }))
      const batch = [{ PutRequest: { Item: { id: { S: 'b' } } } }]
      await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: batch } }))

      const usesOf = (image?: Record<string, { N?: string }>) => image && Number(image.uses?.N)
      expect(
        records.map(({ eventName, dynamodb }) => [eventName, usesOf(dynamodb?.OldImage), usesOf(dynamodb?.NewImage)]),
      ).toEqual([
        ['INSERT', undefined, 0],
        ...Array.from({ length: 20 }, (_, uses) => ['MODIFY', uses, uses + 1]),
        ['REMOVE', 20, undefined],
        ['INSERT', undefined, Number.NaN],
      ])
      const numbers = records.map(({ dynamodb }) => String(dynamodb?.SequenceNumber))
      expect(numbers.toSorted()).toEqual(numbers)
      expect(new Set(numbers).size).toBe(numbers.length)
      expect(numbers[0]).toMatch(/^\d{21,40}$/)
      expect(records[0]).toMatchObject({
        eventSource: 'aws:dynamodb',
        eventSourceARN: expect.stringMatching(/^arn:aws:dynamodb:us-east-1:000000000000:table\/records\/stream\/./),
        dynamodb: { Keys: { id: { S: 'a' } }, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      })
    } finally {
      client.destroy()
      await close()
    }
  })

  test('streams nothing of a table without a stream', async () => {
    const { streams, close } = await startDynamoDb(stackOf(properties))
    await close()
    expect(streams).toEqual([])
  })

  test('rejects a stream without the old and new items', async () => {
    const keys = { ...properties, StreamSpecification: { StreamViewType: 'KEYS_ONLY' } }
    await expect(startDynamoDb(stackOf(keys))).rejects.toThrow('Table has a stream of KEYS_ONLY')
  })

  test('rejects an unknown property with an error that names it', async () => {
    await expect(startDynamoDb(stackOf({ ...properties, ImportSourceSpecification: {} }))).rejects.toThrow(
      'Table (AWS::DynamoDB::Table) sets ImportSourceSpecification',
    )
  })
})
