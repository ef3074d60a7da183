// Finds records by an index of the table, newest first.

import { QueryCommand } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { type byActor, type byDay, type bySubject, partitionKey } from '../records-schema.ts'
import { createRecordsTable, namesIn, type TableOptions, type Values } from '../records-table.ts'

/** Where a page ended: the record's id and its `requestedAt`, or its `endsAt` in a list of live sessions. */
export interface Position {
  id: string
  at: number
}

/** Part of one partition of an index. `from` and `to` limit the sort key, inclusive. */
interface Range {
  index: typeof byActor | typeof bySubject | typeof byDay
  partition: string
  from: number
  to: number
}

export function createFind(options: TableOptions) {
  const { dynamoDB, tableName: TableName } = options
  const table = createRecordsTable(options)

  /**
   * Finds up to `count` records, newest first.
   * @param after starts behind this record.
   * @param filter a condition on attributes of the index.
   */
  return async function find(
    { index, partition, from, to }: Range,
    count: number,
    { after, filter }: { after?: Position | undefined; filter?: { condition: string; values: Values } } = {},
  ): Promise<Position[]> {
    if (from > to) return []
    const range = `#${index.partitionKey} = :partition AND #${index.sortKey} BETWEEN :from AND :to`
    const projection = `#${partitionKey}, #${index.sortKey}`
    const found: Position[] = []
    let start =
      after && marshall({ [partitionKey]: after.id, [index.partitionKey]: partition, [index.sortKey]: after.at })
    do {
      const command = new QueryCommand({
        TableName,
        IndexName: index.indexName,
        KeyConditionExpression: range,
        ProjectionExpression: projection,
        ExpressionAttributeNames: namesIn(range, projection, filter?.condition ?? ''),
        ExpressionAttributeValues: marshall({ ':partition': partition, ':from': from, ':to': to, ...filter?.values }),
        ScanIndexForward: false,
        ExclusiveStartKey: start,
        // DynamoDB applies this limit before the filter.
        ...(filter ? { FilterExpression: filter.condition } : { Limit: count - found.length }),
      })
      const { Items = [], LastEvaluatedKey } = await table.attempt((options) => dynamoDB.send(command, options))
      for (const item of Items.map((item) => unmarshall(item)))
        found.push({ id: String(item[partitionKey]), at: Number(item[index.sortKey]) })
      start = LastEvaluatedKey
    } while (start && found.length < count)
    return found.slice(0, count)
  }
}
