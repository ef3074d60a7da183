import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { newGrant, newTicket } from '../../lambda/grant.ts'
import { createOversightRecords } from '../../lambda/oversight/records.ts'
import { createRecords, type IssuePolicy, type Records } from '../../lambda/records.ts'
import { type ImpersonationRecord, listing } from '../../lambda/records-schema.ts'
import { inProcessDynamoDB, silentDynamoDB } from '../support/in-process.ts'
import { MemoryTable } from '../support/memory-table.ts'
import { delayed } from '../support/random-turns.ts'
import { scriptedDynamoDB, startTable } from '../support/table.ts'

const noon = Date.UTC(2026, 0, 1, 12)
const hour = 3_600_000
const alice = { sub: 'sub-of-alice', username: 'alice' }
const mallory = { sub: 'sub-of-mallory', username: 'mallory' }

let table: Awaited<ReturnType<typeof startTable>>
let records: Records
let now = noon
let grant = newGrant()

function requested(changes: Partial<ImpersonationRecord> = {}): ImpersonationRecord {
  return {
    id: grant.id,
    state: 'requested',
    grantHash: grant.hash,
    grantEndsAt: noon + 60_000,
    clientId: 'ours',
    actorSub: 'sub-of-olivia',
    actorUsername: 'olivia',
    subjectAsked: 'alice',
    requestedAt: noon,
    expiresAt: noon / 1000 + 86_400,
    ...changes,
  }
}

let ticket = newTicket()
const browser = { ip: '198.51.100.7', userAgent: 'Firefox' }

function prepared(changes: Partial<ImpersonationRecord> = {}): ImpersonationRecord {
  const { grantHash: _, grantEndsAt: __, ...rest } = requested()
  const { id, hash: ticketHash } = ticket
  const listed = changes.state ? {} : listing('prepared', noon)
  return { ...rest, id, state: 'prepared', ticketHash, ticketEndsAt: noon + 60_000, ...listed, ...changes }
}

beforeAll(async () => {
  table = await startTable()
  records = createRecords({ ...table, timeout: 5_000, now: () => now })
})
afterAll(() => table.close())
beforeEach(() => {
  now = noon
  grant = newGrant()
  ticket = newTicket()
})

const redeem = (changes: { hash?: string; clientId?: string; nonce?: string; subject?: typeof alice } = {}) =>
  records.redeem({
    grant: { id: grant.id, hash: changes.hash ?? grant.hash },
    clientId: changes.clientId ?? 'ours',
    nonce: changes.nonce ?? 'nonce-1',
    subject: changes.subject ?? alice,
  })

/** Creates records on a DynamoDB with scripted responses. */
function scripted(respond: Parameters<typeof scriptedDynamoDB>[0]) {
  const { dynamoDB, calls } = scriptedDynamoDB(respond)
  return { records: createRecords({ dynamoDB, tableName: 'records', timeout: 5_000, now: () => now }), calls }
}

describe('put', () => {
  test('writes the attributes and leaves out undefined ones', async () => {
    await records.put(requested({ reason: 'ticket 7', userAgent: undefined as never }))
    expect(await records.read(grant.id)).toStrictEqual(requested({ reason: 'ticket 7' }))
  })
  test('succeeds if an earlier try, whose response was lost, wrote the record', async () => {
    await records.put(requested())
    await expect(records.put(requested())).resolves.toBeUndefined()
  })
  test('succeeds for a prepared record if an earlier try wrote it', async () => {
    await records.put(prepared())
    await expect(records.put(prepared())).resolves.toBeUndefined()
  })
  test('never overwrites the record of another ticket', async () => {
    await records.put(prepared())
    await expect(records.put(prepared({ ticketHash: newTicket().hash }))).rejects.toMatchObject({ code: 'Fault' })
    expect(await records.read(ticket.id)).toEqual(prepared())
  })
  test('never overwrites the record of another grant', async () => {
    await records.put(requested())
    await expect(records.put(requested({ grantHash: newGrant().hash }))).rejects.toMatchObject({
      code: 'Fault',
      message: 'the record id is taken',
    })
    expect(await records.read(grant.id)).toEqual(requested())
  })
  test('reads the existing record consistently', async () => {
    const { records, calls } = scripted((operation) =>
      operation === 'GetItem' ? {} : { __type: 'ConditionalCheckFailedException' },
    )
    await expect(records.put(requested())).rejects.toMatchObject({ code: 'Fault', message: 'the record id is taken' })
    expect(calls.at(-1)).toMatchObject({ operation: 'GetItem', input: { ConsistentRead: true } })
  })
  test('throws Unavailable if DynamoDB refuses, without reading the record', async () => {
    const { records, calls } = scripted((operation) =>
      operation === 'GetItem' ? { Item: marshall(requested()) } : { __type: 'AccessDeniedException' },
    )
    await expect(records.put(requested())).rejects.toMatchObject({ code: 'Unavailable' })
    expect(calls).toHaveLength(1)
  })
  test('throws Unavailable if DynamoDB does not respond in time', async () => {
    const impatient = createRecords({ ...table, dynamoDB: silentDynamoDB(), timeout: 1, now: () => now })
    await expect(impatient.put(requested())).rejects.toMatchObject({ code: 'Unavailable' })
  })
})

