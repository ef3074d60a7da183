import { describe, expect, test } from '@jest/globals'
import type { ImpersonationError } from '../../../lambda/errors.ts'
import type { Caller } from '../../../lambda/http/authenticate.ts'
import type { VisibleRecord } from '../../../lambda/oversight/records.ts'
import { callers, id, type Kind, noon, otherId, record, setUp } from '../../support/oversight.ts'

const { signal } = new AbortController()
type SetUp = ReturnType<typeof setUp>

const requests = {
  'actor=olivia': ({ oversight }: SetUp, caller: Caller) =>
    oversight.list(caller, { by: 'actor', name: 'olivia', limit: 20 }, signal),
  'subject=alice': ({ oversight }: SetUp, caller: Caller) =>
    oversight.list(caller, { by: 'subject', name: 'alice', limit: 20 }, signal),
  'live=true': ({ oversight }: SetUp, caller: Caller) => oversight.list(caller, { by: 'live', limit: 20 }, signal),
  read: ({ oversight }: SetUp, caller: Caller) => oversight.read(caller, id, signal),
  end: ({ oversight }: SetUp, caller: Caller) => oversight.end(caller, id, signal),
  'end all': ({ oversight }: SetUp, caller: Caller) =>
    oversight.endAll(caller, { by: 'actor', name: 'olivia' }, signal),
} as const
type Request = keyof typeof requests

/** @returns `yes`, or the code of the refusal. */
async function outcomeOf(world: SetUp, kind: Kind, request: Request): Promise<string> {
  try {
    await requests[request](world, callers[kind])
    return 'yes'
  } catch (error) {
    return (error as ImpersonationError).code
  }
}

const no = 'NotYours'
const none = 'NoSuchImpersonation'
const nothing = [no, no, no, none, none, no] as const
type Outcomes = readonly [string, string, string, string, string, string]

describe('who may do what', () => {
  test.each<[Kind, Outcomes]>([
    // actor=olivia, subject=alice, live=true, read, end, end all
    ['auditor', ['yes', 'yes', 'yes', 'yes', 'yes', 'yes']],
    ['the actor, an auditor too', ['yes', 'yes', 'yes', 'yes', 'yes', 'yes']],
    ['the actor', ['yes', no, no, 'yes', 'yes', no]],
    ['another actor', nothing],
    ['an actor who withdrew', nothing],
    ['the subject', [no, 'yes', no, 'yes', 'yes', no]],
    ['another subject', nothing],
    ['the subject, signed in as staff', nothing],
    ['an auditor, signed in as a subject', nothing],
    ['the session', [no, no, no, none, 'yes', no]],
    ['the session of another record', nothing],
    ['a session of another subject', nothing],
    ['a session of another actor', nothing],
    ['a session of another client', nothing],
    ['a session without an actor', nothing],
    ['a session of an auditor', nothing],
    // The record is issued. An approver sees it only while it is prepared: see approve.test.ts.
    ['approver', nothing],
    ['the subject, an approver too', nothing],
    ['an approver, signed in as a subject', nothing],
    ['an approver of an unknown client', nothing],
    ['a session of an approver', nothing],
    ['a token with act of an approver', nothing],
    ['a token with act of the staff’s client', nothing],
    ['a token with act of the subjects’ client', nothing],
    ['stranger', nothing],
    ['an auditor of an unknown client', nothing],
  ])('%s', async (kind, expected) => {
    const outcomes = Object.keys(requests).map((request) => outcomeOf(setUp(), kind, request as Request))
    expect(await Promise.all(outcomes)).toEqual(expected)
  })

  const nobody = { groups: {} }
  const disabled = { inactive: ['audrey', 'olivia', 'alice'] }
  test.each<[string, Parameters<typeof setUp>[0], Kind, Outcomes]>([
    ['an auditor who left the group', nobody, 'auditor', nothing],
    ['a disabled auditor', disabled, 'auditor', nothing],
    ['an actor who left the group', nobody, 'the actor', nothing],
    ['a disabled actor', disabled, 'the actor', nothing],
    ['an actor and auditor who left both groups', nobody, 'the actor, an auditor too', nothing],
    [
      'an actor and auditor who left the auditors',
      { groups: { olivia: ['impersonators'] } },
      'the actor, an auditor too',
      ['yes', no, no, 'yes', 'yes', no],
    ],
    ['a subject, who is in no group', nobody, 'the subject', [no, 'yes', no, 'yes', 'yes', no]],
    ['a disabled subject', disabled, 'the subject', nothing],
    ['the session of a disabled subject', disabled, 'the session', [no, no, no, none, 'yes', no]],
  ])('%s', async (_, state, kind, expected) => {
    const outcomes = Object.keys(requests).map((request) => outcomeOf(setUp(state), kind, request as Request))
    expect(await Promise.all(outcomes)).toEqual(expected)
  })

  test('lookUpGroup off: the token’s groups count, and nothing is looked up', async () => {
    const world = setUp({ environment: { LOOK_UP_GROUP: 'false' }, groups: {}, inactive: ['audrey'] })
    expect(await outcomeOf(world, 'auditor', 'live=true')).toBe('yes')
    expect(await outcomeOf(world, 'stranger', 'live=true')).toBe(no)
    expect(world.calls.map(([name]) => name)).toEqual(['list'])
  })
})

