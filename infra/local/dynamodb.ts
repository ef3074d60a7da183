// Runs DynamoDB in memory (dynalite), with the tables of the template.

import type { IncomingMessage, Server } from 'node:http'
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { localAccess } from './client-access.ts'
import { expectOnly, type Resource, type Stack } from './cloudformation/stack.ts'
import { readStreams, type TableStream } from './events/table-stream.ts'
import { listen } from './listen.ts'
import { createDynalite } from './table-writes.ts'

export interface DynamoDb {
  url: string
  /** The tables' streams. */
  streams: readonly TableStream[]
  close(): Promise<void>
}

const appliedProperties = [
  'AttributeDefinitions',
  'BillingMode',
  'GlobalSecondaryIndexes',
  'KeySchema',
  'LocalSecondaryIndexes',
  'ProvisionedThroughput',
]
// Without effect here: expired items stay, tables are never deleted, and permissions are not checked.
const ignoredProperties = [
  'ContributorInsightsSpecification',
  'DeletionProtectionEnabled',
  'OnDemandThroughput',
  'PointInTimeRecoverySpecification',
  'ResourcePolicy',
  'SSESpecification',
  // read by events/table-stream.ts
  'StreamSpecification',
  'TableClass',
  'TableName',
  'Tags',
  'TimeToLiveSpecification',
]

/** Starts the server on a free port of 127.0.0.1 and creates the tables. */
export async function startDynamoDb(stack: Stack): Promise<DynamoDb> {
  const streams = readStreams(stack)
  const times = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }
  const server = createDynalite(times, ({ tableName, ...change }) => streams.get(tableName)?.add(change))
  // dynalite lets pages of every origin read and write. Without the header, it sends no CORS headers.
  server.prependListener('request', ({ headers }) => delete headers.origin)
  const url = `http://127.0.0.1:${await listen(server)}`
  const answered = watchRequests(server)
  const close = async () => {
    await answered()
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
  const client = new DynamoDBClient(localAccess(stack.place.region, url))
  try {
    for (const table of stack.resources('AWS::DynamoDB::Table')) {
      await client.send(new CreateTableCommand(readTable(table)))
    }
  } catch (error) {
    await close()
    throw error
  } finally {
    client.destroy()
  }
  return { url, streams: [...streams.values()], close }
}

/**
 * dynalite closes its database when its connections are closed, also while it works on a request. That request then throws an
 * error that nothing catches.
 * @returns a function that waits until dynalite works on no request. It drops requests whose body has not arrived.
 */
function watchRequests(server: Server): () => Promise<void> {
  const open = new Set<IncomingMessage>()
  let onIdle = () => {}
  function forget(request: IncomingMessage) {
    open.delete(request)
    if (open.size === 0) onIdle()
  }
  server.prependListener('request', (request, response) => {
    open.add(request)
    // If the client is gone, dynalite still works on a complete request, and ends its response later.
    request.once('close', () => request.complete || forget(request))
    const { end } = response
    response.end = (...args: unknown[]) => {
      forget(request)
      return end.apply(response, args as Parameters<typeof end>)
    }
  })
  return async () => {
    for (const request of open) if (!request.complete) request.destroy()
    if (open.size > 0) await new Promise<void>((resolve) => (onIdle = resolve))
  }
}

/** @throws Error naming the property that the local run does not know */
export function readTable(table: Resource): CreateTableCommandInput {
  expectOnly(table, [...appliedProperties, ...ignoredProperties])
  const properties = Object.entries(table.properties).filter(([name]) => appliedProperties.includes(name))
  return { ...Object.fromEntries(properties), TableName: table.id } as CreateTableCommandInput
}