const claim = (changes: Partial<Parameters<Records['claim']>[0]> = {}, at = records) =>
  at.claim({ ticket, clientId: 'ours', grant, browser, ...changes })

describe('claim', () => {
  test('turns the prepared record into a requested one, with the grant and the browser', async () => {
    await records.put(prepared())
    now = noon + 5
    const claimed = prepared({
      state: 'requested',
      grantHash: grant.hash,
      grantEndsAt: noon + 60_005,
      claimedAt: noon + 5,
      browserIp: browser.ip,
      browserUserAgent: browser.userAgent,
    })
    expect(await claim()).toEqual(claimed)
    expect(await records.read(ticket.id)).toEqual(claimed)
  })
  test('works for a browser without a user agent', async () => {
    await records.put(prepared())
    expect(await claim({ browser: { ip: browser.ip } })).not.toHaveProperty('browserUserAgent')
  })
  test('can be repeated with the same grant: a retry after a lost response', async () => {
    await records.put(prepared())
    await claim()
    expect(await claim()).toMatchObject({ state: 'requested', grantHash: grant.hash })
  })
  test('cannot be repeated with another grant', async () => {
    await records.put(prepared())
    const first = await claim()
    expect(await claim({ grant: newGrant() })).toBeUndefined()
    expect(await records.read(ticket.id)).toEqual(first)
  })
  test('cannot be repeated with the same grant once the grant is redeemed', async () => {
    await records.put(prepared())
    await claim()
    await records.redeem({ grant: { ...grant, id: ticket.id }, clientId: 'ours', nonce: 'n', subject: alice })
    expect(await claim()).toBeUndefined()
    expect(await records.read(ticket.id)).toMatchObject({ state: 'redeemed' })
  })
  test.each<[string, () => Parameters<typeof claim>[0]]>([
    ['another hash', () => ({ ticket: { id: ticket.id, hash: newTicket().hash } })],
    ['the hash of the grant', () => ({ ticket: { id: ticket.id, hash: grant.hash } })],
    ['another app client', () => ({ clientId: 'another' })],
  ])('refuses %s, and leaves the record unchanged', async (_, changes) => {
    await records.put(prepared())
    expect(await claim(changes())).toBeUndefined()
    expect(await records.read(ticket.id)).toEqual(prepared())
  })
  test('refuses a ticket from the moment at which it ends', async () => {
    await records.put(prepared())
    now = noon + 60_000
    expect(await claim()).toBeUndefined()
    now -= 1
    expect(await claim()).toBeDefined()
  })
  test.each(['requested', 'redeemed', 'issued', 'refused', 'discarded', 'ended'] as const)(
    'refuses a record in state %s',
    async (state) => {
      await records.put(prepared({ state }))
      expect(await claim()).toBeUndefined()
      expect(await records.read(ticket.id)).toEqual(prepared({ state }))
    },
  )
  test('refuses a used ticket, even if somebody set the state back', async () => {
    const record = prepared({ claimedAt: noon - 1 })
    await records.put(record)
    expect(await claim()).toBeUndefined()
    expect(await records.read(ticket.id)).toEqual(record)
  })
  test('refuses a ticket older than a wait for approval and 10 minutes, even if somebody moved its end', async () => {
    await records.put(prepared({ ticketEndsAt: noon + 1_000 * hour }))
    now = noon + 24 * hour + 600_000
    expect(await claim()).toBeUndefined()
    now -= 1
    expect(await claim()).toBeDefined()
  })
  describe('of a ticket that needs approval', () => {
    test('refuses it without using it up, and accepts it once after the approval', async () => {
      const waiting = prepared({ approvalRequired: true })
      await records.put(waiting)
      expect(await claim()).toBeUndefined()
      expect(await records.read(ticket.id)).toEqual(waiting)
      const approving = createOversightRecords({ ...table, timeout: 5_000, now: () => now })
      await approving.approve(ticket.id, { by: { sub: 'sub-of-audrey', username: 'audrey' }, subjectSub: alice.sub })
      expect(await claim()).toMatchObject({ state: 'requested', approvedBySub: 'sub-of-audrey' })
      expect(await claim({ grant: newGrant() })).toBeUndefined()
    })
    test('refuses it from 10 minutes after the approval', async () => {
      now = noon + 23 * hour
      await records.put(prepared({ approvalRequired: true }))
      const approving = createOversightRecords({ ...table, timeout: 5_000, now: () => now })
      await approving.approve(ticket.id, { by: { sub: 'sub-of-audrey', username: 'audrey' }, subjectSub: alice.sub })
      now += 600_000
      expect(await claim()).toBeUndefined()
      now -= 1
      expect(await claim()).toBeDefined()
    })
  })
  test('refuses a record without a ticket', async () => {
    await records.put(requested({ state: 'prepared' }))
    expect(await claim({ ticket: { id: grant.id, hash: grant.hash } })).toBeUndefined()
  })
  test('refuses if the record is missing, and creates none', async () => {
    expect(await claim()).toBeUndefined()
    expect(await records.read(ticket.id)).toBeUndefined()
  })
  test('200 races of two claims: one wins', async () => {
    const dynamoDB = inProcessDynamoDB(delayed(new MemoryTable().perform))
    const records = createRecords({ dynamoDB, tableName: 'records', timeout: 5_000, now: () => now })
    for (let race = 0; race < 200; race++) {
      ticket = newTicket()
      await records.put(prepared())
      const grants = [newGrant(), newGrant()]
      const claims = await Promise.all(grants.map((grant) => claim({ grant }, records)))
      const winner = claims.findIndex((record) => record !== undefined)
      expect(claims.filter((record) => record !== undefined)).toHaveLength(1)
      expect(await records.read(ticket.id)).toMatchObject({ grantHash: grants[winner]?.hash })
    }
  })
})

