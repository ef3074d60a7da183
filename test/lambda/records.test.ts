import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { newGrant } from '../../lambda/grant.ts'
import { createRecords, type ImpersonationRecord, type Records } from '../../lambda/records.ts'
import { scriptedDynamoDB, startTable } from '../support/table.ts'

const noon = Date.UTC(2026, 0, 1, 12)
const hour = 3_600_000
const alice = { sub: 'sub-of-alice', username: 'alice' }
const mallory = { sub: 'sub-of-mallory', username: 'mallory' }

let table: Awaited<ReturnType<typeof startTable>>
let records: Records
let now = noon
let grant = newGrant()

function requested(more: Partial<ImpersonationRecord> = {}): ImpersonationRecord {
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
    ...more,
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
  records.redeem(
    { id: grant.id, hash: changes.hash ?? grant.hash },
    changes.clientId ?? 'ours',
    changes.nonce ?? 'nonce-1',
    changes.subject ?? alice,
  )

/** Over a DynamoDB that answers as it is told. */
function scripted(answer: Parameters<typeof scriptedDynamoDB>[0]) {
  const { dynamoDB, calls } = scriptedDynamoDB(answer)
  return { told: createRecords({ dynamoDB, tableName: 'records', timeout: 5_000, now: () => now }), calls }
}

describe('put', () => {
  test('keeps what it was given, and nothing where nothing was', async () => {
    await records.put(requested({ reason: 'ticket 7', userAgent: undefined as never }))
    expect(await records.read(grant.id)).toStrictEqual(requested({ reason: 'ticket 7' }))
  })
  test('takes its own record, written by a try whose answer was lost, for written', async () => {
    await records.put(requested())
    await expect(records.put(requested())).resolves.toBeUndefined()
  })
  test('never overwrites a record of another grant', async () => {
    await records.put(requested())
    await expect(records.put(requested({ grantHash: newGrant().hash }))).rejects.toMatchObject({
      code: 'Fault',
      message: 'the record id is taken',
    })
    expect(await records.read(grant.id)).toEqual(requested())
  })
  test('looks for its own record as it is now, not as it may have been', async () => {
    const { told, calls } = scripted((operation) =>
      operation === 'GetItem' ? {} : { __type: 'ConditionalCheckFailedException' },
    )
    await expect(told.put(requested())).rejects.toMatchObject({ code: 'Fault', message: 'the record id is taken' })
    expect(calls.at(-1)).toMatchObject({ operation: 'GetItem', input: { ConsistentRead: true } })
  })
  test('is unavailable when DynamoDB refuses, and does not ask what is there', async () => {
    const { told, calls } = scripted((operation) =>
      operation === 'GetItem' ? { Item: marshall(requested()) } : { __type: 'AccessDeniedException' },
    )
    await expect(told.put(requested())).rejects.toMatchObject({ code: 'Unavailable' })
    expect(calls).toHaveLength(1)
  })
  test('is unavailable when DynamoDB does not answer in time', async () => {
    const hasty = createRecords({ ...table, timeout: 0, now: () => now })
    await expect(hasty.put(requested())).rejects.toMatchObject({ code: 'Unavailable' })
  })
})

describe('what is not certain is unavailable', () => {
  const unavailable = {
    code: 'Unavailable',
    message: 'the records table did not take the call',
    cause: expect.any(Error),
  }
  const holdsNoItem = expect.objectContaining({ message: 'its answer does not hold the item' })
  const answers = [
    {},
    { Attributes: {} },
    { Attributes: { id: { S: 'another' } } },
    { __type: 'ThrottlingException' },
    { __type: 'ResourceNotFoundException' },
  ]
  const calls: [string, (records: Records) => Promise<unknown>][] = [
    ['redeem', (records) => records.redeem(grant, 'ours', 'nonce-1', alice)],
    ['issue', (records) => records.issue(grant.id, 'ours', alice.sub, hour)],
    ['refuse', (records) => records.refuse(grant.id, 'Fault')],
    ['discard', (records) => records.discard(grant.id, 'Fault')],
  ]
  test.each(answers.flatMap((answer) => calls.map(([name, call]) => [name, answer, call] as const)))(
    '%s answered with %j',
    async (_, answer, call) => {
      const { told } = scripted(() => answer)
      const cause = '__type' in answer ? expect.any(Error) : holdsNoItem
      await expect(call(told)).rejects.toMatchObject({ ...unavailable, cause })
    },
  )
  test.each(answers.slice(3))('read: %j', async (answer) => {
    await expect(scripted(() => answer).told.read(grant.id)).rejects.toMatchObject(unavailable)
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
  test('may be repeated by the same challenge for the same subject, and keeps the first time', async () => {
    await records.put(requested())
    await redeem()
    now = noon + 9
    expect(await redeem()).toBe(true)
    expect(await records.read(grant.id)).toMatchObject({ redeemedAt: noon })
  })
  test.each([
    ['another challenge', { nonce: 'nonce-2' }],
    ['another subject', { subject: mallory }],
  ])('is not repeated by %s', async (_, changes) => {
    await records.put(requested())
    await redeem()
    expect(await redeem(changes)).toBe(false)
    expect(await records.read(grant.id)).toMatchObject({ nonce: 'nonce-1', subjectSub: alice.sub })
  })
  test.each([
    ['a wrong grant', { hash: newGrant().hash }],
    ['another app client', { clientId: 'theirs' }],
  ])('refuses %s, and leaves the record to its owner', async (_, changes) => {
    await records.put(requested())
    expect(await redeem(changes)).toBe(false)
    expect(await records.read(grant.id)).toEqual(requested())
    expect(await redeem()).toBe(true)
  })
  test('refuses a grant that is 60 s old', async () => {
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
  test.each(['issued', 'refused', 'discarded'] as const)('refuses a record that is %s', async (state) => {
    await records.put(requested({ state, nonce: 'nonce-1', subjectSub: alice.sub } as Partial<ImpersonationRecord>))
    expect(await redeem()).toBe(false)
  })
  test('of 50 racing challenges lets one win', async () => {
    await records.put(requested())
    const wins = await Promise.all(Array.from({ length: 50 }, (_, n) => redeem({ nonce: `nonce-${n}` })))
    expect(wins.filter(Boolean)).toHaveLength(1)
  })
})

describe('issue', () => {
  const issue = (changes: { clientId?: string; sub?: string } = {}) =>
    records.issue(grant.id, changes.clientId ?? 'ours', changes.sub ?? alice.sub, hour)
  const redeemed = () => requested({ state: 'redeemed', subjectSub: alice.sub })

  test('answers with the record, and notes when the session ends', async () => {
    await records.put(redeemed())
    expect(await issue()).toMatchObject({
      state: 'issued',
      actorSub: 'sub-of-olivia',
      issuedAt: noon,
      endsAt: noon + hour,
    })
  })
  test('may be repeated, and keeps the first times', async () => {
    await records.put(redeemed())
    await issue()
    now = noon + 9
    expect(await issue()).toMatchObject({ issuedAt: noon, endsAt: noon + hour })
  })
  test.each([
    ['another app client', { clientId: 'theirs' }],
    ['another subject', { sub: mallory.sub }],
  ])('refuses %s', async (_, changes) => {
    await records.put(redeemed())
    expect(await issue(changes)).toBeUndefined()
    expect(await records.read(grant.id)).toEqual(redeemed())
  })
  test('refuses an actor who is the subject', async () => {
    await records.put({ ...redeemed(), actorSub: alice.sub })
    expect(await issue()).toBeUndefined()
  })
  test('refuses when the grant is 60 s old', async () => {
    await records.put(redeemed())
    now = noon + 60_000
    expect(await issue()).toBeUndefined()
    now -= 1
    expect(await issue()).toBeDefined()
  })
  test.each(['requested', 'refused', 'discarded'] as const)('refuses a record that is %s', async (state) => {
    await records.put({ ...redeemed(), state })
    expect(await issue()).toBeUndefined()
  })
  test('refuses without a record, and makes none', async () => {
    expect(await issue()).toBeUndefined()
    expect(await records.read(grant.id)).toBeUndefined()
  })
})

describe('refuse', () => {
  test.each(['requested', 'redeemed'] as const)('closes a record that is %s', async (state) => {
    await records.put(requested({ state }))
    await records.refuse(grant.id, 'SubjectProtected')
    expect(await records.read(grant.id)).toMatchObject({ state: 'refused', code: 'SubjectProtected', refusedAt: noon })
  })
  test.each(['issued', 'discarded', 'refused'] as const)('leaves a record that is %s as it is', async (state) => {
    await records.put(requested({ state, code: 'SubjectDisabled' }))
    await records.refuse(grant.id, 'SubjectProtected')
    expect(await records.read(grant.id)).toEqual(requested({ state, code: 'SubjectDisabled' }))
  })
  test('makes no record', async () => {
    await records.refuse(grant.id, 'Fault')
    expect(await records.read(grant.id)).toBeUndefined()
  })
})

describe('discard', () => {
  test.each(['requested', 'redeemed', 'issued', 'refused'] as const)(
    'notes it on a record that is %s',
    async (state) => {
      await records.put(requested({ state }))
      await records.discard(grant.id, 'TokensUnfit')
      expect(await records.read(grant.id)).toMatchObject({ state: 'discarded', code: 'TokensUnfit', discardedAt: noon })
    },
  )
  test('makes no record', async () => {
    await records.discard(grant.id, 'TokensUnfit')
    expect(await records.read(grant.id)).toBeUndefined()
  })
})
