import { describe, expect, jest, test } from '@jest/globals'
import { readEndpointConfig } from '../../../lambda/config.ts'
import type { CountActor } from '../../../lambda/endpoint/actor-limit.ts'
import type { ConfirmRight } from '../../../lambda/endpoint/actor-right.ts'
import { createHandOff } from '../../../lambda/endpoint/hand-off.ts'
import type { Mint } from '../../../lambda/endpoint/mint.ts'
import { type Code, ImpersonationError } from '../../../lambda/errors.ts'
import { newGrant, newTicket, readProof } from '../../../lambda/grant.ts'
import type { Users } from '../../../lambda/http/users.ts'
import type { Records } from '../../../lambda/records.ts'
import type { ImpersonationRecord } from '../../../lambda/records-schema.ts'
import { endpointEnvironment } from '../../support/environment.ts'

const noon = Date.UTC(2026, 0, 1, 12)
const olivia = {
  sub: 'sub-of-olivia',
  username: 'olivia',
  groups: ['impersonators'],
  clientId: 'actors',
  signedInAt: noon - 5_000,
  tokenEndsAt: noon + 3_600_000,
  impersonated: false,
}
const request = { username: 'alice@example.com', reason: 'ticket 7' }
const source = { sourceIp: '192.0.2.1', userAgent: 'curl', apiKeyId: 'key-1', requestId: 'request-1' }
const browser = { ip: '198.51.100.7', userAgent: 'Firefox' }
const contextData = { IpAddress: '198.51.100.7', ServerName: 'api', ServerPath: '/v1', HttpHeaders: [] }
const session = { id: 'record-1', idToken: 'id', accessToken: 'access', username: 'alice', endsAt: 1 }
const { signal } = new AbortController()
const down = new ImpersonationError('Unavailable')

const everyone = { everyone: true, groups: [] }

function setUp(
  options: {
    environment?: object
    put?: Records['put']
    claim?: Records['claim']
    /** The record that a failed claim finds. */
    read?: ImpersonationRecord
    requireApproval?: Records['requireApproval']
    groupsOfName?: Users['groupsOfName']
    confirmRight?: ConfirmRight
    countActor?: CountActor
  } = {},
) {
  const log = jest.fn()
  const records = {
    put: jest.fn<Records['put']>(options.put ?? (async () => {})),
    claim: jest.fn<Records['claim']>(options.claim ?? (async ({ ticket }) => claimed({ id: ticket.id }))),
    read: jest.fn<Records['read']>(async () => options.read),
    requireApproval: jest.fn<Records['requireApproval']>(
      options.requireApproval ??
        (async ({ id }) => ({ ...claimed({ id, state: 'prepared' }), approvalRequired: true, reason: 'as stored' })),
    ),
    refuse: jest.fn<Records['refuse']>(async () => {}),
  }
  const users = {
    groupsOfName: jest.fn<Users['groupsOfName']>(
      options.groupsOfName ?? (async ({ among }) => among.filter((name) => name === 'vips')),
    ),
  }
  const mint = jest.fn<Mint>(async () => session)
  const confirmRight = jest.fn<ConfirmRight>(options.confirmRight ?? (async () => everyone))
  const config = readEndpointConfig({ ...endpointEnvironment, ...options.environment })
  const countActor = jest.fn<CountActor>(options.countActor ?? (async () => {}))
  let time = noon // goes on with each reading, so that two readings for one record show
  const handOff = createHandOff({ config, records, users, confirmRight, countActor, mint, now: () => time++, log })
  return { ...handOff, records, users, mint, confirmRight, countActor, log }
}

function claimed(changes: Partial<ImpersonationRecord> = {}): ImpersonationRecord {
  return {
    id: 'record-1',
    state: 'requested',
    clientId: 'ours',
    actorSub: olivia.sub,
    actorUsername: olivia.username,
    actorSignedInAt: olivia.signedInAt,
    subjectAsked: request.username,
    requestedAt: noon,
    expiresAt: 1,
    ...changes,
  }
}