describe('requireApproval', () => {
  test('marks the prepared record', async () => {
    await records.put(prepared())
    expect(await records.requireApproval(ticket)).toEqual(prepared({ approvalRequired: true }))
    expect(await records.read(ticket.id)).toEqual(prepared({ approvalRequired: true }))
  })
  test.each(['requested', 'issued', 'ended', 'refused'] as const)(
    'leaves a record in state %s unchanged',
    async (state) => {
      await records.put(prepared({ state }))
      expect(await records.requireApproval(ticket)).toBeUndefined()
      expect(await records.read(ticket.id)).toEqual(prepared({ state }))
    },
  )
  test('can be repeated: a retry after a lost response', async () => {
    await records.put(prepared())
    await records.requireApproval(ticket)
    expect(await records.requireApproval(ticket)).toEqual(prepared({ approvalRequired: true }))
  })
  test('marks no record of another ticket, and creates none', async () => {
    expect(await records.requireApproval(ticket)).toBeUndefined()
    await records.put(prepared())
    expect(await records.requireApproval({ id: ticket.id, hash: newTicket().hash })).toBeUndefined()
    expect(await records.read(ticket.id)).toEqual(prepared())
  })
})

describe('a prepared record', () => {
  test('leaves the index of prepared ones when it is claimed, and when it is refused', async () => {
    await records.put(prepared())
    expect(await claim()).not.toHaveProperty('listedOn')
    ticket = newTicket()
    await records.put(prepared())
    await records.refuse(ticket.id, 'ActorNotAllowed')
    expect(await records.read(ticket.id)).not.toHaveProperty('listedOn')
  })

  test.each(['', 'A'.repeat(43)])('redeems no grant, whatever its hash: %p', async (hash) => {
    await records.put(prepared())
    const redemption = { clientId: 'ours', nonce: 'n', subject: alice }
    expect(await records.redeem({ grant: { id: ticket.id, hash }, ...redemption })).toBe(false)
    expect(await records.redeem({ grant: { id: ticket.id, hash: ticket.hash }, ...redemption })).toBe(false)
  })
  test('is not issued', async () => {
    await records.put(prepared({ subjectSub: alice.sub }))
    const session = { id: ticket.id, clientId: 'ours', subjectSub: alice.sub, sessionLength: hour }
    expect(await records.issue(session)).toBeUndefined()
  })
})

