// The attributes of a record, and the keys, indexes and projected attributes of the records table.

export type State = 'prepared' | 'requested' | 'redeemed' | 'issued' | 'refused' | 'discarded' | 'ended'

/** The role in which somebody ended an impersonation. `session`: the impersonated session itself. */
export type Role = 'actor' | 'subject' | 'auditor' | 'session'

/** One impersonation. Times are in ms since the epoch, except `expiresAt`. */
export interface ImpersonationRecord {
  id: string
  state: State
  /** The code of errors.ts, in state `refused` or `discarded`. */
  code?: string
  /** The ticket's hash and end, if the impersonation was prepared. */
  ticketHash?: string
  ticketEndsAt?: number
  /** The grant's hash and end. Missing in state `prepared`. */
  grantHash?: string
  grantEndsAt?: number
  /** Identifies the challenge that redeemed the grant. */
  nonce?: string
  clientId: string
  actorSub: string
  actorUsername: string
  /** When the actor signed in (`auth_time`). Only in a prepared impersonation: the redeem of the ticket checks it again. */
  actorSignedInAt?: number
  /** The username in the request: a username or an alias. */
  subjectAsked: string
  subjectSub?: string
  subjectUsername?: string
  /** With the setting `mayActAs`: the groups of subjects whom the actor may act as, or everyone. */
  allowedGroups?: string[]
  allowsEveryone?: boolean
  /** With the setting `mayActAs`, in state `issued`: those of `allowedGroups` that the subject was in. */
  matchedGroups?: string[]
  /** Whether the subject was in a group of the setting `approvalGroups` when the impersonation was prepared. */
  approvalRequired?: boolean
  /** Who approved a prepared impersonation, when, and for which subject. */
  approvedAt?: number
  approvedBySub?: string
  approvedByUsername?: string
  approvedSubjectSub?: string
  reason?: string | undefined
  requestedAt: number
  /** When a browser redeemed the ticket, and its address and user agent. */
  claimedAt?: number
  browserIp?: string
  browserUserAgent?: string
  redeemedAt?: number
  issuedAt?: number
  refusedAt?: number
  discardedAt?: number
  /** When the session ends. */
  endsAt?: number
  /** Only in the states `prepared` and `issued`: the keys of the index `byDay`. See `listing`. */
  listedOn?: string
  listedAt?: number
  /** In state `ended`: who ended the impersonation, and when. */
  endedAt?: number
  endedBySub?: string
  endedByUsername?: string
  endedByRole?: Role
  sourceIp?: string
  userAgent?: string
  apiKeyId?: string
  requestId?: string
  /** When DynamoDB may delete the record (its TTL), in seconds since the epoch. */
  expiresAt: number
}

export interface Subject {
  sub: string
  username: string
}

/** Where a request came from. */
export type Source = Pick<ImpersonationRecord, 'sourceIp' | 'userAgent' | 'apiKeyId' | 'requestId'>

/** Whether a session of this impersonation can be in use at `now`. */
export function isLive({ state, endsAt }: Pick<ImpersonationRecord, 'state' | 'endsAt'>, now: number): boolean {
  return state === 'issued' && endsAt !== undefined && now < endsAt
}

/** The UTC day of a time in ms, as YYYY-MM-DD. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

type Attribute = keyof ImpersonationRecord

export const partitionKey = 'id' satisfies Attribute
export const timeToLive = 'expiresAt' satisfies Attribute

export const requestedAt = 'requestedAt' satisfies Attribute

/** A record enters this index when its grant is redeemed, or when it is refused and Cognito knows the subject. */
export const bySubject = {
  indexName: 'by-subject',
  partitionKey: 'subjectSub',
  sortKey: requestedAt,
} as const satisfies Index

export const byActor = {
  indexName: 'by-actor',
  partitionKey: 'actorSub',
  sortKey: requestedAt,
} as const satisfies Index

/** The prepared impersonations and the issued sessions. An ended session leaves this index, an expired one stays. */
export const byDay = { indexName: 'by-day', partitionKey: 'listedOn', sortKey: 'listedAt' } as const satisfies Index

/**
 * A record's keys in the index `byDay`. One index has both lists, because CloudFormation makes only one index in an update.
 * @param list `live`: issued sessions. `prepared`: prepared impersonations.
 * @param at when the session ends, or when the impersonation was requested.
 */
export function listing(list: 'live' | 'prepared', at: number) {
  return { listedOn: `${list} ${dayOf(at)}`, listedAt: at }
}

interface Index {
  indexName: string
  partitionKey: Attribute
  sortKey: Attribute
}

/** No index may contain these: they authenticate the browser, or the subject's sign-in. */
export type Secret = 'ticketHash' | 'grantHash' | 'grantEndsAt' | 'nonce'

/**
 * The attributes that the indexes contain besides their keys. Never change this list: CloudFormation can't change what an
 * existing index contains. A list of records gets its other attributes from the table.
 */
export const projected = [
  'state',
  'code',
  'reason',
  'actorSub',
  'actorUsername',
  'subjectAsked',
  'subjectSub',
  'subjectUsername',
  'clientId',
  'redeemedAt',
  'issuedAt',
  'refusedAt',
  'discardedAt',
  'endsAt',
  'sourceIp',
  'userAgent',
  'apiKeyId',
  'requestId',
] satisfies Exclude<Attribute, Secret>[]

/** The attributes of the index `byDay`. Never change this list either. */
export const projectedByDay = [requestedAt, ...projected, 'approvalRequired', 'approvedAt'] satisfies Exclude<
  Attribute,
  Secret
>[]

/** These say that a ticket or a grant is used up. */
type Use = 'claimedAt' | 'redeemedAt'

/** These say whom the actor may act as. */
type Right = 'allowedGroups' | 'allowsEveryone' | 'matchedGroups'

/** These say who asked, when, and whether the impersonation needs approval. */
type Request = 'actorSub' | 'requestedAt' | 'approvalRequired'

/**
 * The attributes that `end` names in its write, in the condition too. The oversight function's policy limits UpdateItem to
 * these (`dynamodb:Attributes`), so that it can't write a grant's hash, or make a used ticket or grant good again.
 */
export const attributesOfEnd = [
  'id',
  'state',
  'endsAt',
  'endedAt',
  'endedBySub',
  'endedByUsername',
  'endedByRole',
  'listedOn',
  'listedAt',
] satisfies Exclude<Attribute, Secret | Use | Right | Request>[]

/** The attributes that `approve` names in its write. With the setting `approvalGroups`, the policy also allows these. */
export const attributesOfApprove = [
  'state',
  'approvedAt',
  'approvedBySub',
  'approvedByUsername',
  'approvedSubjectSub',
  'ticketEndsAt',
] satisfies Exclude<Attribute, Secret | Use | Right | Request>[]
