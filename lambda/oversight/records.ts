// Reads, lists and ends impersonations.

import { ImpersonationError } from '../errors.ts'
import { approvalWait, approvedTicketLifetime, grantLifetime } from '../grant.ts'
import {
  byActor,
  byDay,
  bySubject,
  dayOf,
  type ImpersonationRecord,
  isLive,
  listing,
  partitionKey,
  projected,
  type Role,
  requestedAt,
} from '../records-schema.ts'
import { createRecordsTable, type TableOptions, type Values, withoutItem } from '../records-table.ts'
import { createFind, type Position } from './find.ts'

export type { Position }

export type OversightRecords = ReturnType<typeof createOversightRecords>

/** The attributes that oversight reads: all but the secrets of the sign-in. */
const visible = [
  partitionKey,
  requestedAt,
  ...projected,
  'endedAt',
  'endedBySub',
  'endedByUsername',
  'endedByRole',
  'ticketEndsAt',
  'approvalRequired',
  'approvedAt',
  'approvedBySub',
  'approvedByUsername',
  'approvedSubjectSub',
  'claimedAt',
  'browserIp',
  'browserUserAgent',
] satisfies (keyof ImpersonationRecord)[]

export type VisibleRecord = Pick<ImpersonationRecord, (typeof visible)[number]>

/** The person who ends an impersonation. */
export interface EndedBy {
  sub: string
  username: string
  role: Role
}

/** The approval of a prepared impersonation, for the user whom the requested name means now. */
export interface Approval {
  by: { sub: string; username: string }
  subjectSub: string
}

interface ListByPerson {
  by: 'actor' | 'subject'
  sub: string
  /** The first and last `requestedAt`, inclusive. */
  from?: number | undefined
  to?: number | undefined
  limit: number
  next?: Position | undefined
}

interface ListByDay {
  /** `live`: the sessions that can be in use. `prepared`: prepared in the last 24 h, and the ticket is not redeemed. */
  by: 'live' | 'prepared'
  limit: number
  next?: Position | undefined
}

export type ListQuery = ListByPerson | ListByDay

export interface Page {
  records: VisibleRecord[]
  /** Undefined: there is no more. */
  next?: Position
}

const day = 86_400_000

/** The longest time from a request to the end of its session: the wait for approval, the ticket, the grant and the session. */
const longestLife = approvalWait + approvedTicketLifetime + grantLifetime + day

/** An impersonation that has a session, or can still get one. */
const unfinished = '#state IN (:prepared, :requested, :redeemed) OR (#state = :issued AND #endsAt > :now)'

/** How many impersonations `endAll` ends at most. */
const endAllLimit = 100

