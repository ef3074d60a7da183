// Attacks on the triggers themselves: events that are odd, repeated or out of order, and triggers that were replaced.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { newGrant } from '../../lambda/grant.ts'
import { createRecords, type Records } from '../../lambda/records.ts'
import type { ImpersonationRecord } from '../../lambda/records-schema.ts'
import type { TriggerEvent } from '../../lambda/triggers/event.ts'
import { createImpersonationTriggers } from '../../lambda/triggers/impersonation-client.ts'
import { startTable } from '../support/table.ts'
import { triggerEvent } from '../support/trigger-event.ts'

let table: Awaited<ReturnType<typeof startTable>>
let records: Records
let triggers: (event: TriggerEvent) => Promise<TriggerEvent>
beforeAll(async () => {
  table = await startTable()
  records = createRecords({ ...table, timeout: 5_000, now: Date.now })
  triggers = createImpersonationTriggers(records, { protectedGroups: ['admins'], sessionMinutes: 60 }, () => {})
})
afterAll(() => table.close())

function requested(changes: Partial<ImpersonationRecord> = {}) {
  const grant = newGrant()
  const record: ImpersonationRecord = {
    id: grant.id,
    state: 'requested',
    grantHash: grant.hash,
    grantEndsAt: Date.now() + 60_000,
    clientId: 'ours',
    actorSub: 'sub-of-olivia',
    actorUsername: 'olivia',
    subjectAsked: 'alice',
    requestedAt: Date.now(),
    expiresAt: 1,
    ...changes,
  }
  return { grant, record }
}
async function asked() {
  const { grant, record } = requested()
  await records.put(record)
  return { ...grant, record }
}

const alice = { userName: 'alice', sub: 'sub-of-alice' }
const verify = (id: string, answer: unknown, nonce = 'nonce-1', who = alice): TriggerEvent => ({
  ...triggerEvent('VerifyAuthChallengeResponse_Authentication', {
    challengeAnswer: answer,
    privateChallengeParameters: { nonce },
    clientMetadata: { impersonationId: id },
    userAttributes: { sub: who.sub },
  }),
  userName: who.userName,
})
const preToken = (id: string | undefined, changes: TriggerEvent['request'] = {}): TriggerEvent =>
  triggerEvent('TokenGeneration_Authentication', {
    clientMetadata: { impersonationId: id },
    groupConfiguration: { groupsToOverride: [] },
    ...changes,
  })
const define = (session: unknown): TriggerEvent =>
  triggerEvent('DefineAuthChallenge_Authentication', { session: session as never })

const isRight = async (event: TriggerEvent) => (await triggers(event)).response
const right = { answerCorrect: true }
const wrong = { answerCorrect: false }
const challenged = { challengeName: 'CUSTOM_CHALLENGE', challengeResult: true }

test('of 200 races for one grant each, every one has one winner', async () => {
  for (let race = 0; race < 200; race++) {
    const { id, answer } = await asked()
    const runners = Array.from({ length: 2 + (race % 4) }, (_, n) => verify(id, answer, `nonce-${n}`))
    const ends = await Promise.all(runners.map(isRight))
    expect(ends.filter((end) => 'answerCorrect' in end && end.answerCorrect)).toHaveLength(1)
  }
})