describe('with mayActAs, an actor is a member of an actors’ group:', () => {
  const environment = { MAY_ACT_AS: '{"support-emea":["customers-emea"],"support-us":["customers-us"]}' }
  test.each<[string, string[], string[], Outcomes]>([
    ['the first', ['support-emea'], ['support-emea'], ['yes', no, no, 'yes', 'yes', no]],
    ['the last', ['support-us'], ['support-us'], ['yes', no, no, 'yes', 'yes', no]],
    ['another one now than in the token', ['support-emea'], ['support-us'], ['yes', no, no, 'yes', 'yes', no]],
    ['one in the token only', ['support-emea'], ['gold'], nothing],
    ['one at Cognito only', ['gold'], ['support-emea'], nothing],
    ['impersonatorsGroup, which is no key', ['impersonators'], ['impersonators'], nothing],
    ['a group of subjects', ['customers-emea'], ['customers-emea'], nothing],
  ])('%s', async (_, claimed, groups, expected) => {
    const outcomes = Object.keys(requests).map(async (request) => {
      const world = setUp({ environment, groups: { olivia: groups } })
      const caller = { ...callers['the actor'], groups: claimed }
      return requests[request as Request](world, caller).then(
        () => 'yes',
        ({ code }) => code,
      )
    })
    expect(await Promise.all(outcomes)).toEqual(expected)
  })
})

describe('a caller without the right learns nothing', () => {
  const rightful = [
    'auditor',
    'the actor',
    'the actor, an auditor too',
    'the actor, an approver too',
    'the subject',
    'the session',
  ]
  const refused = (Object.keys(callers) as Kind[]).filter((kind) => !rightful.includes(kind))
  test.each(refused)('%s: the calls are the same whether the record exists or not', async (kind) => {
    for (const request of ['read', 'end'] as const) {
      const [existing, empty] = [setUp(), setUp({ records: [] })]
      expect(await outcomeOf(existing, kind, request)).toBe(none)
      expect(await outcomeOf(empty, kind, request)).toBe(none)
      expect(existing.calls).toEqual(empty.calls)
      expect(existing.calls.map(([name]) => name)).not.toContain('end')
    }
  })
  test('somebody without a role: no call is made', async () => {
    const world = setUp()
    for (const request of ['read', 'end'] as const) expect(await outcomeOf(world, 'stranger', request)).toBe(none)
    expect(world.calls).toEqual([])
  })
  test.each<[string, Kind]>([
    ['somebody without a role', 'stranger'],
    ['an actor, about somebody else', 'another actor'],
    ['a subject, about somebody else', 'another subject'],
    ['a session', 'the session'],
  ])('%s: a list and a bulk end make no call', async (_, kind) => {
    const world = setUp()
    for (const request of ['actor=olivia', 'subject=alice', 'live=true', 'end all'] as const)
      expect(await outcomeOf(world, kind, request)).toBe(no)
    expect(world.calls).toEqual([])
  })
  const counter = `actor#${id}#HOUR#1767272400`
  test.each([undefined, '', 'x', `${id}x`, id.toUpperCase(), `actor#${id}`, counter, 'sub-of-olivia', `${id}\n`])(
    'an id that is no UUID is not looked for: %j',
    async (id) => {
      const { oversight, calls } = setUp({ records: [{ ...record, id: String(id) }] })
      const { 'the session': session, auditor } = callers
      const sameId = { ...session, ...(id !== undefined && { impersonationId: id }) }
      await expect(oversight.read(auditor, id, signal)).rejects.toMatchObject({ code: none })
      await expect(oversight.end(auditor, id, signal)).rejects.toMatchObject({ code: none })
      await expect(oversight.end(sameId, id, signal)).rejects.toMatchObject({ code: none })
      expect(calls.map(([name]) => name)).not.toContain('read')
    },
  )
})

