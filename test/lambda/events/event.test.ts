import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { eventOf } from '../../../lambda/events/event.ts'
import type { ImpersonationRecord } from '../../../lambda/records-schema.ts'
import { change, changedAt, recordIn, tableArn } from './change.ts'

const typeOf = (images: Parameters<typeof change>[0]) => eventOf(change(images))?.detail.eventType

describe('an event', () => {
  const issued = recordIn('issued', {
    reason: 'ticket 42',
    sourceIp: '203.0.113.7',
    userAgent: 'curl/8',
    apiKeyId: 'key-1',
    requestId: 'request-1',
  })

  test('has the record as auditors see it, the state before, and the number of the change', () => {
    expect(
      eventOf(change({ before: { ...issued, state: 'redeemed' }, after: issued }, '4421584500000000017450439091')),
    ).toEqual({
      time: new Date(changedAt * 1000),
      table: tableArn,
      detail: {
        version: '1',
        eventType: 'user.session.impersonation.initiate',
        sequence: '0000000000004421584500000000017450439091',
        previousState: 'redeemed',
        id: issued.id,
        state: 'issued',
        live: true,
        actor: { sub: 'sub-of-olivia', username: 'olivia' },
        subject: { sub: 'sub-of-alice', username: 'alice', asked: 'alice' },
        reason: 'ticket 42',
        requestedAt: '2026-11-25T15:09:58.000Z',
        issuedAt: '2026-11-25T15:10:00.000Z',
        endsAt: '2026-11-25T16:10:00.000Z',
        sourceIp: '203.0.113.7',
        userAgent: 'curl/8',
        apiKeyId: 'key-1',
        requestId: 'request-1',
      },
    })
  })

  test('is the same when it is repeated later', () => {
    const record = change({ before: recordIn('redeemed'), after: issued })
    const [first, later] = [eventOf(record), eventOf(record)]
    expect(later).toEqual(first)
    expect(eventOf(change({ after: { ...issued, endsAt: changedAt * 1000 - 1 } }))?.detail.live).toBe(false)
  })

  test('can be made of a record without a stream, as the runbook repeats it', () => {
    const { NewImage } = change({ after: issued }).dynamodb ?? {}
    const repeated = { eventName: 'INSERT', dynamodb: { NewImage, OldImage: null, SequenceNumber: '7' } } as never
    const { detail, table } = eventOf(repeated) ?? {}
    expect(detail).toMatchObject({ id: issued.id, state: 'issued', sequence: '7'.padStart(40, '0') })
    expect([detail?.previousState, table]).toEqual([undefined, ''])
    expect(eventOf({ eventName: 'REMOVE', dynamodb: { NewImage: null } } as never)).toBeUndefined()
  })

  test('has a sequence that sorts as text', () => {
    const sequenceOf = (number: string) => eventOf(change({ after: issued }, number))?.detail.sequence ?? ''
    const numbers = ['999999999999999999999', '1000000000000000000000', '4421584500000000017450439091']
    expect(numbers.map(sequenceOf).toSorted()).toEqual(numbers.map(sequenceOf))
    expect(new Set(numbers.map((number) => sequenceOf(number).length))).toEqual(new Set([40]))
  })

  test.each<ImpersonationRecord['state']>([
    'prepared',
    'requested',
    'redeemed',
    'issued',
    'refused',
    'discarded',
    'ended',
  ])('of state %s has no hash, grant, ticket or nonce', (state) => {
    const before = recordIn('requested', { ticketHash: 'hash-of-the-ticket' })
    const after = recordIn(state, { ticketHash: 'hash-of-the-ticket' })
    const text = JSON.stringify(
      eventOf(change({ before: state === 'requested' ? recordIn('prepared') : before, after })),
    )
    expect(text).toContain(after.id)
    const secrets = [before.grantHash, after.grantHash, after.ticketHash, recordIn('redeemed').nonce]
    expect(secrets.filter((secret) => secret !== undefined && text.includes(secret))).toEqual([])
  })
})

