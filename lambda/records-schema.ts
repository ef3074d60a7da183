// The attributes of a record, and the keys, indexes and projected attributes of the records table.

type State = 'requested' | 'redeemed' | 'issued' | 'refused' | 'discarded'

/** One impersonation. Times are in ms since the epoch, except `expiresAt`. */
export interface ImpersonationRecord {
  id: string
  state: State
  /** The code of errors.ts, in state `refused` or `discarded`. */
  code?: string
  grantHash: string
  grantEndsAt: number
  /** Identifies the challenge that redeemed the grant. */
  nonce?: string
  clientId: string
  actorSub: string
  actorUsername: string
  /** The username in the request: a username or an alias. */
  subjectAsked: string
  subjectSub?: string
  subjectUsername?: string
  reason?: string | undefined
  requestedAt: number
  redeemedAt?: number
  issuedAt?: number
  refusedAt?: number
  discardedAt?: number
  /** When the session ends. */
  endsAt?: number
  sourceIp?: string
  userAgent?: string
  apiKeyId?: string
  requestId?: string
  /** When DynamoDB may delete the record (its TTL), in seconds since the epoch. */
  expiresAt: number
}

/** Where a request came from. */
export type Source = Pick<ImpersonationRecord, 'sourceIp' | 'userAgent' | 'apiKeyId' | 'requestId'>

type Attribute = keyof ImpersonationRecord

export const partitionKey = 'id' satisfies Attribute
export const timeToLive = 'expiresAt' satisfies Attribute

/** The sort key of both indexes. */
export const requestedAt = 'requestedAt' satisfies Attribute

/** Finds records by subject. A record enters this index when its grant is redeemed. */
export const bySubject = { indexName: 'by-subject', partitionKey: 'subjectSub' satisfies Attribute }

/** Finds records by actor. */
export const byActor = { indexName: 'by-actor', partitionKey: 'actorSub' satisfies Attribute }

/** No index may contain these: they authenticate the subject's sign-in. */
type Secret = 'grantHash' | 'grantEndsAt' | 'nonce'

/** The attributes that both indexes contain besides their keys. */
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