describe('list', () => {
  const list = (world: SetUp, kind: Kind, by: 'actor' | 'subject', name: string) =>
    world.oversight.list(callers[kind], { by, name, limit: 20 }, signal)
  const listed = ({ calls }: SetUp) => calls.find(([name]) => name === 'list')?.[1]

  test.each<[Kind, 'actor' | 'subject', string]>([
    ['the actor', 'actor', 'olivia'],
    ['the actor', 'actor', 'sub-of-olivia'],
    ['the subject', 'subject', 'alice'],
    ['the subject', 'subject', 'sub-of-alice'],
  ])('%s asks for %s=%s: their own sub, without a look-up of the name', async (kind, by, name) => {
    const world = setUp()
    await list(world, kind, by, name)
    expect(listed(world)).toMatchObject({ by, sub: callers[kind].sub })
    expect(world.calls.map(([name]) => name)).not.toContain('findSub')
  })
  test.each<[Kind, 'actor' | 'subject', string]>([
    ['the actor', 'subject', 'olivia'],
    ['the subject', 'actor', 'alice'],
    ['the actor', 'actor', 'OLIVIA'],
    ['the subject', 'subject', 'alice@example.com'],
  ])('%s may not ask for %s=%s', async (kind, by, name) => {
    const world = setUp()
    await expect(list(world, kind, by, name)).rejects.toMatchObject({ code: no, status: 403 })
    expect(world.calls).toEqual([])
  })
  const gone = '7c0f5a0e-56c5-4f0a-9f7f-5a4f0d7c1b2a'
  test.each([
    ['a username', 'olivia', 'sub-of-olivia'],
    ['an alias', 'alice@example.com', 'sub-of-alice'],
    ['the sub of a user who is deleted', gone, gone],
  ])('an auditor asks by %s', async (_, name, sub) => {
    const world = setUp()
    await list(world, 'auditor', 'subject', name)
    expect(listed(world)).toMatchObject({ by: 'subject', sub })
  })
  test.each([
    ['that has records is that user’s, whoever has it as their username', [record], gone],
    ['that has no records is a username', [], 'sub-of-mallory'],
  ])('an auditor asks by a UUID: one %s', async (_, records, sub) => {
    const world = setUp({ subs: { [gone]: 'sub-of-mallory' }, records })
    await list(world, 'auditor', 'actor', gone)
    expect(world.calls.at(-1)).toEqual(['list', expect.objectContaining({ by: 'actor', sub, limit: 20 })])
    await world.oversight.endAll(callers.auditor, { by: 'actor', name: gone }, signal)
    expect(world.calls.at(-1)).toEqual(['endAll', { by: 'actor', sub }, expect.anything()])
    const asked = world.calls.flatMap(([name, query]) => (name === 'list' ? [query] : []))
    expect(asked[0]).toEqual({ by: 'actor', sub: gone, limit: 1 })
  })
  test.each(['actor', 'subject'] as const)('an auditor’s misspelt name is an error: %s', async (by) => {
    const world = setUp()
    await expect(list(world, 'auditor', by, 'olviia')).rejects.toMatchObject({
      code: 'UserNotFound',
      status: 422,
      message: expect.stringMatching(`^${by}: `),
    })
    expect(listed(world)).toBeUndefined()
  })
  test('passes the bounds on', async () => {
    const world = setUp()
    const query = { by: 'actor', name: 'olivia', from: 1, to: 2, limit: 7 } as const
    await world.oversight.list(callers.auditor, query, signal)
    expect(listed(world)).toEqual({ by: 'actor', sub: 'sub-of-olivia', from: 1, to: 2, limit: 7, next: undefined })
  })
  test('gives `next` where there is more, and takes it for the next page', async () => {
    const position = { id: otherId, at: noon - 5 }
    const world = setUp({ page: { records: [record], next: position } })
    const query = { by: 'subject', name: 'alice', limit: 1 } as const
    const { impersonations, next } = await world.oversight.list(callers.auditor, query, signal)
    expect(impersonations).toHaveLength(1)
    await world.oversight.list(callers.auditor, { ...query, next: String(next) }, signal)
    expect(world.calls.at(-1)).toEqual(['list', expect.objectContaining({ sub: 'sub-of-alice', next: position })])
  })
  test('has no `next` on the last page', async () => {
    expect(await setUp().oversight.list(callers.auditor, { by: 'live', limit: 1 }, signal)).not.toHaveProperty('next')
  })
  test('refuses the `next` of another user’s list', async () => {
    const world = setUp({ page: { records: [], next: { id: otherId, at: noon } } })
    const { next } = await world.oversight.list(callers.auditor, { by: 'actor', name: 'olivia', limit: 1 }, signal)
    const query = { by: 'actor', name: 'oscar', limit: 1, next: String(next) } as const
    world.calls.length = 0
    await expect(world.oversight.list(callers['another actor'], query, signal)).rejects.toMatchObject({
      code: 'RequestInvalid',
    })
    expect(listed(world)).toBeUndefined()
  })
})

