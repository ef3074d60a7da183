// Who may approve, read and list prepared impersonations, and which can be approved.

import { describe, expect, test } from '@jest/globals'
import type { ImpersonationError } from '../../../lambda/errors.ts'
import type { VisibleRecord } from '../../../lambda/oversight/records.ts'
import { callers, id, type Kind, noon, otherId, setUp, waiting } from '../../support/oversight.ts'

const { signal } = new AbortController()
const day = 86_400_000
type Options = Parameters<typeof setUp>[0]

const worldWith = (options: Options = {}) => setUp({ records: [waiting], ...options })
const worldOf = (changes: Partial<VisibleRecord>, options: Options = {}) =>
  setUp({ records: [{ ...waiting, ...changes }], ...options })
const approve = (world: ReturnType<typeof setUp>, kind: Kind = 'approver') =>
  world.oversight.approve(callers[kind], id, signal)
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'yes',
    (error: ImpersonationError) => error.code,
  )
const namesOf = ({ calls }: ReturnType<typeof setUp>) => calls.map(([name]) => name)

const requests = {
  approve: (world: ReturnType<typeof setUp>, kind: Kind) => approve(world, kind),
  read: ({ oversight }: ReturnType<typeof setUp>, kind: Kind) => oversight.read(callers[kind], id, signal),
  end: ({ oversight }: ReturnType<typeof setUp>, kind: Kind) => oversight.end(callers[kind], id, signal),
  'state=prepared': ({ oversight }: ReturnType<typeof setUp>, kind: Kind) =>
    oversight.list(callers[kind], { by: 'prepared', limit: 20 }, signal),
  'live=true': ({ oversight }: ReturnType<typeof setUp>, kind: Kind) =>
    oversight.list(callers[kind], { by: 'live', limit: 20 }, signal),
} as const

const none = 'NoSuchImpersonation'
const nothing = [none, none, none, 'NotYours', 'NotYours']
const own = 'ApproverNotAllowed'

describe('the rights on a prepared impersonation', () => {
  test.each<[Kind, string[]]>([
    // approve, read, end, state=prepared, live=true
    ['approver', ['yes', 'yes', none, 'yes', 'NotYours']],
    ['auditor', [own, 'yes', 'yes', 'yes', 'yes']],
    ['the actor', [own, 'yes', 'yes', 'NotYours', 'NotYours']],
    ['the actor, an approver too', [own, 'yes', 'yes', 'yes', 'NotYours']],
    ['the subject, an approver too', [own, 'yes', none, 'yes', 'NotYours']],
    ['another actor', nothing],
    ['the subject', nothing],
    ['an approver, signed in as a subject', nothing],
    ['an approver of an unknown client', nothing],
    ['a session of an approver', nothing],
    ['a token with act of an approver', nothing],
    ['stranger', nothing],
  ])('%s', async (kind, expected) => {
    const outcomes = Object.values(requests).map((request) => codeOf(request(worldWith(), kind)))
    expect(await Promise.all(outcomes)).toEqual(expected)
  })
  test('by default, auditors are approvers', async () => {
    const world = worldWith({ environment: { APPROVERS_GROUP: 'auditors' } })
    expect(await codeOf(approve(world, 'auditor'))).toBe('yes')
    // One look-up for both roles.
    expect(world.calls.filter(([name]) => name === 'groupsOf')).toHaveLength(1)
  })
  test.each<[string, Options]>([
    ['who left the group', { groups: {} }],
    ['who is disabled', { inactive: ['april'] }],
  ])('an approver %s', async (_, options) => {
    const outcomes = Object.values(requests).map((request) => codeOf(request(worldWith(options), 'approver')))
    expect(await Promise.all(outcomes)).toEqual(nothing)
  })
  test('an approver who left the group, and is an auditor or the actor: 403, since they may see it', async () => {
    const left = { groups: { olivia: ['impersonators'] } }
    expect(await codeOf(approve(worldWith(left), 'the actor, an approver too'))).toBe(own)
  })
  test.each(['requested', 'redeemed', 'issued', 'refused', 'discarded', 'ended'] as const)(
    'an approver does not see a record in state %s',
    async (state) => {
      expect(await codeOf(requests.read(worldOf({ state }), 'approver'))).toBe(none)
    },
  )
  test.each([undefined, '', 'x', `${id}x`, `actor#${id}`, otherId])('an unknown id is a 404: %j', async (unknown) => {
    const world = worldWith()
    expect(await codeOf(world.oversight.approve(callers.approver, unknown, signal))).toBe(none)
    expect(namesOf(world)).not.toContain('approve')
  })
  test('somebody without a role causes no call', async () => {
    const world = worldWith()
    expect(await codeOf(approve(world, 'stranger'))).toBe(none)
    expect(world.calls).toEqual([])
  })
})