/** Each method throws an ImpersonationError if DynamoDB fails. */
export function createOversightRecords(options: TableOptions & { now: () => number }) {
  const { now } = options
  const table = createRecordsTable(options)
  const find = createFind(options)
  const projection = visible.map((name) => `#${name}`).join(', ')
  const unfinishedValues = (): Values => ({
    ':prepared': 'prepared',
    ':requested': 'requested',
    ':redeemed': 'redeemed',
    ':issued': 'issued',
    ':now': now(),
  })

  /** Reads a record consistently. @returns undefined if there is none, or if the item is no impersonation. */
  async function read(id: string): Promise<VisibleRecord | undefined> {
    return asRecord(await table.read(id, projection))
  }

  /** @returns false if there is no unfinished impersonation with this id. Then nothing changes. */
  async function endUnfinished(id: string, { sub, username, role }: EndedBy): Promise<boolean> {
    const updated = await table.update(
      id,
      {
        change:
          'SET #state = :ended, #endedAt = :now, #endedBySub = :sub, #endedByUsername = :username, #endedByRole = :role REMOVE #listedOn, #listedAt',
        condition: unfinished,
        // The function may not read more from an update: its policy has the same list of attributes as `attributesOfEnd`.
        returns: 'UPDATED_NEW',
      },
      { ...unfinishedValues(), ':ended': 'ended', ':sub': sub, ':username': username, ':role': role },
    )
    if (updated && updated.state !== 'ended') throw withoutItem()
    return updated !== undefined
  }

  function findByPerson({ by, sub, from = 0, to = Number.MAX_SAFE_INTEGER, next }: ListByPerson, count: number) {
    if (next && !(next.at >= from && next.at <= to)) throw wrongPosition()
    return find({ index: by === 'actor' ? byActor : bySubject, partition: sub, from, to }, count, { after: next })
  }

  /**
   * A session ends today or tomorrow (UTC). All have the same length, so the last to end is the newest, unless `sessionMinutes`
   * has just changed. An impersonation that can still be approved was prepared today or yesterday.
   */
  async function findByDay({ by, next }: ListByDay, count: number): Promise<Position[]> {
    const [from, to] = by === 'live' ? [now() + 1, now() + 2 * day] : [now() - approvalWait + 1, now() + day]
    if (next && !(next.at <= to)) throw wrongPosition()
    if (next && next.at < from) return []
    const found: Position[] = []
    for (const start of [from + day, from]) {
      if (found.length === count || (next && dayOf(start) > dayOf(next.at))) continue
      const after = next && dayOf(start) === dayOf(next.at) ? next : undefined
      const { listedOn: partition } = listing(by, start)
      found.push(...(await find({ index: byDay, partition, from, to }, count - found.length, { after })))
    }
    return found
  }

  /** Whether a record still belongs in this list. The index may lack the last change of the record. */
  const isStill = (by: ListQuery['by']) => (record: VisibleRecord) =>
    by === 'live' ? isLive(record, now()) : by === 'prepared' ? record.state === 'prepared' : true

  return {
    read,

    /**
     * Ends an impersonation that has a session or can still get one. Leaves every other one unchanged.
     * @returns the record as it is afterwards, or undefined if there is none.
     */
    async end(id: string, by: EndedBy): Promise<VisibleRecord | undefined> {
      await endUnfinished(id, by)
      return read(id)
    },

    /**
     * Approves a prepared impersonation that nobody has approved. Leaves every other record unchanged. Call this only after the
     * checks of `approve` in approve.ts. The write names only attributes that oversight may change: its policy allows writes to
     * every attribute that a write names.
     * @returns the record as it is afterwards, or undefined if there is none.
     */
    async approve(id: string, { by, subjectSub }: Approval): Promise<VisibleRecord | undefined> {
      const approvedAt = now()
      const updated = await table.update(
        id,
        {
          change:
            'SET #approvedAt = :now, #approvedBySub = :sub, #approvedByUsername = :username, #approvedSubjectSub = :subject, #ticketEndsAt = :ticketEndsAt',
          condition: '#state = :prepared AND attribute_not_exists(#approvedAt)',
          returns: 'UPDATED_NEW',
        },
        {
          ':prepared': 'prepared',
          ':now': approvedAt,
          ':sub': by.sub,
          ':username': by.username,
          ':subject': subjectSub,
          ':ticketEndsAt': approvedAt + approvedTicketLifetime,
        },
      )
      if (updated && updated.approvedBySub !== by.sub) throw withoutItem()
      return read(id)
    },

    /**
     * Lists impersonations, newest first. The order and the pages come from an index, which is eventually consistent. The
     * records are read consistently, so the list of live sessions contains no ended one. A page may be shorter than its limit.
     * @throws ImpersonationError RequestInvalid if `next` is outside the list.
     */
    async list(query: ListQuery): Promise<Page> {
      const one = query.limit + 1 // one more record shows whether there is a next page
      const found = await ('sub' in query ? findByPerson(query, one) : findByDay(query, one))
      const page = found.slice(0, query.limit)
      const records = (await Promise.all(page.map(({ id }) => read(id)))).filter((record) => record !== undefined)
      const next = found.length > page.length ? page.at(-1) : undefined
      return {
        records: records.filter(isStill(query.by)),
        ...(next && { next }),
      }
    },

    /**
     * Ends everything of one actor or subject, at most 100 impersonations. Safe to repeat. The index is eventually consistent,
     * so this can miss an impersonation of the last second. By subject, it misses those whose grant is not redeemed yet.
     * @returns how many it ended, and whether it stopped before the end.
     */
    async endAll(
      { by, sub }: { by: 'actor' | 'subject'; sub: string },
      endedBy: EndedBy,
    ): Promise<{ ended: number; more: boolean }> {
      const found = await find(
        {
          index: by === 'actor' ? byActor : bySubject,
          partition: sub,
          from: now() - longestLife,
          to: Number.MAX_SAFE_INTEGER,
        },
        endAllLimit + 1,
        { filter: { condition: unfinished, values: unfinishedValues() } },
      )
      const results = await Promise.allSettled(found.slice(0, endAllLimit).map(({ id }) => endUnfinished(id, endedBy)))
      const failed = results.find((result) => result.status === 'rejected')
      if (failed) throw failed.reason
      const ended = results.filter((result) => result.status === 'fulfilled' && result.value).length
      return { ended, more: found.length > endAllLimit }
    },
  }
}

function asRecord(item: Record<string, unknown> | undefined): VisibleRecord | undefined {
  return item?.state === undefined ? undefined : (item as unknown as VisibleRecord)
}

function wrongPosition(): ImpersonationError {
  return new ImpersonationError('RequestInvalid', { message: 'next does not belong to this list' })
}