describe('end', () => {
  test.each<[Kind, object]>([
    ['auditor', { sub: 'sub-of-audrey', username: 'audrey', role: 'auditor' }],
    ['the actor', { sub: 'sub-of-olivia', username: 'olivia', role: 'actor' }],
    ['the actor, an auditor too', { sub: 'sub-of-olivia', username: 'olivia', role: 'actor' }],
    ['the subject', { sub: 'sub-of-alice', username: 'alice', role: 'subject' }],
    ['the session', { sub: 'sub-of-olivia', username: 'olivia', role: 'session' }],
  ])('by %s: the record says by whom', async (kind, endedBy) => {
    const { ended, role } = await setUp().oversight.end(callers[kind], id, signal)
    expect(ended).toMatchObject({ state: 'ended', live: false, endedAt: '2026-11-25T12:00:00.000Z', endedBy })
    expect(endedBy).toMatchObject({ role })
  })
  test('again changes nothing', async () => {
    const { oversight } = setUp()
    const first = await oversight.end(callers['the subject'], id, signal)
    const second = await oversight.end(callers.auditor, id, signal)
    expect(second.ended).toMatchObject({ endedBy: first.ended.endedBy })
  })
  test('a record that disappears meanwhile is a 404', async () => {
    const { oversight, stored } = setUp()
    let reads = 0
    stored.get = () => (reads++ === 0 ? record : undefined)
    await expect(oversight.end(callers.auditor, id, signal)).rejects.toMatchObject({ code: none })
  })
  test('everything of one user', async () => {
    const world = setUp()
    expect(await world.oversight.endAll(callers.auditor, { by: 'subject', name: 'alice' }, signal)).toEqual({
      ended: 2,
    })
    const by = { sub: 'sub-of-audrey', username: 'audrey', role: 'auditor' }
    expect(world.calls.at(-1)).toEqual(['endAll', { by: 'subject', sub: 'sub-of-alice' }, by])
  })
  test('a bulk end with a misspelt name is an error', async () => {
    const world = setUp()
    await expect(
      world.oversight.endAll(callers.auditor, { by: 'subject', name: 'alcie' }, signal),
    ).rejects.toMatchObject({ code: 'UserNotFound' })
    expect(world.calls.map(([name]) => name)).not.toContain('endAll')
  })
})