describe('approve', () => {
  test('binds the approval to the subject whom the name means now', async () => {
    const world = worldWith()
    const view = JSON.parse(JSON.stringify(await approve(world)))
    expect(world.calls.slice(-2)).toEqual([
      ['findSub', 'alice@example.com'],
      ['approve', id, { sub: 'sub-of-april', username: 'april' }, 'sub-of-alice'],
    ])
    expect(view).toMatchObject({
      state: 'prepared',
      approvalRequired: true,
      approvedAt: '2026-11-25T12:00:00.000Z',
      approvedBy: { sub: 'sub-of-april', username: 'april' },
      approvedSubject: { sub: 'sub-of-alice' },
      sourceIp: '203.0.113.7',
    })
  })
  test('by the same person again changes nothing', async () => {
    const world = worldWith()
    await approve(world)
    const before = world.stored.get(id)
    expect(await codeOf(approve(world))).toBe('yes')
    expect(world.stored.get(id)).toBe(before)
    expect(namesOf(world).filter((name) => name === 'approve')).toHaveLength(1)
  })
  test.each<[string, Partial<VisibleRecord>]>([
    ['was approved by somebody else', { approvedAt: noon - 1, approvedBySub: 'sub-of-audrey' }],
    ['was approved by nobody known', { approvedAt: noon - 1 }],
    ['was requested 24 hours ago', { requestedAt: noon - day }],
    ['needs no approval', { approvalRequired: false }],
    ...(['requested', 'redeemed', 'issued', 'refused', 'discarded', 'ended'] as const).map(
      (state): [string, Partial<VisibleRecord>] => [`is ${state}`, { state }],
    ),
    [
      'is issued, and was approved by the same person',
      { state: 'issued', approvedAt: 1, approvedBySub: 'sub-of-april' },
    ],
  ])('of a record that %s: 409', async (_, changes) => {
    const world = worldOf(changes)
    await expect(approve(world)).rejects.toMatchObject({ code: 'NotApprovable', status: 409 })
    expect(namesOf(world)).not.toContain('approve')
    expect(namesOf(world)).not.toContain('findSub')
  })
  test('of a record requested almost 24 hours ago', async () => {
    expect(await codeOf(approve(worldOf({ requestedAt: noon - day + 1 })))).toBe('yes')
  })
  test('if the setting approvalGroups is empty: 409, without a write that the policy would deny', async () => {
    const world = worldWith({ environment: { APPROVAL_GROUPS: '[]' } })
    expect(await codeOf(approve(world))).toBe('NotApprovable')
    expect(namesOf(world)).not.toContain('approve')
  })

  describe('by oneself: 403', () => {
    test.each<[string, Kind, Partial<VisibleRecord>, Record<string, string>]>([
      ['the actor', 'the actor, an approver too', {}, {}],
      ['the actor under a former name', 'the actor, an approver too', { actorUsername: 'olivia.old' }, {}],
      [
        'the subject, asked for by an alias',
        'the subject, an approver too',
        {},
        { 'alice@example.com': 'sub-of-alice' },
      ],
      ['the subject, asked for by the sub', 'approver', { subjectAsked: 'x' }, { x: 'sub-of-april' }],
    ])('%s', async (_, kind, changes, subs) => {
      const world = worldOf(changes, { subs })
      await expect(approve(world, kind)).rejects.toMatchObject({ code: own, status: 403 })
      expect(namesOf(world)).not.toContain('approve')
    })
    test('the actor gets the same response for a record that cannot be approved', async () => {
      expect(await codeOf(approve(worldOf({ state: 'issued' }), 'the actor, an approver too'))).toBe(own)
    })
  })
  test('another person of the same name as the actor may: the sub decides', async () => {
    expect(await codeOf(approve(worldOf({ actorUsername: 'april' })))).toBe('yes')
  })
  test('of a name that means nobody: 422', async () => {
    const world = worldWith({ subs: {} })
    await expect(approve(world)).rejects.toMatchObject({ code: 'UserNotFound', status: 422 })
    expect(namesOf(world)).not.toContain('approve')
  })
  test.each<[string, Partial<VisibleRecord> | undefined, string]>([
    ['approved by somebody else', { approvedAt: noon, approvedBySub: 'sub-of-audrey' }, 'NotApprovable'],
    ['approved by the same person, in another request', { approvedAt: noon, approvedBySub: 'sub-of-april' }, 'yes'],
    ['ended', { state: 'ended' }, 'NotApprovable'],
    ['deleted', undefined, none],
  ])('a record that is %s meanwhile', async (_, changes, expected) => {
    const world = worldWith()
    let reads = 0
    const after = changes && { ...waiting, ...changes }
    world.stored.get = () => (reads++ === 0 ? waiting : after)
    expect(await codeOf(approve(world))).toBe(expected)
  })
})

