// Reads and writes the records table. Every write is conditional.

import { ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { Allowed } from './actor-groups.ts'
import { type Code, ImpersonationError } from './errors.ts'
import { approvalWait, approvedTicketLifetime, type Grant, grantLifetime, type Ticket } from './grant.ts'
import { type ImpersonationRecord, listing, partitionKey, type Subject } from './records-schema.ts'
import { createRecordsTable, type TableOptions, type Values, withoutItem } from './records-table.ts'

/** The browser that redeems a ticket. */
export interface Browser {
  ip: string
  userAgent?: string | undefined
}

/** Conditions on a record that is marked as issued. The trigger has checked them before: see subject-policy.ts. */
export interface IssuePolicy {
  /** With `mayActAs`: those of `allowedGroups` that the subject is in. Empty: the actor may act as everyone. */
  matchedGroups?: string[]
  /** The record must have an approval for this subject, by a person who is neither the actor nor the subject. */
  approved?: true
}

export type Records = ReturnType<typeof createRecords>

/** Each method throws an ImpersonationError if DynamoDB fails. */
export function createRecords(options: TableOptions & { now: () => number }) {
  const { dynamoDB, tableName: TableName, now } = options
  const table = createRecordsTable(options)

  /**
   * Updates one record.
   * @returns the record after the update, or undefined if the condition is false.
   * @throws ImpersonationError if the call fails, or if the response does not contain the item.
   */
  async function update(id: string, expressions: { change: string; condition: string }, values: Values) {
    const item = await table.update(id, expressions, values)
    if (item && item[partitionKey] !== id) throw withoutItem()
    return item as ImpersonationRecord | undefined
  }

  const read = (id: string) => table.read(id) as Promise<ImpersonationRecord | undefined>

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
        await table.attempt((options) => dynamoDB.send(command, options))
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error
        // If the SDK retried after a lost response, the first try wrote this record.
        const found = await read(record.id)
        if (found?.grantHash !== record.grantHash || found?.ticketHash !== record.ticketHash)
          throw new ImpersonationError('Fault', { message: 'the record id is taken' })
      }
    },

    /**
     * Marks a prepared record as one that needs approval. Call this before anybody gets the ticket.
     * @returns the record, or undefined if it is not prepared any more.
     */
    requireApproval({ id, hash }: Pick<Ticket, 'id' | 'hash'>) {
      return update(
        id,
        { change: 'SET #approvalRequired = :true', condition: '#state = :prepared AND #ticketHash = :ticketHash' },
        { ':true': true, ':prepared': 'prepared', ':ticketHash': hash },
      )
    },

    /**
     * Redeems the ticket once, and changes the record to `requested` with this grant. If the SDK retries after a lost
     * response, the record already has this grant, and the retry succeeds. Oversight may write `state` and `ticketEndsAt`, but
     * not `claimedAt` and `requestedAt`, so it cannot make a used ticket or an old one valid again.
     * @returns the record, or undefined if the ticket is not valid here.
     */
    claim(claim: {
      ticket: Pick<Ticket, 'id' | 'hash'>
      clientId: string
      grant: Pick<Grant, 'hash'>
      browser: Browser
    }) {
      const { ticket, clientId, grant, browser } = claim
      const claimedAt = now()
      return update(
        ticket.id,
        {
          change:
            'SET #state = :requested, #grantHash = :grantHash, #grantEndsAt = :grantEndsAt, #claimedAt = :now, #browserIp = :ip' +
            (browser.userAgent ? ', #browserUserAgent = :userAgent' : '') +
            ' REMOVE #listedOn, #listedAt',
          condition:
            '#ticketHash = :ticketHash AND #clientId = :clientId AND #ticketEndsAt > :now AND #requestedAt > :oldest AND (attribute_not_exists(#approvalRequired) OR attribute_exists(#approvedAt)) AND ((#state = :prepared AND attribute_not_exists(#claimedAt)) OR (#state = :requested AND #grantHash = :grantHash))',
        },
        {
          ':prepared': 'prepared',
          ':requested': 'requested',
          ':ticketHash': ticket.hash,
          ':clientId': clientId,
          ':grantHash': grant.hash,
          ':grantEndsAt': claimedAt + grantLifetime,
          ':now': claimedAt,
          ':oldest': claimedAt - approvalWait - approvedTicketLifetime,
          ':ip': browser.ip,
          ...(browser.userAgent && { ':userAgent': browser.userAgent }),
        },
      )
    },

    /**
     * Records whom the actor may act as. A retry after a lost response succeeds.
     * @returns false if the record is not in state `requested` with this grant.
     */
    async allow({ grant, allowed }: { grant: Pick<Grant, 'id' | 'hash'>; allowed: Allowed }): Promise<boolean> {
      const written = await update(
        grant.id,
        {
          change: 'SET #allowedGroups = :groups, #allowsEveryone = :everyone',
          condition: '#state = :requested AND #grantHash = :hash',
        },
        {
          ':requested': 'requested',
          ':hash': grant.hash,
          ':groups': allowed.groups,
          ':everyone': allowed.everyone,
        },
      )
      return written !== undefined
    },

    /**
     * Redeems the grant once, for this subject. The same challenge (same nonce) may repeat it for the same subject,
     * because Cognito may run a trigger again. Oversight may write `state`, but not `redeemedAt`.
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
            '#grantHash = :hash AND #clientId = :clientId AND #grantEndsAt > :now AND ((#state = :requested AND attribute_not_exists(#redeemedAt)) OR (#state = :redeemed AND #nonce = :nonce AND #subjectSub = :sub))',
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
     * @param policy becomes a condition of the write.
     * @returns the record, or undefined if no tokens may be issued.
     */
    issue(session: { id: string; clientId: string; subjectSub: string; sessionLength: number; policy?: IssuePolicy }) {
      const issuedAt = now()
      const endsAt = issuedAt + session.sessionLength
      const policy = expressionsOf(session.policy)
      return update(
        session.id,
        {
          change:
            'SET #state = :issued, #issuedAt = if_not_exists(#issuedAt, :now), #endsAt = if_not_exists(#endsAt, :endsAt), #listedOn = if_not_exists(#listedOn, :listedOn), #listedAt = if_not_exists(#listedAt, :endsAt)' +
            policy.change,
          condition:
            '#state IN (:redeemed, :issued) AND #clientId = :clientId AND #subjectSub = :sub AND #actorSub <> :sub AND #grantEndsAt > :now' +
            policy.condition,
        },
        {
          ':issued': 'issued',
          ':redeemed': 'redeemed',
          ':clientId': session.clientId,
          ':sub': session.subjectSub,
          ':now': issuedAt,
          ':endsAt': endsAt,
          ':listedOn': listing('live', endsAt).listedOn,
          ...policy.values,
        },
      )
    },

    /**
     * Marks the record as refused if no tokens exist yet. Otherwise leaves it unchanged.
     * @param subject is recorded unless the record has a subject, so that the attempt is found by subject.
     */
    async refuse(id: string, code: Code, subject?: Subject): Promise<void> {
      const setSubject =
        ', #subjectSub = if_not_exists(#subjectSub, :sub), #subjectUsername = if_not_exists(#subjectUsername, :username)'
      await update(
        id,
        {
          change: `SET #state = :refused, #code = :code, #refusedAt = :now${subject ? setSubject : ''} REMOVE #listedOn, #listedAt`,
          condition: '#state IN (:prepared, :requested, :redeemed)',
        },
        {
          ':refused': 'refused',
          ':prepared': 'prepared',
          ':requested': 'requested',
          ':redeemed': 'redeemed',
          ':code': code,
          ':now': now(),
          ...(subject && { ':sub': subject.sub, ':username': subject.username }),
        },
      )
    },

    /** Marks the record as discarded, unless it is ended: Cognito issued tokens that the caller does not get. */
    async discard(id: string, code: Code): Promise<void> {
      await update(
        id,
        {
          change: 'SET #state = :discarded, #code = :code, #discardedAt = :now REMOVE #listedOn, #listedAt',
          condition: `attribute_exists(#${partitionKey}) AND #state <> :ended`,
        },
        { ':discarded': 'discarded', ':ended': 'ended', ':code': code, ':now': now() },
      )
    },
  }
}

const approvedByAnother =
  ' AND #approvedSubjectSub = :sub AND attribute_exists(#approvedBySub) AND #approvedBySub <> :sub AND #approvedBySub <> #actorSub'

/** The parts of the expressions of `issue` that the policy adds. */
function expressionsOf({ matchedGroups, approved }: IssuePolicy = {}) {
  const approval = approved ? approvedByAnother : ''
  if (!matchedGroups) return { change: '', condition: approval, values: {} }
  const [group] = matchedGroups
  const right = group === undefined ? ' AND #allowsEveryone = :true' : ' AND contains(#allowedGroups, :group)'
  return {
    change: ', #matchedGroups = :matchedGroups',
    condition: right + approval,
    values: { ':matchedGroups': matchedGroups, ...(group === undefined ? { ':true': true } : { ':group': group }) },
  }
}