describe('prepare', () => {
  test('records who acts as whom, why and from where, and returns the ticket', async () => {
    const { prepare, records } = setUp()
    const { record, ticket } = await prepare(olivia, request, source, signal)
    expect(readProof(ticket)).toEqual({ id: record.id, hash: record.ticketHash })
    expect(record).toEqual({
      id: expect.any(String),
      state: 'prepared',
      listedOn: 'prepared 2026-01-01',
      listedAt: noon,
      ticketHash: expect.stringMatching(/^[\w-]{43}$/),
      ticketEndsAt: noon + 60_000,
      clientId: 'ours',
      actorSub: olivia.sub,
      actorUsername: 'olivia',
      actorSignedInAt: olivia.signedInAt,
      subjectAsked: 'alice@example.com',
      reason: 'ticket 7',
      requestedAt: noon,
      expiresAt: noon / 1000 + 400 * 86_400,
      ...source,
    })
    expect(records.put.mock.calls).toEqual([[record]])
    expect(JSON.stringify(record)).not.toContain(ticket.slice(37))
  })
  test.each([
    ['ticketSeconds', { TICKET_SECONDS: '600' }, noon + 600_000],
    ['the end of the ID token, if nothing is looked up', { LOOK_UP_GROUP: 'false' }, noon + 1_000],
    ['ticketSeconds, although the ID token ends before', {}, noon + 60_000],
  ])('the ticket ends with %s', async (_, environment, ticketEndsAt) => {
    const { prepare } = setUp({ environment })
    const { record } = await prepare({ ...olivia, tokenEndsAt: noon + 1_000 }, request, source, signal)
    expect(record).toMatchObject({ ticketEndsAt })
  })
  test.each<[string, Partial<typeof olivia>, Code]>([
    ['a caller outside the group', { groups: ['gold'] }, 'ActorNotAllowed'],
    ['an impersonated session', { impersonated: true }, 'ActorImpersonated'],
  ])('refuses %s, and calls nothing', async (_, actor, code) => {
    const { prepare, records, confirmRight, countActor } = setUp()
    await expect(prepare({ ...olivia, ...actor }, request, source, signal)).rejects.toMatchObject({ code })
    for (const unused of [records.put, confirmRight, countActor]) expect(unused).not.toHaveBeenCalled()
  })
  test.each<[string, ConfirmRight, Code]>([
    ['whose right is gone', async () => undefined, 'ActorNotAllowed'],
    ['whose right is unknown', () => Promise.reject(down), 'Unavailable'],
  ])('refuses an actor %s, and the record says so', async (_, confirmRight, code) => {
    const { prepare, records } = setUp({ confirmRight })
    const failure = await prepare(olivia, request, source, signal).catch((error) => error)
    const [record] = records.put.mock.calls[0] ?? []
    expect(failure).toMatchObject({ code, impersonationId: record?.id })
    expect(records.refuse.mock.calls).toEqual([[record?.id, code]])
  })
  test('gives no ticket if the record cannot be written', async () => {
    const { prepare, records } = setUp({ put: () => Promise.reject(down), confirmRight: async () => undefined })
    await expect(prepare(olivia, request, source, signal)).rejects.toBe(down)
    expect(records.refuse).not.toHaveBeenCalled()
  })
  const limited = () => Promise.reject(Object.assign(new ImpersonationError('ActorLimit'), { retryAfter: 60 }))
  test.each<[string, CountActor, object]>([
    ['at the actor’s limit', limited, { code: 'ActorLimit', retryAfter: 60 }],
    ['if the counter fails', () => Promise.reject(down), { code: 'Unavailable' }],
  ])('gives no ticket %s, and the record says so', async (_, countActor, expected) => {
    const { prepare, records, ...setup } = setUp({ countActor })
    const failure = await prepare(olivia, request, source, signal).catch((error) => error)
    const [record] = records.put.mock.calls[0] ?? []
    expect(failure).toMatchObject({ ...expected, impersonationId: record?.id })
    expect(records.refuse.mock.calls).toEqual([[record?.id, failure.code]])
    expect(setup.countActor.mock.calls).toEqual([[olivia.sub]])
  })
  test('reports the limit only after the actor’s right is confirmed', async () => {
    const { prepare } = setUp({ countActor: limited, confirmRight: async () => undefined })
    await expect(prepare(olivia, request, source, signal)).rejects.toMatchObject({ code: 'ActorNotAllowed' })
  })
  test('logs a record that cannot be marked as refused, and keeps the refusal', async () => {
    const { prepare, records, log } = setUp({ confirmRight: async () => undefined })
    records.refuse.mockRejectedValue(down)
    await expect(prepare(olivia, request, source, signal)).rejects.toMatchObject({ code: 'ActorNotAllowed' })
    expect(log.mock.calls).toEqual([['refuse', expect.any(String), down]])
  })

  describe('with approvalGroups', () => {
    const environment = { APPROVAL_GROUPS: '["vips","staff"]' }
    test('marks a subject of such a group before anybody gets the ticket', async () => {
      const { prepare, records, users } = setUp({ environment })
      const { record, ticket } = await prepare(olivia, request, source, signal)
      expect(users.groupsOfName.mock.calls).toEqual([[{ name: 'alice@example.com', among: ['vips', 'staff'] }, signal]])
      expect(records.requireApproval).toHaveBeenCalledWith(expect.objectContaining(readProof(ticket) ?? {}))
      expect(record).toMatchObject({ id: readProof(ticket)?.id, approvalRequired: true, reason: 'as stored' })
    })
    test('does not mark a subject outside of them, or an unknown one', async () => {
      const { prepare, records } = setUp({ environment, groupsOfName: async () => [] })
      expect((await prepare(olivia, request, source, signal)).record).not.toHaveProperty('approvalRequired')
      expect(records.requireApproval).not.toHaveBeenCalled()
    })
    test('without the setting, nothing is looked up', async () => {
      const { prepare, users } = setUp()
      await prepare(olivia, request, source, signal)
      expect(users.groupsOfName).not.toHaveBeenCalled()
    })
    test('looks the subject up only after the actor’s right is confirmed', async () => {
      const { prepare, users } = setUp({ environment, confirmRight: async () => undefined })
      await expect(prepare(olivia, request, source, signal)).rejects.toMatchObject({ code: 'ActorNotAllowed' })
      expect(users.groupsOfName).not.toHaveBeenCalled()
    })
    test.each<[string, Parameters<typeof setUp>[0], Code]>([
      ['the look-up fails', { groupsOfName: () => Promise.reject(down) }, 'Unavailable'],
      ['the mark cannot be written', { requireApproval: () => Promise.reject(down) }, 'Unavailable'],
      ['somebody has ended it already', { requireApproval: async () => undefined }, 'ImpersonationEnded'],
    ])('gives no ticket if %s, and the record is refused', async (_, options, code) => {
      const { prepare, records } = setUp({ environment, ...options })
      const failure = await prepare(olivia, request, source, signal).catch((error) => error)
      expect(failure).toMatchObject({ code, impersonationId: records.put.mock.calls[0]?.[0].id })
      expect(records.refuse.mock.calls).toEqual([[failure.impersonationId, code]])
    })
  })
})