describe('the type of an event', () => {
  const { prepared, requested, redeemed, issued } = {
    prepared: recordIn('prepared'),
    requested: recordIn('requested'),
    redeemed: recordIn('redeemed'),
    issued: recordIn('issued'),
  }
  const approved = { ...prepared, approvedAt: 1, approvedBySub: 'sub-of-audrey', approvedByUsername: 'audrey' }

  test.each([
    ['prepare', undefined, prepared],
    ['wait', prepared, { ...prepared, approvalRequired: true }],
    ['wait', undefined, { ...prepared, approvalRequired: true }],
    ['grant', prepared, approved],
    ['grant', { ...prepared, approvalRequired: true }, { ...approved, approvalRequired: true }],
    ['grant', undefined, { ...approved, approvalRequired: true }],
    ['request', undefined, requested],
    ['request', prepared, { ...requested, claimedAt: 1 }],
    ['request', approved, { ...requested, claimedAt: 1, approvedAt: 1 }],
    ['redeem', requested, redeemed],
    ['initiate', redeemed, issued],
    ['refuse', prepared, recordIn('refused')],
    ['refuse', redeemed, recordIn('refused')],
    ['discard', issued, recordIn('discarded')],
    ['end', issued, recordIn('ended', { endedByRole: 'actor' })],
    ['end', issued, recordIn('ended', { endedByRole: 'session' })],
    ['revoke', issued, recordIn('ended', { endedByRole: 'auditor' })],
    ['revoke', issued, recordIn('ended', { endedByRole: 'subject' })],
    ['revoke', prepared, recordIn('ended', { endedByRole: 'auditor' })],
  ])('is %s', (verb, before, after) => {
    expect(typeOf({ ...(before && { before }), after })).toBe(`user.session.impersonation.${verb}`)
  })
})

describe('no event for', () => {
  const counter = { id: 'actor#sub-of-olivia#1', count: 3, expiresAt: 1 }
  test.each<[string, Parameters<typeof change>[0]]>([
    ['a new counter', { after: counter }],
    ['a counter that counts', { before: counter, after: { ...counter, count: 4 } }],
    ['a counter that expired', { before: counter }],
    ['a record that expired', { before: recordIn('ended') }],
    [
      'a change within a state',
      { before: recordIn('requested'), after: recordIn('requested', { allowedGroups: ['a'] }) },
    ],
    [
      'a retry of the claim',
      { before: recordIn('requested', { claimedAt: 1 }), after: recordIn('requested', { claimedAt: 2 }) },
    ],
    [
      'a change of an approved record within its state',
      {
        before: recordIn('prepared', { approvedAt: 1 }),
        after: recordIn('prepared', { approvedAt: 1, ticketEndsAt: 2 }),
      },
    ],
  ])('%s', (_, images) => {
    expect(eventOf(change(images))).toBeUndefined()
  })
})

test.each([
  ['an unknown state', { state: 'paused' }],
  ['a state of the language', { state: 'constructor' }],
  ['a time that is none', { requestedAt: 'yesterday' }],
  ['a number that JavaScript cannot hold', { issuedAt: 2 ** 60 }],
])('refuses %s', (_, changes) => {
  const record = change({ after: recordIn('issued') })
  const image = record.dynamodb?.NewImage ?? {}
  for (const [name, value] of Object.entries(changes))
    image[name] = typeof value === 'string' ? { S: value } : { N: value.toFixed(0) }
  expect(() => eventOf(record)).toThrow()
})

describe('events.md', () => {
  const document = readFileSync(new URL('../../../infra/docs/events.md', import.meta.url), 'utf8')

  test('lists every type with its state', () => {
    const listed = [...document.matchAll(/^\| `(user\.session\.impersonation\.\w+)` \| `(\w+)` \|/gm)]
    const prepared = recordIn('prepared')
    const records = [
      ...(['prepared', 'requested', 'redeemed', 'issued', 'refused', 'discarded'] as const).map((state) =>
        recordIn(state),
      ),
      { ...prepared, approvalRequired: true },
      { ...prepared, approvedAt: 1 },
      recordIn('ended', { endedByRole: 'actor' }),
      recordIn('ended', { endedByRole: 'auditor' }),
    ]
    const made = records.map((after) => eventOf(change({ after }))?.detail)
    expect(listed.map(([, type, state]) => `${type} ${state}`).toSorted()).toEqual(
      made.map((detail) => `${detail?.eventType} ${detail?.state}`).toSorted(),
    )
  })

  test('has an example with the fields of an event, in their order', () => {
    const [, example = ''] = /^## An event\n\n```json\n([\s\S]*?)```/m.exec(document) ?? []
    const { detail } = JSON.parse(example)
    const like = recordIn('issued', {
      id: detail.id,
      reason: detail.reason,
      subjectAsked: detail.subject.asked,
      ...Object.fromEntries(['sourceIp', 'userAgent', 'apiKeyId', 'requestId'].map((name) => [name, detail[name]])),
    })
    const event = eventOf(change({ before: recordIn('redeemed'), after: like }, detail.sequence))
    const made = JSON.parse(JSON.stringify(event?.detail))
    expect(Object.keys(detail)).toEqual(Object.keys(made))
    const { actor, subject, requestedAt, ...same } = detail
    expect(made).toMatchObject(same)
    expect([Object.keys(actor), Object.keys(subject)]).toEqual([Object.keys(made.actor), Object.keys(made.subject)])
  })
})
