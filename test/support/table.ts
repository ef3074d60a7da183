// A records table in memory, for tests of what DynamoDB itself decides; and one that answers as it is told.

import type { Server } from 'node:http'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }

export async function startTable(tableName = 'records') {
  const server: Server = dynalite({ createTableMs: 0 })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : address
  const dynamoDB = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  })
  await dynamoDB.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }),
  )
  return {
    dynamoDB,
    tableName,
    async close() {
      dynamoDB.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** A client to which DynamoDB gives one answer, whatever it is asked. */
export function answeringDynamoDB(answer: object): DynamoDBClient {
  const response = { statusCode: 200, headers: {}, body: Buffer.from(JSON.stringify(answer)) }
  return new DynamoDBClient({
    region: 'us-east-1',
    credentials,
    requestHandler: { handle: async () => ({ response }) },
  })
}