describe('claim', () => {
  test('passes the ticket’s hash, our client, a new grant and the browser', async () => {
    const { claim, records } = setUp()
    const { id, hash, ticket } = newTicket()
    const { record, grant } = await claim(ticket, browser)
    expect(record.id).toBe(id)
    expect(records.claim.mock.calls).toEqual([[{ ticket: { id, hash }, clientId: 'ours', grant, browser }]])
    expect(readProof(grant.answer)).toEqual({ id, hash: grant.hash })
    expect(grant.hash).not.toBe(hash)
  })
  test.each(['', 'x', newTicket().id, `${newTicket().ticket}A`])(
    'refuses a malformed ticket without a call: %p',
    async (ticket) => {
      const { claim, records } = setUp()
      await expect(claim(ticket, browser)).rejects.toMatchObject({ code: 'TicketInvalid', status: 401 })
      expect(records.claim).not.toHaveBeenCalled()
    },
  )
  test('refuses every other ticket with the same error, without the record’s id', async () => {
    const { claim } = setUp({ claim: async () => undefined })
    const refused = (ticket: string) => claim(ticket, browser).catch((error) => error)
    const [unknown, malformed] = [await refused(newTicket().ticket), await refused('x')]
    expect({ ...unknown }).toEqual({ ...malformed })
    expect(unknown.message).toBe(malformed.message)
    expect(unknown.impersonationId).toBeUndefined()
  })

  describe('of a ticket that waits for approval', () => {
    const environment = { APPROVAL_GROUPS: '["vips"]' }
    const ticket = newTicket()
    const day = 86_400_000
    const waiting = claimed({
      id: ticket.id,
      state: 'prepared',
      ticketHash: ticket.hash,
      ticketEndsAt: noon - 1,
      approvalRequired: true,
    })
    const outcomeOf = async (read: ImpersonationRecord | undefined, changes: object = environment) => {
      const { claim, records } = setUp({ environment: changes, claim: async () => undefined, ...(read && { read }) })
      const error = await claim(ticket.ticket, browser).catch((error) => error)
      expect(error.impersonationId).toBe(error.code === 'ApprovalRequired' ? ticket.id : undefined)
      return [error.code, error.status, records.read.mock.calls.length]
    }
    test.each<[string, Partial<ImpersonationRecord>]>([
      ['whose first end is over', {}],
      ['in the last moment', { requestedAt: noon - day + 1 }],
      ['that was just approved', { approvedAt: noon, ticketEndsAt: noon + 600_000, requestedAt: noon - day }],
    ])('ApprovalRequired for one %s', async (_, changes) => {
      expect(await outcomeOf({ ...waiting, ...changes })).toEqual(['ApprovalRequired', 403, 1])
    })
    test.each<[string, Partial<ImpersonationRecord> | undefined]>([
      ['with another secret', { ticketHash: newTicket().hash }],
      ['whose wait is over', { requestedAt: noon - day }],
      ['that was approved, and ended since', { approvedAt: noon - 600_000, ticketEndsAt: noon }],
      ['that needs no approval', { approvalRequired: false, ticketEndsAt: noon + 1 }],
      ['that was used', { state: 'requested' }],
      ['that was ended', { state: 'ended' }],
      ['that was refused', { state: 'refused' }],
      ['without a record', undefined],
    ])('TicketInvalid for one %s', async (_, changes) => {
      expect(await outcomeOf(changes && { ...waiting, ...changes })).toEqual(['TicketInvalid', 401, 1])
    })
    test('without the setting, nothing is read', async () => {
      expect(await outcomeOf(waiting, {})).toEqual(['TicketInvalid', 401, 0])
    })
  })
})