describe('throws Unavailable if the call may have failed:', () => {
  const unavailable = {
    code: 'Unavailable',
    message: 'a call to the records table failed',
    cause: expect.any(Error),
  }
  const withoutItem = expect.objectContaining({ message: 'the response does not contain the item' })
  const responses = [
    {},
    { Attributes: {} },
    { Attributes: { id: { S: 'another' } } },
    { __type: 'ThrottlingException' },
    { __type: 'ResourceNotFoundException' },
  ]
  const calls: [string, (records: Records) => Promise<unknown>][] = [
    ['claim', (records) => records.claim({ ticket: grant, clientId: 'ours', grant, browser })],
    ['requireApproval', (records) => records.requireApproval(grant)],
    ['redeem', (records) => records.redeem({ grant, clientId: 'ours', nonce: 'nonce-1', subject: alice })],
    [
      'issue',
      (records) => records.issue({ id: grant.id, clientId: 'ours', subjectSub: alice.sub, sessionLength: hour }),
    ],
    ['allow', (records) => records.allow({ grant, allowed: { everyone: true, groups: [] } })],
    ['refuse', (records) => records.refuse(grant.id, 'Fault')],
    ['discard', (records) => records.discard(grant.id, 'Fault')],
  ]
  test.each(responses.flatMap((response) => calls.map(([name, call]) => [name, response, call] as const)))(
    '%s, response %j',
    async (_, response, call) => {
      const { records } = scripted(() => response)
      const cause = '__type' in response ? expect.any(Error) : withoutItem
      await expect(call(records)).rejects.toMatchObject({ ...unavailable, cause })
    },
  )
  test.each(responses.slice(3))('read, response %j', async (response) => {
    await expect(scripted(() => response).records.read(grant.id)).rejects.toMatchObject(unavailable)
  })
})

const allow = (changes: { hash?: string; groups?: string[]; everyone?: boolean } = {}) =>
  records.allow({
    grant: { id: grant.id, hash: changes.hash ?? grant.hash },
    allowed: { everyone: changes.everyone ?? false, groups: changes.groups ?? ['customers-emea'] },
  })

describe('allow', () => {
  test('records whom the actor may act as', async () => {
    await records.put(requested())
    expect(await allow()).toBe(true)
    expect(await records.read(grant.id)).toEqual(
      requested({ allowedGroups: ['customers-emea'], allowsEveryone: false }),
    )
  })
  test('records that nobody is allowed, and that everyone is', async () => {
    await records.put(requested())
    expect(await allow({ groups: [] })).toBe(true)
    expect(await records.read(grant.id)).toEqual(requested({ allowedGroups: [], allowsEveryone: false }))
    expect(await allow({ groups: [], everyone: true })).toBe(true)
    expect(await records.read(grant.id)).toEqual(requested({ allowedGroups: [], allowsEveryone: true }))
  })
  test('can be repeated: a retry after a lost response', async () => {
    await records.put(requested())
    await allow()
    expect(await allow()).toBe(true)
  })
  test.each(['another grant', 'a prepared record'])('refuses %s, and leaves the record unchanged', async (what) => {
    const record = what === 'another grant' ? requested() : requested({ state: 'prepared' })
    await records.put(record)
    expect(await allow(what === 'another grant' ? { hash: newGrant().hash } : {})).toBe(false)
    expect(await records.read(grant.id)).toEqual(record)
  })
  test.each(['redeemed', 'issued', 'refused', 'discarded', 'ended'] as const)(
    'refuses a record in state %s',
    async (state) => {
      await records.put(requested({ state }))
      expect(await allow({ everyone: true })).toBe(false)
      expect(await records.read(grant.id)).toEqual(requested({ state }))
    },
  )
  test('refuses if the record is missing, and creates none', async () => {
    expect(await allow()).toBe(false)
    expect(await records.read(grant.id)).toBeUndefined()
  })
})

