// Attacks on the triggers: malformed, repeated and reordered events.

import { randomUUID } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { newGrant } from '../../lambda/grant.ts'
import { createRecords } from '../../lambda/records.ts'
import type { TriggerEvent } from '../../lambda/triggers/event.ts'
import { createImpersonationTriggers } from '../../lambda/triggers/impersonation-client.ts'
import { inProcessDynamoDB } from '../support/in-process.ts'
import { MemoryTable } from '../support/memory-table.ts'
import { delayed } from '../support/random-turns.ts'
import { requestedRecord } from '../support/requested-record.ts'
import { triggerEvent } from '../support/trigger-event.ts'

const settings = {
  protectedGroups: ['admins'],
  mayActAs: 'none' as const,
  approvalGroups: [],
  sessionMinutes: 60,
  scopes: [],
}
const options = { tableName: 'records', timeout: 5_000, now: Date.now }
const records = createRecords({ ...options, dynamoDB: inProcessDynamoDB(delayed(new MemoryTable().perform)) })
const triggers = createImpersonationTriggers(records, settings, () => {})

async function putRequest() {
  const { grant, record } = requestedRecord()
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

const responseTo = async (event: TriggerEvent) => (await triggers(event)).response
const right = { answerCorrect: true }
const wrong = { answerCorrect: false }
const passed = { challengeName: 'CUSTOM_CHALLENGE', challengeResult: true }

test('exactly one of several challenges redeems a grant: 200 races', async () => {
  for (let race = 0; race < 200; race++) {
    const { id, answer } = await putRequest()
    const events = Array.from({ length: 2 + (race % 4) }, (_, n) => verify(id, answer, `nonce-${n}`))
    const responses = await Promise.all(events.map(responseTo))
    expect(responses.filter((response) => 'answerCorrect' in response && response.answerCorrect)).toHaveLength(1)
  }
})

describe('with repeated or reordered events, the triggers', () => {
  test('verify the same challenge up to three times, then issue the same tokens up to three times', async () => {
    const { id, answer } = await putRequest()
    for (let run = 0; run < 3; run++) expect(await responseTo(verify(id, answer))).toEqual(right)
    const first = await triggers(preToken(id))
    for (let run = 0; run < 2; run++) expect(await triggers(preToken(id))).toEqual(first)
  })
  test('do not verify the challenge after tokens were issued', async () => {
    const { id, answer } = await putRequest()
    await triggers(verify(id, answer))
    await triggers(preToken(id))
    expect(await responseTo(verify(id, answer))).toEqual(wrong)
  })
  test('issue no tokens before the challenge is verified', async () => {
    const { id } = await putRequest()
    await expect(triggers(preToken(id))).rejects.toMatchObject({ code: 'TriggerRefused' })
  })
  test('issue no tokens for a user other than the verified one', async () => {
    const { id, answer } = await putRequest()
    await triggers(verify(id, answer))
    const mallory = preToken(id, { userAttributes: { sub: 'sub-of-mallory' } })
    await expect(triggers(mallory)).rejects.toMatchObject({ code: 'TriggerRefused' })
  })
  test('issue no tokens for a record other than the verified one', async () => {
    const [one, other] = [await putRequest(), await putRequest()]
    await triggers(verify(one.id, one.answer))
    await expect(triggers(preToken(other.id))).rejects.toMatchObject({ code: 'TriggerRefused' })
  })
  test('do not reopen a grant if the put arrives after the redeem', async () => {
    const { id, answer, record } = await putRequest()
    await triggers(verify(id, answer))
    await records.put(record)
    expect(await records.read(id)).toMatchObject({ state: 'redeemed', nonce: 'nonce-1' })
    expect(await responseTo(verify(id, answer, 'nonce-2'))).toEqual(wrong)
  })
  test('refuse an answer before its record exists, and accept it in the next challenge', async () => {
    const { grant, record } = requestedRecord()
    expect(await responseTo(verify(grant.id, grant.answer))).toEqual(wrong)
    await records.put(record)
    expect(await responseTo(verify(grant.id, grant.answer, 'nonce-2'))).toEqual(right)
  })
  test('refuse an expired grant, and issue no tokens for one that expired after its challenge', async () => {
    const expired = requestedRecord({ grantEndsAt: Date.now() - 3_600_000 })
    await records.put(expired.record)
    expect(await responseTo(verify(expired.grant.id, expired.grant.answer))).toEqual(wrong)
    const expiredLater = requestedRecord({
      grantEndsAt: Date.now() - 3_600_000,
      state: 'redeemed',
      subjectSub: alice.sub,
    })
    await records.put(expiredLater.record)
    await expect(triggers(preToken(expiredLater.grant.id))).rejects.toMatchObject({ code: 'TriggerRefused' })
  })
  test('keep an issued record if a refusal follows', async () => {
    const { id, answer } = await putRequest()
    await triggers(verify(id, answer))
    await triggers(preToken(id))
    await triggers(preToken(id, { groupConfiguration: { groupsToOverride: ['admins'] } })).catch(() => {})
    expect(await records.read(id)).toMatchObject({ state: 'issued' })
  })
})

describe('DefineAuthChallenge issues tokens only for one passed custom challenge:', () => {
  test.each<[string, unknown]>([
    ['a failed challenge', [{ ...passed, challengeResult: false }]],
    ['a result that is not a boolean', [{ ...passed, challengeResult: 'true' }]],
    ['an entry without a result', [{ challengeName: 'CUSTOM_CHALLENGE' }]],
    ['a proven password', [{ challengeName: 'SRP_A', challengeResult: true }]],
    [
      'a proven password, then a passed challenge',
      [{ challengeName: 'PASSWORD_VERIFIER', challengeResult: true }, passed],
    ],
    ['a failed challenge, then a passed one', [{ ...passed, challengeResult: false }, passed]],
    ['two passed challenges', [passed, passed]],
    ['ten thousand passed challenges', Array.from({ length: 10_000 }, () => passed)],
    ['an empty entry', [{}]],
    ['null as entry', [null]],
    ['a challenge with another name', [{ challengeName: 'custom_challenge', challengeResult: true }]],
  ])('refuses %s', async (_, session) => {
    expect((await triggers(define(session))).response).toMatchObject({ issueTokens: false, failAuthentication: true })
  })
  test.each([[[passed]]])('issues tokens for %j', async (session) => {
    expect((await triggers(define(session))).response).toMatchObject({ issueTokens: true, failAuthentication: false })
  })
  test.each([[[]], [null], [undefined]])('starts with a challenge for %j', async (session) => {
    expect((await triggers(define(session))).response).toMatchObject({ issueTokens: false, failAuthentication: false })
  })
})

describe('a malformed event brings no tokens:', () => {
  const resultOf = async (event: unknown) =>
    triggers(event as TriggerEvent).then(
      ({ response }) => response,
      () => 'threw',
    )
  test.each<[string, (id: string, answer: string) => object]>([
    ['Verify without a request', (id, answer) => ({ ...verify(id, answer), request: {} })],
    ['Verify without metadata', (id, answer) => withRequest(verify(id, answer), { clientMetadata: null })],
    [
      'Verify with an array as id',
      (id, answer) => withRequest(verify(id, answer), { clientMetadata: { impersonationId: [id] } }),
    ],
    ['Verify with an array as answer', (id, answer) => verify(id, [answer])],
    ['Verify with an object as answer', (id, answer) => verify(id, { toString: () => answer })],
    ['Verify without a nonce', (id, answer) => withRequest(verify(id, answer), { privateChallengeParameters: {} })],
    ['Verify for an unknown user', (id, answer) => withRequest(verify(id, answer), { userNotFound: true })],
    ['Verify without a username', (id, answer) => ({ ...verify(id, answer), userName: undefined })],
    ['Verify without a sub', (id, answer) => withRequest(verify(id, answer), { userAttributes: {} })],
    ['Verify without a client', (id, answer) => ({ ...verify(id, answer), callerContext: {} })],
    ['Verify for another client', (id, answer) => ({ ...verify(id, answer), callerContext: { clientId: 'theirs' } })],
  ])('%s', async (_, event) => {
    const { id, answer, record } = await putRequest()
    expect([wrong, 'threw']).toContainEqual(await resultOf(event(id, answer)))
    expect(await records.read(id)).toEqual(record)
  })
  test.each<[string, (id: string) => object]>([
    ['PreToken without a request', (id) => ({ ...preToken(id), request: {} })],
    ['PreToken without an id', () => preToken(undefined)],
    ['PreToken with an unknown id', () => preToken(randomUUID())],
    ['PreToken with an object as id', (id) => preToken({ id } as never)],
    ['PreToken without groups', (id) => preToken(id, { groupConfiguration: undefined as never })],
    ['PreToken without a sub', (id) => preToken(id, { userAttributes: {} })],
    ['PreToken for another client', (id) => ({ ...preToken(id), callerContext: { clientId: 'theirs' } })],
    ...['RefreshTokens', 'HostedAuth', 'NewPasswordChallenge', 'AuthenticateDevice', 'ClientCredentials'].map(
      (source): [string, (id: string) => object] => [
        `PreToken on ${source}`,
        (id) => ({ ...preToken(id), triggerSource: `TokenGeneration_${source}` }),
      ],
    ),
    ['an unknown trigger source', (id) => ({ ...preToken(id), triggerSource: 'PreSignUp_SignUp' })],
    ['no trigger source', (id) => ({ ...preToken(id), triggerSource: undefined })],
  ])('%s', async (_, event) => {
    const { id, answer } = await putRequest()
    await triggers(verify(id, answer))
    expect(await resultOf(event(id))).toBe('threw')
    expect(await records.read(id)).toMatchObject({ state: 'redeemed' })
  })
})

test.each<[string, (id: string, answer: string) => TriggerEvent]>([
  ['Verify', verify],
  ['PreToken', (id) => preToken(id)],
  ['PreToken for a protected subject', (id) => preToken(id, { groupConfiguration: { groupsToOverride: ['admins'] } })],
])('%s throws if the table cannot be reached, so that Cognito retries', async (_, event) => {
  const dynamoDB = inProcessDynamoDB(() => ({ __type: 'ResourceNotFoundException' }))
  const gone = createRecords({ ...options, dynamoDB })
  const { id, answer } = newGrant()
  const handle = createImpersonationTriggers(gone, settings, () => {})
  await expect(handle(event(id, answer))).rejects.toMatchObject({ code: 'Unavailable', cause: expect.any(Error) })
})

function withRequest(event: TriggerEvent, changes: object): TriggerEvent {
  return { ...event, request: { ...event.request, ...changes } }
}