describe('redeem', () => {
  const grant = newGrant()
  test('mints for the actor and the subject of the record, whose first write is done', async () => {
    const { redeem, mint } = setUp()
    expect(await redeem({ record: claimed(), grant }, contextData, signal)).toBe(session)
    expect(mint.mock.calls).toEqual([
      [{ grant, actor: { sub: olivia.sub, username: 'olivia' }, subjectAsked: request.username }, contextData, signal],
    ])
  })
  const limit = 720 * 60_000
  test.each<[string, number | undefined]>([
    ['too long ago', noon - limit - 1],
    ['unknown', undefined],
  ])('refuses if the actor’s sign-in is %s, and mints nothing', async (_, actorSignedInAt) => {
    const { redeem, mint, records } = setUp()
    const { actorSignedInAt: __, ...record } = claimed()
    const old = { ...record, ...(actorSignedInAt !== undefined && { actorSignedInAt }) }
    await expect(redeem({ record: old, grant }, undefined, signal)).rejects.toMatchObject({
      code: 'ActorNotAllowed',
      status: 403,
      message: expect.stringContaining('sign-in'),
      impersonationId: 'record-1',
    })
    expect(mint).not.toHaveBeenCalled()
    expect(records.refuse.mock.calls).toEqual([['record-1', 'ActorNotAllowed']])
  })
  test('accepts a sign-in at the limit', async () => {
    const { redeem, mint } = setUp()
    await redeem({ record: claimed({ actorSignedInAt: noon - limit }), grant }, undefined, signal)
    expect(mint).toHaveBeenCalledTimes(1)
  })
})