describe('redeem', () => {
  test('binds the grant to the subject', async () => {
    await records.put(requested())
    now = noon + 5
    expect(await redeem()).toBe(true)
    expect(await records.read(grant.id)).toMatchObject({
      state: 'redeemed',
      subjectSub: alice.sub,
      subjectUsername: 'alice',
      redeemedAt: noon + 5,
    })
  })
  test('succeeds again for the same challenge and subject, and keeps the first time', async () => {
    await records.put(requested())
    await redeem()
    now = noon + 9
    expect(await redeem()).toBe(true)
    expect(await records.read(grant.id)).toMatchObject({ redeemedAt: noon })
  })
  test.each([
    ['another challenge', { nonce: 'nonce-2' }],
    ['another subject', { subject: mallory }],
  ])('refuses a redeemed grant for %s', async (_, changes) => {
    await records.put(requested())
    await redeem()
    expect(await redeem(changes)).toBe(false)
    expect(await records.read(grant.id)).toMatchObject({ nonce: 'nonce-1', subjectSub: alice.sub })
  })
  test.each([
    ['a wrong grant', { hash: newGrant().hash }],
    ['another app client', { clientId: 'another' }],
  ])('refuses %s, and leaves the record unchanged', async (_, changes) => {
    await records.put(requested())
    expect(await redeem(changes)).toBe(false)
    expect(await records.read(grant.id)).toEqual(requested())
    expect(await redeem()).toBe(true)
  })
  test('refuses a grant after 60 s', async () => {
    await records.put(requested())
    now = noon + 60_000
    expect(await redeem()).toBe(false)
    now -= 1
    expect(await redeem()).toBe(true)
  })
  test('refuses a grant without a record', async () => {
    expect(await redeem()).toBe(false)
    expect(await records.read(grant.id)).toBeUndefined()
  })
  test.each(['issued', 'refused', 'discarded', 'ended'] as const)('refuses a record in state %s', async (state) => {
    await records.put(requested({ state, nonce: 'nonce-1', subjectSub: alice.sub }))
    expect(await redeem()).toBe(false)
  })
  test.each(['nonce-1', 'nonce-2'])('refuses a used grant, even if somebody set the state back: %s', async (nonce) => {
    const record = requested({
      nonce: 'nonce-1',
      subjectSub: alice.sub,
      subjectUsername: 'alice',
      redeemedAt: noon - 1,
    })
    await records.put(record)
    expect(await redeem({ nonce })).toBe(false)
    expect(await records.read(grant.id)).toEqual(record)
  })
  test('succeeds for only one of 50 concurrent challenges', async () => {
    await records.put(requested())
    const wins = await Promise.all(Array.from({ length: 50 }, (_, n) => redeem({ nonce: `nonce-${n}` })))
    expect(wins.filter(Boolean)).toHaveLength(1)
  })
})