describe('run again or out of order', () => {
  test('the same challenge may be verified up to three times, and its tokens issued as often', async () => {
    const { id, answer } = await asked()
    for (let run = 0; run < 3; run++) expect(await isRight(verify(id, answer))).toEqual(right)
    const first = await triggers(preToken(id))
    for (let run = 0; run < 2; run++) expect(await triggers(preToken(id))).toEqual(first)
  })
  test('once tokens are issued, the same challenge is verified no more', async () => {
    const { id, answer } = await asked()
    await triggers(verify(id, answer))
    await triggers(preToken(id))
    expect(await isRight(verify(id, answer))).toEqual(wrong)
  })
  test('no tokens before the challenge is verified', async () => {
    const { id } = await asked()
    await expect(triggers(preToken(id))).rejects.toMatchObject({ code: 'TriggerRefused' })
  })
  test('no tokens for another user than the one that was verified', async () => {
    const { id, answer } = await asked()
    await triggers(verify(id, answer))
    const mallory = preToken(id, { userAttributes: { sub: 'sub-of-mallory' } })
    await expect(triggers(mallory)).rejects.toMatchObject({ code: 'TriggerRefused' })
  })
  test('no tokens under another record than the one that was verified', async () => {
    const [one, other] = [await asked(), await asked()]
    await triggers(verify(one.id, one.answer))
    await expect(triggers(preToken(other.id))).rejects.toMatchObject({ code: 'TriggerRefused' })
  })
  test('a put that lands late, after the redeem, does not open the grant again', async () => {
    const { id, answer, record } = await asked()
    await triggers(verify(id, answer))
    await records.put(record)
    expect(await records.read(id)).toMatchObject({ state: 'redeemed', nonce: 'nonce-1' })
    expect(await isRight(verify(id, answer, 'nonce-2'))).toEqual(wrong)
  })
  test('a grant whose record comes after its answer is wrong, and good for the next challenge', async () => {
    const { grant, record } = requested()
    expect(await isRight(verify(grant.id, grant.answer))).toEqual(wrong)
    await records.put(record)
    expect(await isRight(verify(grant.id, grant.answer, 'nonce-2'))).toEqual(right)
  })
  test('a grant that ended long ago is wrong, and one that ended since brings no tokens', async () => {
    const old = requested({ grantEndsAt: Date.now() - 3_600_000 })
    await records.put(old.record)
    expect(await isRight(verify(old.grant.id, old.grant.answer))).toEqual(wrong)
    const since = requested({ grantEndsAt: Date.now() - 3_600_000, state: 'redeemed', subjectSub: alice.sub })
    await records.put(since.record)
    await expect(triggers(preToken(since.grant.id))).rejects.toMatchObject({ code: 'TriggerRefused' })
  })
  test('a refusal that lands late does not close what was issued', async () => {
    const { id, answer } = await asked()
    await triggers(verify(id, answer))
    await triggers(preToken(id))
    await triggers(preToken(id, { groupConfiguration: { groupsToOverride: ['admins'] } })).catch(() => {})
    expect(await records.read(id)).toMatchObject({ state: 'issued' })
  })
})

describe('Define grants tokens to one right custom challenge, and to no other session:', () => {
  test.each<[string, unknown]>([
    ['a wrong answer', [{ ...challenged, challengeResult: false }]],
    ['an answer that is no boolean', [{ ...challenged, challengeResult: 'true' }]],
    ['an answer without a result', [{ challengeName: 'CUSTOM_CHALLENGE' }]],
    ['a password proven', [{ challengeName: 'SRP_A', challengeResult: true }]],
    [
      'a password proven, then the challenge',
      [{ challengeName: 'PASSWORD_VERIFIER', challengeResult: true }, challenged],
    ],
    ['a wrong answer, then a right one', [{ ...challenged, challengeResult: false }, challenged]],
    ['two right answers', [challenged, challenged]],
    ['ten thousand right answers', Array.from({ length: 10_000 }, () => challenged)],
    ['an empty entry', [{}]],
    ['null for an entry', [null]],
    ['a challenge of another name', [{ challengeName: 'custom_challenge', challengeResult: true }]],
  ])('%s', async (_, session) => {
    expect((await triggers(define(session))).response).toMatchObject({ issueTokens: false, failAuthentication: true })
  })
  test.each([[[challenged]]])('%j', async (session) => {
    expect((await triggers(define(session))).response).toMatchObject({ issueTokens: true, failAuthentication: false })
  })
  test.each([[[]], [null], [undefined]])('%j begins with a challenge', async (session) => {
    expect((await triggers(define(session))).response).toMatchObject({ issueTokens: false, failAuthentication: false })
  })
})

