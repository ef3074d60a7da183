import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { describe, expect, test } from '@jest/globals'
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

  test('rejects an unknown property with an error that names it', async () => {
    await expect(startDynamoDb(stackOf({ ...properties, StreamSpecification: {} }))).rejects.toThrow(
      'Table (AWS::DynamoDB::Table) sets StreamSpecification',
    )
  })
})
