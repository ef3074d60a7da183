// Reads and writes the records table. Every write is conditional.

import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { type Code, ImpersonationError } from './errors.ts'
import type { Grant } from './grant.ts'
import { type ImpersonationRecord, partitionKey } from './records-schema.ts'
import { timeLimit } from './time-limit.ts'

export interface Subject {
  sub: string
  username: string
}

export type Records = ReturnType<typeof createRecords>

/**
 * Each method throws an ImpersonationError if DynamoDB fails.
 * @param timeout the time limit of one call, including retries, in ms.
 */
export function createRecords(options: {
  dynamoDB: DynamoDBClient
  tableName: string
  timeout: number
  now: () => number
}) {
  const { dynamoDB, tableName: TableName, timeout, now } = options
  const withinTimeout = () => ({ abortSignal: timeLimit(timeout) })
  const keyOf = (id: string) => marshall({ [partitionKey]: id })

  /**
   * Updates one item. In the expressions, `#name` is the attribute `name`.
   * @returns the item after the update, or undefined if the condition is false.
   * @throws ImpersonationError if the call fails, or if the response does not contain the item.
   */
  async function update(
    id: string,
    expressions: { change: string; condition: string },
    values: Record<`:${string}`, string | number>,
  ) {
    const { change, condition } = expressions
    try {
      const { Attributes } = await dynamoDB.send(
        new UpdateItemCommand({
          TableName,
          Key: keyOf(id),
          UpdateExpression: change,
          ConditionExpression: condition,
          ExpressionAttributeNames: namesIn(change + condition),
          ExpressionAttributeValues: marshall(values),
          ReturnValues: 'ALL_NEW',
        }),
        withinTimeout(),
      )
      const item = unmarshall(Attributes ?? {})
      if (item[partitionKey] !== id) {
        throw new ImpersonationError('Unavailable', { message: 'the response does not contain the item' })
      }
      return item as ImpersonationRecord
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined
      throw unavailable(error)
    }
  }

  async function read(id: string): Promise<ImpersonationRecord | undefined> {
    const command = new GetItemCommand({ TableName, Key: keyOf(id), ConsistentRead: true })
    const { Item } = await dynamoDB.send(command, withinTimeout()).catch((error) => {
      throw unavailable(error)
    })
    return Item && (unmarshall(Item) as ImpersonationRecord)
  }

  return {
    read,

    /** Creates a record. @throws ImpersonationError if the write failed or may have failed. */
    async put(record: ImpersonationRecord): Promise<void> {
      const command = new PutItemCommand({
        TableName,
        Item: marshall(record, { removeUndefinedValues: true }),
        ConditionExpression: `attribute_not_exists(${partitionKey})`,
      })
      try {
        await dynamoDB.send(command, withinTimeout())
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw unavailable(error)
        // If the SDK retried after a lost response, the first try wrote this record.
        const found = await read(record.id)
        if (found?.grantHash !== record.grantHash)
          throw new ImpersonationError('Fault', { message: 'the record id is taken' })
      }
    },

    /**
     * Redeems the grant once, for this subject. The same challenge (same nonce) may repeat it for the same subject,
     * because Cognito may run a trigger again.
     * @returns false if the grant is not valid for this sign-in.
     */
    async redeem(redemption: {
      grant: Pick<Grant, 'id' | 'hash'>
      clientId: string
      nonce: string
      subject: Subject
    }): Promise<boolean> {
      const { grant, clientId, nonce, subject } = redemption
      const redeemed = await update(
        grant.id,
        {
          change:
            'SET #state = :redeemed, #nonce = :nonce, #subjectSub = :sub, #subjectUsername = :username, #redeemedAt = if_not_exists(#redeemedAt, :now)',
          condition:
            '#grantHash = :hash AND #clientId = :clientId AND #grantEndsAt > :now AND (#state = :requested OR (#state = :redeemed AND #nonce = :nonce AND #subjectSub = :sub))',
        },
        {
          ':redeemed': 'redeemed',
          ':requested': 'requested',
          ':nonce': nonce,
          ':sub': subject.sub,
          ':username': subject.username,
          ':hash': grant.hash,
          ':clientId': clientId,
          ':now': now(),
        },
      )
      return redeemed !== undefined
    },

    /**
     * Marks the record as issued. If it is issued already, its times stay.
     * @param sessionLength in ms.
     * @returns the record, or undefined if no tokens may be issued.
     */
    issue(session: { id: string; clientId: string; subjectSub: string; sessionLength: number }) {
      return update(
        session.id,
        {
          change:
            'SET #state = :issued, #issuedAt = if_not_exists(#issuedAt, :now), #endsAt = if_not_exists(#endsAt, :endsAt)',
          condition:
            '#state IN (:redeemed, :issued) AND #clientId = :clientId AND #subjectSub = :sub AND #actorSub <> :sub AND #grantEndsAt > :now',
        },
        {
          ':issued': 'issued',
          ':redeemed': 'redeemed',
          ':clientId': session.clientId,
          ':sub': session.subjectSub,
          ':now': now(),
          ':endsAt': now() + session.sessionLength,
        },
      )
    },

    /** Marks the record as refused if no tokens exist yet. Otherwise leaves it unchanged. */
    async refuse(id: string, code: Code): Promise<void> {
      await update(
        id,
        {
          change: 'SET #state = :refused, #code = :code, #refusedAt = :now',
          condition: '#state IN (:requested, :redeemed)',
        },
        { ':refused': 'refused', ':requested': 'requested', ':redeemed': 'redeemed', ':code': code, ':now': now() },
      )
    },

    /** Marks the record as discarded, in any state: Cognito issued tokens that the caller does not get. */
    async discard(id: string, code: Code): Promise<void> {
      await update(
        id,
        {
          change: 'SET #state = :discarded, #code = :code, #discardedAt = :now',
          condition: `attribute_exists(#${partitionKey})`,
        },
        { ':discarded': 'discarded', ':code': code, ':now': now() },
      )
    },
  }
}

/** Maps each `#name` in the expressions to the attribute `name`. */
function namesIn(expressions: string): Record<string, string> {
  return Object.fromEntries(
    [...expressions.matchAll(/#\w+/g)].map(([placeholder]) => [placeholder, placeholder.slice(1)]),
  )
}

function unavailable(cause: unknown): ImpersonationError {
  return new ImpersonationError('Unavailable', { message: 'a call to the records table failed', cause })
}
