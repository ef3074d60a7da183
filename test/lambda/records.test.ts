import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { newGrant } from '../../lambda/grant.ts'
import { createRecords, type Records } from '../../lambda/records.ts'
import type { ImpersonationRecord } from '../../lambda/records-schema.ts'
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

beforeAll(async () => {
  table = await startTable()
  records = createRecords({ ...table, timeout: 5_000, now: () => now })
})
afterAll(() => table.close())
beforeEach(() => {
  now = noon
  grant = newGrant()
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
    const impatient = createRecords({ ...table, timeout: 0, now: () => now })
    await expect(impatient.put(requested())).rejects.toMatchObject({ code: 'Unavailable' })
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
    ['redeem', (records) => records.redeem({ grant, clientId: 'ours', nonce: 'nonce-1', subject: alice })],
    [
      'issue',
      (records) => records.issue({ id: grant.id, clientId: 'ours', subjectSub: alice.sub, sessionLength: hour }),
    ],
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
      endsOn: '2026-01-01',
    })
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
    expect(await issue()).toMatchObject({ endsAt: midnight - 1, endsOn: '2026-01-01' })
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
  test('refuses if the record is missing, and creates none', async () => {
    expect(await issue()).toBeUndefined()
    expect(await records.read(grant.id)).toBeUndefined()
  })
})

describe('refuse', () => {
  test.each(['requested', 'redeemed'] as const)('closes a record in state %s', async (state) => {
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
    await records.put(requested({ state: 'issued', endsAt: noon + hour, endsOn: '2026-01-01' }))
    await records.discard(grant.id, 'TokensUnfit')
    expect(await records.read(grant.id)).not.toHaveProperty('endsOn')
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