describe('the record of a waiting impersonation', () => {
  const read = async (changes: Partial<VisibleRecord>, kind: Kind = 'auditor') =>
    JSON.parse(JSON.stringify(await requests.read(worldOf(changes), kind)))
  test('says that approval is required, and has no end of the ticket until it is approved', async () => {
    const view = await read({})
    expect(view).toMatchObject({ approvalRequired: true, subject: { asked: 'alice@example.com' } })
    for (const name of ['ticketEndsAt', 'approvedAt', 'approvedBy']) expect(view).not.toHaveProperty(name)
  })
  test('is shown in full to approvers', async () => {
    expect(await read({}, 'approver')).toEqual(await read({}, 'auditor'))
  })
  test('has the approver, the time and the end of the ticket once it is approved', async () => {
    const approval = { approvedAt: noon, approvedBySub: 'sub-of-april', approvedByUsername: 'april' }
    expect(await read({ ...approval, ticketEndsAt: noon + 600_000 })).toMatchObject({
      approvedAt: '2026-11-25T12:00:00.000Z',
      approvedBy: { sub: 'sub-of-april', username: 'april' },
      ticketEndsAt: '2026-11-25T12:10:00.000Z',
    })
  })
  test('names the subject who was approved, to staff only', async () => {
    const moved = { state: 'refused', subjectSub: 'sub-of-bob', approvedSubjectSub: 'sub-of-alice' } as const
    expect(await read(moved)).toMatchObject({
      approvedSubject: { sub: 'sub-of-alice' },
      subject: { sub: 'sub-of-bob' },
    })
    const ofAlice = { state: 'issued', subjectSub: 'sub-of-alice', approvedSubjectSub: 'sub-of-alice' } as const
    expect(await read(ofAlice, 'the subject')).not.toHaveProperty('approvedSubject')
  })
  test('keeps the end of a ticket that needs no approval', async () => {
    const { approvalRequired: _, ...free } = waiting
    const world = setUp({ records: [free] })
    const view = JSON.parse(JSON.stringify(await requests.read(world, 'auditor')))
    expect(view).toMatchObject({ ticketEndsAt: '2026-11-25T12:00:00.000Z' })
    expect(view).not.toHaveProperty('approvalRequired')
  })
})

test('the `next` of the prepared ones opens no other list, and the other way round', async () => {
  const world = setUp({ page: { records: [], next: { id: otherId, at: noon } } })
  const { next: ofPrepared } = await world.oversight.list(callers.auditor, { by: 'prepared', limit: 1 }, signal)
  const { next: ofLive } = await world.oversight.list(callers.auditor, { by: 'live', limit: 1 }, signal)
  const list = (query: object) => codeOf(world.oversight.list(callers.auditor, { limit: 1, ...query } as never, signal))
  expect(await list({ by: 'prepared', next: ofPrepared })).toBe('yes')
  expect(await list({ by: 'live', next: ofPrepared })).toBe('RequestInvalid')
  expect(await list({ by: 'actor', name: 'olivia', next: ofPrepared })).toBe('RequestInvalid')
  expect(await list({ by: 'prepared', next: ofLive })).toBe('RequestInvalid')
})
