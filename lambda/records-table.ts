// The calls to the records table that several functions share: a consistent read and a conditional update.

import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { ImpersonationError } from './errors.ts'
import { partitionKey } from './records-schema.ts'
import { timeLimit } from './time-limit.ts'

export interface TableOptions {
  dynamoDB: DynamoDBClient
  tableName: string
  /** The time limit of one call, including retries, in ms. */
  timeout: number
}

/** The values of the expressions' placeholders. */
export type Values = Record<`:${string}`, string | number | boolean | string[]>

/** Each method throws an ImpersonationError if DynamoDB fails. In the expressions, `#name` is the attribute `name`. */
export function createRecordsTable({ dynamoDB, tableName: TableName, timeout }: TableOptions) {
  /** Runs one call within the time limit. */
  async function attempt<Output>(call: (options: { abortSignal: AbortSignal }) => Promise<Output>): Promise<Output> {
    try {
      return await call({ abortSignal: timeLimit(timeout) })
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) throw error
      throw new ImpersonationError('Unavailable', { message: 'a call to the records table failed', cause: error })
    }
  }

  return {
    attempt,

    /** Reads one item consistently. @param projection the attributes to read. Undefined: all. */
    async read(id: string, projection?: string): Promise<Record<string, unknown> | undefined> {
      const command = new GetItemCommand({
        TableName,
        Key: keyOf(id),
        ConsistentRead: true,
        ...(projection && { ProjectionExpression: projection, ExpressionAttributeNames: namesIn(projection) }),
      })
      const { Item } = await attempt((options) => dynamoDB.send(command, options))
      return Item && unmarshall(Item)
    },

    /**
     * Updates one item.
     * @returns the new values of all attributes, or of the updated ones. Undefined if the condition is false.
     */
    async update(
      id: string,
      expressions: { change: string; condition: string; returns?: 'UPDATED_NEW' },
      values: Values,
    ): Promise<Record<string, unknown> | undefined> {
      const { change, condition, returns = 'ALL_NEW' } = expressions
      const command = new UpdateItemCommand({
        TableName,
        Key: keyOf(id),
        UpdateExpression: change,
        ConditionExpression: condition,
        ExpressionAttributeNames: namesIn(change, condition),
        ExpressionAttributeValues: marshall(values),
        ReturnValues: returns,
      })
      try {
        const { Attributes } = await attempt((options) => dynamoDB.send(command, options))
        return unmarshall(Attributes ?? {})
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined
        throw error
      }
    },
  }
}

/** A response without the item counts as a failed write. */
export function withoutItem(): ImpersonationError {
  const cause = new ImpersonationError('Unavailable', { message: 'the response does not contain the item' })
  return new ImpersonationError('Unavailable', { message: 'a call to the records table failed', cause })
}

export const keyOf = (id: string) => marshall({ [partitionKey]: id })

/** Maps each `#name` in the expressions to the attribute `name`. */
export function namesIn(...expressions: string[]): Record<string, string> {
  const placeholders = expressions.join(' ').match(/#\w+/g) ?? []
  return Object.fromEntries(placeholders.map((placeholder) => [placeholder, placeholder.slice(1)]))
}