describe('issue', () => {
  const issue = (changes: { clientId?: string; sub?: string } = {}) =>
    records.issue({
      id: grant.id,
      clientId: changes.clientId ?? 'ours',
      subjectSub: changes.sub ?? alice.sub,
      sessionLength: hour,
    })
  const redeemed = () => requested({ state: 'redeemed', subjectSub: alice.sub })

  test('returns the record with the end of the session', async () => {
    await records.put(redeemed())
    expect(await issue()).toMatchObject({
      state: 'issued',
      actorSub: 'sub-of-olivia',
      issuedAt: noon,
      endsAt: noon + hour,
      listedOn: 'live 2026-01-01',
      listedAt: noon + hour,
    })
  })
  test('takes both times from one reading of the clock', async () => {
    await records.put(redeemed())
    const ticking = createRecords({ ...table, timeout: 5_000, now: () => now++ })
    const session = { id: grant.id, clientId: 'ours', subjectSub: alice.sub, sessionLength: hour }
    expect(await ticking.issue(session)).toMatchObject({ issuedAt: noon, endsAt: noon + hour })
  })
  test('can be repeated, and keeps the first times', async () => {
    await records.put(redeemed())
    await issue()
    now = noon + 9
    expect(await issue()).toMatchObject({ issuedAt: noon, endsAt: noon + hour })
  })
  test('keeps the day of the end, too, if it is repeated after midnight', async () => {
    const midnight = noon + 12 * hour
    await records.put({ ...redeemed(), grantEndsAt: midnight + 60_000 })
    now = midnight - hour - 1
    await issue()
    now += 1
    expect(await issue()).toMatchObject({ endsAt: midnight - 1, listedOn: 'live 2026-01-01', listedAt: midnight - 1 })
  })
  test.each([
    ['another app client', { clientId: 'another' }],
    ['another subject', { sub: mallory.sub }],
  ])('refuses %s', async (_, changes) => {
    await records.put(redeemed())
    expect(await issue(changes)).toBeUndefined()
    expect(await records.read(grant.id)).toEqual(redeemed())
  })
  test('refuses an actor who is also the subject', async () => {
    await records.put({ ...redeemed(), actorSub: alice.sub })
    expect(await issue()).toBeUndefined()
  })
  test('refuses after the grant’s 60 s', async () => {
    await records.put(redeemed())
    now = noon + 60_000
    expect(await issue()).toBeUndefined()
    now -= 1
    expect(await issue()).toBeDefined()
  })
  test.each(['requested', 'refused', 'discarded', 'ended'] as const)('refuses a record in state %s', async (state) => {
    await records.put({ ...redeemed(), state })
    expect(await issue()).toBeUndefined()
  })
  describe('with an approval', () => {
    const issueApproved = (policy: IssuePolicy = { approved: true }) =>
      records.issue({ id: grant.id, clientId: 'ours', subjectSub: alice.sub, sessionLength: hour, policy })
    const approved = (changes: Partial<ImpersonationRecord> = {}) => ({
      ...redeemed(),
      approvedAt: noon,
      approvedBySub: 'sub-of-audrey',
      approvedSubjectSub: alice.sub,
      ...changes,
    })
    test('issues for the approved subject', async () => {
      await records.put(approved())
      expect(await issueApproved()).toMatchObject({ state: 'issued' })
    })
    test('repeats the other policy too', async () => {
      await records.put(approved({ allowedGroups: ['gold'], allowsEveryone: false }))
      expect(await issueApproved({ approved: true, matchedGroups: ['vips'] })).toBeUndefined()
      expect(await issueApproved({ approved: true, matchedGroups: ['gold'] })).toMatchObject({ state: 'issued' })
    })
    test.each<[string, () => ImpersonationRecord]>([
      ['without an approval', () => redeemed()],
      ['without an approver', () => ({ ...redeemed(), approvedSubjectSub: alice.sub })],
      ['approved for another subject', () => approved({ approvedSubjectSub: mallory.sub })],
      ['approved by the actor', () => approved({ approvedBySub: 'sub-of-olivia' })],
      ['approved by the subject', () => approved({ approvedBySub: alice.sub })],
    ])('refuses a record %s', async (_, record) => {
      await records.put(record())
      expect(await issueApproved()).toBeUndefined()
      expect(await records.read(grant.id)).toEqual(record())
    })
  })
  describe('with mayActAs', () => {
    const issueBy = (matchedGroups: string[]) =>
      records.issue({
        id: grant.id,
        clientId: 'ours',
        subjectSub: alice.sub,
        sessionLength: hour,
        policy: { matchedGroups },
      })
    const allowing = (groups: string[] | undefined, everyone?: boolean) => ({
      ...redeemed(),
      ...(groups && { allowedGroups: groups }),
      ...(everyone !== undefined && { allowsEveryone: everyone }),
    })
    test.each<[string, () => ImpersonationRecord, string[]]>([
      ['one of the allowed groups', () => allowing(['emea', 'us'], false), ['us']],
      ['two of them', () => allowing(['emea', 'us'], false), ['us', 'emea']],
      ['no group, if everyone is allowed', () => allowing([], true), []],
    ])('records the match: %s', async (_, record, matchedGroups) => {
      await records.put(record())
      expect(await issueBy(matchedGroups)).toMatchObject({ state: 'issued', matchedGroups })
      expect(await issueBy(matchedGroups)).toMatchObject({ state: 'issued', matchedGroups })
    })
    test.each<[string, () => ImpersonationRecord, string[]]>([
      ['the group is not allowed', () => allowing(['emea'], false), ['us']],
      ['no group matched, and not everyone is allowed', () => allowing(['emea'], false), []],
      ['the record does not say whom it allows', () => redeemed(), ['emea']],
      ['the record does not say that it allows everyone', () => redeemed(), []],
    ])('refuses if %s', async (_, record, matchedGroups) => {
      const before = record()
      await records.put(before)
      expect(await issueBy(matchedGroups)).toBeUndefined()
      expect(await records.read(grant.id)).toEqual(before)
    })
  })
  test('refuses if the record is missing, and creates none', async () => {
    expect(await issue()).toBeUndefined()
    expect(await records.read(grant.id)).toBeUndefined()
  })
})

