// The records table: what was asked, by whom, of whom, and how far it got. Every write is conditional.

import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { type Code, ImpersonationError } from './errors.ts'

type State = 'requested' | 'redeemed' | 'issued' | 'refused' | 'discarded'

/** Times in ms since the epoch; `expiresAt`, DynamoDB's TTL, in seconds. */
export interface ImpersonationRecord {
  id: string
  state: State
  code?: string
  grantHash: string
  grantEndsAt: number
  clientId: string
  actorSub: string
  actorUsername: string
  subjectAsked: string
  subjectSub?: string
  subjectUsername?: string
  reason?: string | undefined
  requestedAt: number
  endsAt?: number
  sourceIp?: string
  userAgent?: string
  apiKeyId?: string
  requestId?: string
  expiresAt: number
}

export interface Subject {
  sub: string
  username: string
}

export type Records = ReturnType<typeof createRecords>

/** @param timeout the longest that one call may take, its retries included, ms. */
export function createRecords(options: {
  dynamoDB: DynamoDBClient
  tableName: string
  timeout: number
  now: () => number
}) {
  const { dynamoDB, tableName: TableName, now } = options
  const limit = () => ({ abortSignal: AbortSignal.timeout(options.timeout) })

  /** @returns the item as written, or undefined if the condition does not hold. An answer without it proves no write. */
  async function update(
    id: string,
    UpdateExpression: string,
    ConditionExpression: string,
    values: Record<string, string | number>,
  ) {
    try {
      const { Attributes } = await dynamoDB.send(
        new UpdateItemCommand({
          TableName,
          Key: marshall({ id }),
          UpdateExpression,
          ConditionExpression,
          ExpressionAttributeNames: namesIn(UpdateExpression + ConditionExpression),
          ExpressionAttributeValues: marshall(values),
          ReturnValues: 'ALL_NEW',
        }),
        limit(),
      )
      const item = unmarshall(Attributes ?? {})
      if (item.id !== id) throw new ImpersonationError('Unavailable', { message: 'its answer does not hold the item' })
      return item as ImpersonationRecord
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined
      throw unavailable(error)
    }
  }

  async function read(id: string): Promise<ImpersonationRecord | undefined> {
    const command = new GetItemCommand({ TableName, Key: marshall({ id }), ConsistentRead: true })
    const { Item } = await dynamoDB.send(command, limit()).catch((error) => {
      throw unavailable(error)
    })
    return Item && (unmarshall(Item) as ImpersonationRecord)
  }

  return {
    read,

    /** Makes a record, once. @throws ImpersonationError if it is not certain that the record is there. */
    async put(record: ImpersonationRecord): Promise<void> {
      const command = new PutItemCommand({
        TableName,
        Item: marshall(record, { removeUndefinedValues: true }),
        ConditionExpression: 'attribute_not_exists(id)',
      })
      try {
        await dynamoDB.send(command, limit())
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw unavailable(error)
        // The SDK may have sent it twice: then the record is there, and it is ours.
        const found = await read(record.id)
        if (found?.grantHash !== record.grantHash)
          throw new ImpersonationError('Fault', { message: 'the record id is taken' })
      }
    },

    /** Uses the grant up, binding it to the subject. Cognito may run a challenge again: the same nonce may repeat. */
    async redeem(grant: { id: string; hash: string }, clientId: string, nonce: string, subject: Subject) {
      const redeemed = await update(
        grant.id,
        'SET #state = :redeemed, #nonce = :nonce, #subjectSub = :sub, #subjectUsername = :username, #redeemedAt = if_not_exists(#redeemedAt, :now)',
        '#grantHash = :hash AND #clientId = :clientId AND #grantEndsAt > :now AND (#state = :requested OR (#state = :redeemed AND #nonce = :nonce AND #subjectSub = :sub))',
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

    /** @returns the record of which tokens may now be issued, or undefined: none may. @param sessionLength ms */
    issue(id: string, clientId: string, sub: string, sessionLength: number) {
      return update(
        id,
        'SET #state = :issued, #issuedAt = if_not_exists(#issuedAt, :now), #endsAt = if_not_exists(#endsAt, :endsAt)',
        '#state IN (:redeemed, :issued) AND #clientId = :clientId AND #subjectSub = :sub AND #actorSub <> :sub AND #grantEndsAt > :now',
        {
          ':issued': 'issued',
          ':redeemed': 'redeemed',
          ':clientId': clientId,
          ':sub': sub,
          ':now': now(),
          ':endsAt': now() + sessionLength,
        },
      )
    },

    /** Closes a record before tokens exist. One that is further on, or refused already, stays as it is. */
    async refuse(id: string, code: Code): Promise<void> {
      await update(id, 'SET #state = :refused, #code = :code, #refusedAt = :now', '#state IN (:requested, :redeemed)', {
        ':refused': 'refused',
        ':requested': 'requested',
        ':redeemed': 'redeemed',
        ':code': code,
        ':now': now(),
      })
    },

    /** Notes that tokens came which were not handed over, whatever the record said before. */
    async discard(id: string, code: Code): Promise<void> {
      await update(id, 'SET #state = :discarded, #code = :code, #discardedAt = :now', 'attribute_exists(#id)', {
        ':discarded': 'discarded',
        ':code': code,
        ':now': now(),
      })
    },
  }
}

function namesIn(expressions: string): Record<string, string> {
  return Object.fromEntries(
    [...expressions.matchAll(/#\w+/g)].map(([placeholder]) => [placeholder, placeholder.slice(1)]),
  )
}

function unavailable(cause: unknown): ImpersonationError {
  return new ImpersonationError('Unavailable', { message: 'the records table did not take the call', cause })
}
