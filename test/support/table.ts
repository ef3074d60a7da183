// A records table in dynalite, and a DynamoDB client with scripted responses.

import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { json } from 'node:stream/consumers'
import { CreateTableCommand } from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'
import { listen } from '../../infra/local/listen.ts'
import { byActor, byDay, bySubject, partitionKey } from '../../lambda/records-schema.ts'
import { inProcessDynamoDB } from './in-process.ts'

/** dynalite wants the parts of a signature, and does not verify them. */
const signed = {
  'Content-Type': 'application/x-amz-json-1.0',
  'X-Amz-Date': '20260101T000000Z',
  Authorization:
    'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
}

const indexes = [byActor, bySubject, byDay]
const attribute = (AttributeType: 'S' | 'N') => (AttributeName: string) => ({ AttributeName, AttributeType })

export async function startTable(tableName = 'records') {
  const server = dynalite({ createTableMs: 0 })
  const port = await listen(server)
  const agent = new Agent({ keepAlive: true })
  /** Runs an operation that an SDK client has serialized. */
  async function perform(operation: string, input: object): Promise<object> {
    const headers = { ...signed, 'X-Amz-Target': `DynamoDB_20120810.${operation}` }
    const sent = request({ host: '127.0.0.1', port, method: 'POST', headers, agent })
    sent.end(JSON.stringify(input))
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    return (await json(response)) as object
  }
  const dynamoDB = inProcessDynamoDB(perform)
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
    perform,
    async close() {
      agent.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** A client whose responses come from `answer`. An object with `__type` is an error. */
export function scriptedDynamoDB(answer: (operation: string) => object) {
  const calls: { operation: string; input: Record<string, unknown> }[] = []
  const dynamoDB = inProcessDynamoDB((operation, input) => {
    calls.push({ operation, input })
    return answer(operation)
  })
  return { dynamoDB, calls }
}
