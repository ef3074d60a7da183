import { describe, expect, jest, test } from '@jest/globals'
import { newGrant } from '../../../lambda/grant.ts'
import type { Records } from '../../../lambda/records.ts'
import type { TriggerEvent } from '../../../lambda/triggers/event.ts'
import { verifyAuthChallengeResponse } from '../../../lambda/triggers/verify-auth-challenge-response.ts'
import { triggerEvent } from '../../support/trigger-event.ts'

const grant = newGrant()
const validRequest = {
  challengeAnswer: grant.answer,
  privateChallengeParameters: { nonce: 'nonce-1' },
  clientMetadata: { impersonationId: grant.id },
}

async function verify(
  changes: Partial<TriggerEvent['request']> = {},
  event: Partial<TriggerEvent> = {},
  redeemed = true,
) {
  const redeem = jest.fn<Records['redeem']>().mockResolvedValue(redeemed)
  const sent = {
    ...triggerEvent('VerifyAuthChallengeResponse_Authentication', { ...validRequest, ...changes }),
    ...event,
  }
  const { answerCorrect } = await verifyAuthChallengeResponse(sent, { redeem })
  return { answerCorrect, redeem }
}

test('redeems the grant for the subject in Cognito’s event', async () => {
  const { answerCorrect, redeem } = await verify()
  expect(answerCorrect).toBe(true)
  expect(redeem.mock.calls).toEqual([
    [
      {
        grant: { id: grant.id, hash: grant.hash },
        clientId: 'ours',
        nonce: 'nonce-1',
        subject: { sub: 'sub-of-alice', username: 'alice' },
      },
    ],
  ])
})
test('rejects the answer if the grant can’t be redeemed', async () => {
  expect((await verify({}, {}, false)).answerCorrect).toBe(false)
})
test('throws if the table does not respond: Cognito can run the trigger again', async () => {
  const redeem = () => Promise.reject(new Error('down'))
  const event = triggerEvent('VerifyAuthChallengeResponse_Authentication', validRequest)
  await expect(verifyAuthChallengeResponse(event, { redeem })).rejects.toThrow('down')
})

describe('rejects without a call to the table:', () => {
  test.each<[string, Partial<TriggerEvent['request']>]>([
    ['no answer', { challengeAnswer: undefined }],
    ['an answer of another type', { challengeAnswer: { answer: grant.answer } }],
    ['an answer in a list', { challengeAnswer: [grant.answer] }],
    ['only an id', { challengeAnswer: grant.id }],
    ['a grant that is too short', { challengeAnswer: grant.answer.slice(0, -1) }],
    ['a grant that is too long', { challengeAnswer: `${grant.answer}A` }],
    ['a line feed after the grant', { challengeAnswer: `${grant.answer}\n` }],
    ['a space before the grant', { challengeAnswer: ` ${grant.answer}` }],
    ['no metadata', { clientMetadata: null }],
    ['metadata without the id', { clientMetadata: {} }],
    ['metadata with another id', { clientMetadata: { impersonationId: newGrant().id } }],
    ['no challenge', { privateChallengeParameters: null }],
    ['a challenge without a nonce', { privateChallengeParameters: {} }],
    ['a user who does not exist', { userNotFound: true }],
    ['a user without sub', { userAttributes: {} }],
    ['a user without attributes', { userAttributes: undefined as never }],
  ])('%s', async (_, changes) => {
    const { answerCorrect, redeem } = await verify(changes)
    expect(answerCorrect).toBe(false)
    expect(redeem).not.toHaveBeenCalled()
  })
  test.each<[string, Partial<TriggerEvent>]>([
    ['no username', { userName: '' }],
    ['no app client', { callerContext: {} }],
    ['no caller', { callerContext: undefined as never }],
  ])('%s', async (_, event) => {
    const { answerCorrect, redeem } = await verify({}, event)
    expect(answerCorrect).toBe(false)
    expect(redeem).not.toHaveBeenCalled()
  })
})
