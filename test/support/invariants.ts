// Checks that hold for every request, whatever fails.

import { unmarshall } from '@aws-sdk/util-dynamodb'
import { expect } from '@jest/globals'
import type { Item } from './memory-expressions.ts'
import type { Change } from './memory-table.ts'
import type { Answer, World } from './world.ts'

/** The statuses of the contract that the function itself returns. */
const statuses = [200, 201, 400, 401, 403, 422, 429, 500, 503]

const transitions = new Set([
  'none → requested',
  'none → prepared',
  'prepared → requested',
  'prepared → refused',
  'prepared → ended',
  'requested → requested',
  'requested → redeemed',
  'requested → refused',
  'requested → discarded',
  'redeemed → redeemed',
  'redeemed → issued',
  'redeemed → refused',
  'redeemed → discarded',
  'issued → issued',
  'issued → discarded',
  'refused → discarded',
  'discarded → discarded',
  'requested → ended',
  'redeemed → ended',
  'issued → ended',
])

export interface Expected {
  /** Undefined if the caller may not act. */
  actorSub: string | undefined
  /** The `sub` of the subject; undefined if nobody may act as them. */
  subjectSub: string | undefined
  /** Whether somebody may have ended the session since. */
  mayBeEnded?: boolean
}

/** Checks an answer's form. One call of `expect` for all rules: each call takes long. */
export function expectContract({ statusCode, headers, body }: Answer): void {
  const isError = statusCode !== 200 && statusCode !== 201
  const rules = {
    status: statuses.includes(statusCode),
    headers: headers['Content-Type'] === 'application/json' && headers['Cache-Control'] === 'no-store',
    body: !isError || isErrorBody(body),
    noToken: !isError || !JSON.stringify({ headers, body }).includes('eyJ'),
    challenge: statusCode !== 401 || 'WWW-Authenticate' in headers,
    retryAfter: statusCode !== 429 || 'Retry-After' in headers,
    hidesTheFault: statusCode < 500 || /^the request could not be completed; its id is \S+$/.test(String(body.message)),
  }
  const broken = Object.entries(rules).flatMap(([name, holds]) => (holds ? [] : [name]))
  if (broken.length > 0) expect({ statusCode, headers, body, broken }).toMatchObject({ broken: [] })
}

const isErrorBody = ({ status, message, ...others }: Answer['body']) =>
  status === 'error' && typeof message === 'string' && /./.test(message) && Object.keys(others).length === 0

/** Checks that the record of a session is issued, and that record and tokens name the same actor and subject. */
export function expectRecorded(answer: Answer, world: World, { mayBeEnded = false, ...expected }: Expected): void {
  const { actorSub, subjectSub } = expected
  const id = answer.headers['Impersonation-Id'] ?? ''
  const item = world.table.items.get(id)
  const record = item && unmarshall(item)
  const { authorization, accessToken, refreshToken } = answer.body.session as Record<string, string>
  const [idClaims, access] = [claimsOf(authorization), claimsOf(accessToken)]
  const both = { sub: subjectSub, act: { sub: actorSub }, impersonation_id: id }
  expect({
    isAllowed: actorSub !== undefined && subjectSub !== undefined,
    record,
    isFinal: record?.state === 'issued' || (mayBeEnded && record?.state === 'ended'),
    refreshToken,
    idClaims,
    access,
    canChangeTheUser: String(access.scope ?? '').includes('aws.cognito.signin.user.admin'),
  }).toMatchObject({
    isAllowed: true,
    record: { id, issuedAt: expect.any(Number), ...expected, clientId: 'ours' },
    isFinal: true,
    refreshToken: '',
    idClaims: { ...both, token_use: 'id', aud: 'ours' },
    access: { ...both, token_use: 'access', client_id: 'ours' },
    canChangeTheUser: false,
  })
}

/** Attributes that no write changes. */
const kept = ['actorSub', 'actorSignedInAt', 'ticketHash', 'ticketEndsAt', 'clientId', 'requestedAt', 'subjectAsked']

/**
 * Checks that states only advance, that nothing follows the end, that one challenge for one subject redeems a record, and
 * that the index of live sessions has all issued records and no others. Counters of actors only count up.
 */
export function expectOrderly(changes: readonly Change[]): void {
  const redeemed = new Map<string, string>()
  // One call of `expect` for all changes: there are many, and each call takes long.
  const disorder = changes.flatMap(({ before, after }) => {
    const [old, now] = [before && attributesOf(before), attributesOf(after)]
    if (now.id.startsWith('actor#')) return isCounted(old, now) ? [] : [{ old, now, broken: ['counter'] }]
    const by = `${now.nonce} ${now.subjectSub}`
    const redeemedBy = redeemed.get(now.id) ?? by
    if (now.state === 'redeemed') redeemed.set(now.id, redeemedBy)
    const rules = {
      transition: transitions.has(`${old?.state ?? 'none'} → ${now.state}`),
      listedOn: 'listedOn' in now === ['prepared', 'issued'].includes(now.state),
      endedAt: 'endedAt' in now === (now.state === 'ended'),
      grantHash:
        (now.grantHash === undefined) === isUnclaimed(now) &&
        (old?.grantHash === undefined || now.grantHash === old.grantHash),
      kept: !old || kept.every((name) => now[name] === old[name]),
      redeemedOnce: now.state !== 'redeemed' || redeemedBy === by,
    }
    const broken = Object.entries(rules).flatMap(([name, holds]) => (holds ? [] : [name]))
    return broken.length > 0 ? [{ old, now, broken }] : []
  })
  expect(disorder).toEqual([])
}

type Attributes = ReturnType<typeof unmarshall>
const read = new WeakMap<Item, Attributes>()

/** The table never changes an item, so each is read once. */
function attributesOf(item: Item): Attributes {
  const attributes = read.get(item) ?? unmarshall(item)
  read.set(item, attributes)
  return attributes
}

/** A counter has these attributes only. */
function isCounted(old: Attributes | undefined, { id, count, expiresAt, ...others }: Attributes): boolean {
  return (
    id === (old?.id ?? id) &&
    count === (old?.count ?? 0) + 1 &&
    expiresAt === (old?.expiresAt ?? expiresAt) &&
    typeof expiresAt === 'number' &&
    Object.keys(others).length === 0
  )
}

/** Prepared, or closed before its ticket was redeemed: no session can follow. */
function isUnclaimed({ state, ticketHash, claimedAt }: Record<string, unknown>): boolean {
  if (state === 'prepared') return true
  return ticketHash !== undefined && claimedAt === undefined && ['refused', 'ended'].includes(String(state))
}

/**
 * Checks that the ticket's record names the actor. If a broken service reports a write that it did not make, there is no
 * record, and the ticket opens nothing.
 */
export function expectPrepared(answer: Answer, world: World, actorSub: string | undefined): void {
  expect(actorSub).toBeDefined()
  const item = world.table.items.get(String(answer.body.id))
  const [id, secret] = String(answer.body.ticket).split('.')
  if (item) expect(unmarshall(item)).toMatchObject({ id, actorSub, ticketHash: expect.any(String) })
  expect(secret).toHaveLength(43)
  expect(JSON.stringify([...world.table.items.values()])).not.toContain(secret)
}

export function expectNothingSecret(lines: readonly unknown[], secrets: Iterable<string>): void {
  const written = JSON.stringify(lines)
  expect([...secrets].filter((secret) => written.includes(secret))).toEqual([])
}

function claimsOf(token = ''): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}