describe('refuse', () => {
  test.each(['prepared', 'requested', 'redeemed'] as const)('closes a record in state %s', async (state) => {
    await records.put(requested({ state }))
    await records.refuse(grant.id, 'SubjectProtected')
    expect(await records.read(grant.id)).toMatchObject({ state: 'refused', code: 'SubjectProtected', refusedAt: noon })
  })
  test.each(['issued', 'discarded', 'refused', 'ended'] as const)(
    'leaves a record in state %s unchanged',
    async (state) => {
      await records.put(requested({ state, code: 'SubjectDisabled' }))
      await records.refuse(grant.id, 'SubjectProtected')
      expect(await records.read(grant.id)).toEqual(requested({ state, code: 'SubjectDisabled' }))
    },
  )
  test('adds the subject, so that the attempt is found by subject', async () => {
    await records.put(requested())
    await records.refuse(grant.id, 'SubjectDisabled', alice)
    expect(await records.read(grant.id)).toMatchObject({ subjectSub: alice.sub, subjectUsername: alice.username })
  })
  test('keeps the subject for whom the grant was redeemed', async () => {
    await records.put(requested())
    await redeem()
    await records.refuse(grant.id, 'SubjectDisabled', mallory)
    expect(await records.read(grant.id)).toMatchObject({
      state: 'refused',
      subjectSub: alice.sub,
      subjectUsername: 'alice',
    })
  })
  test('creates no record', async () => {
    await records.refuse(grant.id, 'Fault')
    expect(await records.read(grant.id)).toBeUndefined()
  })
})

describe('discard', () => {
  test.each(['requested', 'redeemed', 'issued', 'refused'] as const)('marks a record in state %s', async (state) => {
    await records.put(requested({ state }))
    await records.discard(grant.id, 'TokensUnfit')
    expect(await records.read(grant.id)).toMatchObject({ state: 'discarded', code: 'TokensUnfit', discardedAt: noon })
  })
  test('takes the record out of the index of live sessions', async () => {
    await records.put(requested({ state: 'issued', endsAt: noon + hour, ...listing('live', noon + hour) }))
    await records.discard(grant.id, 'TokensUnfit')
    expect(await records.read(grant.id)).not.toHaveProperty('listedOn')
  })
  test('leaves an ended record unchanged', async () => {
    await records.put(requested({ state: 'ended', endedAt: noon }))
    await records.discard(grant.id, 'TokensUnfit')
    expect(await records.read(grant.id)).toEqual(requested({ state: 'ended', endedAt: noon }))
  })
  test('creates no record', async () => {
    await records.discard(grant.id, 'TokensUnfit')
    expect(await records.read(grant.id)).toBeUndefined()
  })
})