describe('the record', () => {
  const read = (kind: Kind, changes: Partial<VisibleRecord> = {}, environment = {}) =>
    setUp({ records: [{ ...record, ...changes }], environment }).oversight.read(callers[kind], id, signal)
  const json = async (view: Promise<object>) => JSON.parse(JSON.stringify(await view))

  const forSubjects = {
    id,
    state: 'issued',
    live: true,
    actor: { sub: 'sub-of-olivia', username: 'olivia' },
    subject: { sub: 'sub-of-alice', username: 'alice', asked: 'alice@example.com' },
    reason: 'ticket 42',
    requestedAt: '2026-11-25T11:59:00.000Z',
    issuedAt: '2026-11-25T11:59:00.412Z',
    endsAt: '2026-11-25T12:59:00.412Z',
  }
  const source = { sourceIp: '203.0.113.7', userAgent: 'curl', apiKeyId: 'key-1', requestId: 'request-1' }

  test.each<Kind>(['auditor', 'the actor'])('is shown in full to %s', async (kind) => {
    expect(await json(read(kind))).toEqual({ ...forSubjects, ...source })
  })
  test('is shown to subjects without the source of the request', async () => {
    expect(await json(read('the subject'))).toEqual(forSubjects)
  })
  test('is shown to subjects without the reason if the setting says so, and to staff with it', async () => {
    const environment = { SUBJECTS_SEE_REASON: 'false' }
    expect(await json(read('the subject', {}, environment))).not.toHaveProperty('reason')
    expect(await json(read('the actor', {}, environment))).toHaveProperty('reason')
    const { ended } = await setUp({ environment }).oversight.end(callers['the session'], id, signal)
    expect(JSON.parse(JSON.stringify(ended))).not.toHaveProperty('reason')
  })
  test('is shown to its own session as to the subject', async () => {
    const { ended } = await setUp().oversight.end(callers['the session'], id, signal)
    for (const name of Object.keys(source)) expect(JSON.parse(JSON.stringify(ended))).not.toHaveProperty(name)
  })
  test('never shows an attribute that the view does not name', async () => {
    const secrets = { grantHash: 'hash', grantEndsAt: 1, nonce: 'nonce', ticketHash: 'x', expiresAt: 1 }
    expect(await json(read('auditor', secrets as object))).toEqual({ ...forSubjects, ...source })
  })
  test('of a refusal has the code, and no subject but the name asked for', async () => {
    const { clientId, actorSub, actorUsername, subjectAsked, requestedAt } = record
    const refused = { id, clientId, actorSub, actorUsername, subjectAsked, requestedAt, code: 'SubjectNotFound' }
    const world = setUp({ records: [{ ...refused, state: 'refused' }] })
    expect(await json(world.oversight.read(callers.auditor, id, signal))).toMatchObject({
      state: 'refused',
      live: false,
      code: 'SubjectNotFound',
      subject: { asked: 'alice@example.com' },
    })
  })
  test('is not live after its session has expired', async () => {
    expect(await json(read('auditor', { endsAt: noon }))).toMatchObject({ state: 'issued', live: false })
  })
  test('in a list has the same form', async () => {
    const { impersonations } = await setUp().oversight.list(callers.auditor, { by: 'live', limit: 1 }, signal)
    expect(JSON.parse(JSON.stringify(impersonations))).toEqual([{ ...forSubjects, ...source }])
    const own = await setUp().oversight.list(callers['the subject'], { by: 'subject', name: 'alice', limit: 1 }, signal)
    expect(JSON.parse(JSON.stringify(own.impersonations))).toEqual([forSubjects])
  })
})
