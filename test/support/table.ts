// A records table in dynalite, and a DynamoDB client with scripted responses.

import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'
import { listen } from '../../infra/local/listen.ts'
import { byActor, byDay, bySubject, partitionKey } from '../../lambda/records-schema.ts'
import { faulty } from './faults.ts'

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }

const indexes = [byActor, bySubject, byDay]
const attribute = (AttributeType: 'S' | 'N') => (AttributeName: string) => ({ AttributeName, AttributeType })

export async function startTable(tableName = 'records') {
  const server = dynalite({ createTableMs: 0 })
  const port = await listen(server)
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
      KeySchema: [{ AttributeName: partitionKey, KeyType: 'HASH' }],
      AttributeDefinitions: [
        ...[partitionKey, ...indexes.map((index) => index.partitionKey)].map(attribute('S')),
        ...[...new Set(indexes.map(({ sortKey }) => sortKey))].map(attribute('N')),
      ],
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.indexName,
        KeySchema: [
          { AttributeName: index.partitionKey, KeyType: 'HASH' },
          { AttributeName: index.sortKey, KeyType: 'RANGE' },
        ],
        // The stack's indexes contain fewer attributes: see infra/records/records-table.ts.
        Projection: { ProjectionType: 'ALL' },
      })),
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

/** A client whose responses come from `answer`. An object with `__type` is an error. */
export function scriptedDynamoDB(answer: (operation: string) => object) {
  const calls: { operation: string; input: Record<string, unknown> }[] = []
  const perform = (operation: string, input: object) => {
    calls.push({ operation, input: input as Record<string, unknown> })
    return answer(operation)
  }
  const behaviour = { fault: () => undefined, invalidBody: () => '', delay: () => 0 }
  const requestHandler = faulty(perform, behaviour) as never
  return { dynamoDB: new DynamoDBClient({ region: 'us-east-1', credentials, maxAttempts: 1, requestHandler }), calls }
}