describe('an event that lacks something, or has it in another form, brings no tokens:', () => {
  const answerOf = async (event: unknown) =>
    triggers(event as TriggerEvent).then(
      ({ response }) => response,
      () => 'threw',
    )
  test.each<[string, (id: string, answer: string) => object]>([
    ['Verify without a request', (id, answer) => ({ ...verify(id, answer), request: {} })],
    ['Verify without metadata', (id, answer) => withRequest(verify(id, answer), { clientMetadata: null })],
    [
      'Verify with an id that is an array',
      (id, answer) => withRequest(verify(id, answer), { clientMetadata: { impersonationId: [id] } }),
    ],
    ['Verify with an answer in an array', (id, answer) => verify(id, [answer])],
    ['Verify with an answer as an object', (id, answer) => verify(id, { toString: () => answer })],
    ['Verify without a nonce', (id, answer) => withRequest(verify(id, answer), { privateChallengeParameters: {} })],
    ['Verify of a user who is not there', (id, answer) => withRequest(verify(id, answer), { userNotFound: true })],
    ['Verify without a username', (id, answer) => ({ ...verify(id, answer), userName: undefined })],
    ['Verify without a sub', (id, answer) => withRequest(verify(id, answer), { userAttributes: {} })],
    ['Verify without a client', (id, answer) => ({ ...verify(id, answer), callerContext: {} })],
    ['Verify of another client', (id, answer) => ({ ...verify(id, answer), callerContext: { clientId: 'theirs' } })],
  ])('%s', async (_, event) => {
    const { id, answer, record } = await asked()
    expect([wrong, 'threw']).toContainEqual(await answerOf(event(id, answer)))
    expect(await records.read(id)).toEqual(record)
  })
  test.each<[string, (id: string) => object]>([
    ['PreToken without a request', (id) => ({ ...preToken(id), request: {} })],
    ['PreToken without an id', () => preToken(undefined)],
    ['PreToken of an unknown id', () => preToken(randomUUID())],
    ['PreToken of an id that is an object', (id) => preToken({ id } as never)],
    ['PreToken without groups', (id) => preToken(id, { groupConfiguration: undefined as never })],
    ['PreToken without a sub', (id) => preToken(id, { userAttributes: {} })],
    ['PreToken of another client', (id) => ({ ...preToken(id), callerContext: { clientId: 'theirs' } })],
    ...['RefreshTokens', 'HostedAuth', 'NewPasswordChallenge', 'AuthenticateDevice', 'ClientCredentials'].map(
      (source): [string, (id: string) => object] => [
        `PreToken on ${source}`,
        (id) => ({ ...preToken(id), triggerSource: `TokenGeneration_${source}` }),
      ],
    ),
    ['a trigger that nobody knows', (id) => ({ ...preToken(id), triggerSource: 'PreSignUp_SignUp' })],
    ['no trigger source', (id) => ({ ...preToken(id), triggerSource: undefined })],
  ])('%s', async (_, event) => {
    const { id, answer } = await asked()
    await triggers(verify(id, answer))
    expect(await answerOf(event(id))).toBe('threw')
    expect(await records.read(id)).toMatchObject({ state: 'redeemed' })
  })
})

test.each<[string, (id: string, answer: string) => TriggerEvent]>([
  ['Verify', verify],
  ['PreToken', (id) => preToken(id)],
  ['PreToken of a protected subject', (id) => preToken(id, { groupConfiguration: { groupsToOverride: ['admins'] } })],
])('%s throws where the table is out of reach: Cognito may ask again', async (_, event) => {
  const gone = createRecords({ ...table, tableName: 'gone', timeout: 5_000, now: Date.now })
  const policy = { protectedGroups: ['admins'], sessionMinutes: 60 }
  const { id, answer } = newGrant()
  const handle = createImpersonationTriggers(gone, policy, () => {})
  await expect(handle(event(id, answer))).rejects.toMatchObject({ code: 'Unavailable', cause: expect.any(Error) })
})

function withRequest(event: TriggerEvent, changes: object): TriggerEvent {
  return { ...event, request: { ...event.request, ...changes } }
}
