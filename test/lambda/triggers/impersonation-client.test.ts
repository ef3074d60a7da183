import { expect, jest, test } from '@jest/globals'
import { newGrant } from '../../../lambda/grant.ts'
import type { Records } from '../../../lambda/records.ts'
import type { ImpersonationRecord } from '../../../lambda/records-schema.ts'
import type { TriggerEvent } from '../../../lambda/triggers/event.ts'
import { createImpersonationTriggers } from '../../../lambda/triggers/impersonation-client.ts'
import { triggerEvent } from '../../support/trigger-event.ts'

const grant = newGrant()
const nonce = 'a-nonce-to-keep-private'

async function run(event: TriggerEvent, redeemed = true) {
  const log = jest.fn()
  const triggers = createImpersonationTriggers(
    {
      redeem: async () => redeemed,
      read: jest.fn<Records['read']>(),
      issue: async ({ id }) => ({ id, actorSub: 'sub-of-olivia' }) as ImpersonationRecord,
      refuse: jest.fn<Records['refuse']>(),
    },
    { protectedGroups: ['admins'], mayActAs: 'none', approvalGroups: [], sessionMinutes: 60, scopes: [] },
    log,
  )
  const result = await triggers(event).catch((error) => error)
  return { result, log }
}
const verify = (answer: string) =>
  triggerEvent('VerifyAuthChallengeResponse_Authentication', {
    challengeAnswer: answer,
    privateChallengeParameters: { nonce },
    clientMetadata: { impersonationId: grant.id },
  })
const preToken = (groups: string[]) =>
  triggerEvent('TokenGeneration_Authentication', {
    clientMetadata: { impersonationId: grant.id },
    groupConfiguration: { groupsToOverride: groups },
  })

test.each<[TriggerEvent, object]>([
  [triggerEvent('DefineAuthChallenge_Authentication', { session: [] }), { challengeName: 'CUSTOM_CHALLENGE' }],
  [
    triggerEvent('CreateAuthChallenge_Authentication', { challengeName: 'CUSTOM_CHALLENGE' }),
    { publicChallengeParameters: {} },
  ],
  [verify(grant.answer), { answerCorrect: true }],
  [preToken([]), { claimsAndScopeOverrideDetails: { groupOverrideDetails: { groupsToOverride: [] } } }],
])('$triggerSource: returns the event with a response, and logs nothing', async (event, response) => {
  const { result, log } = await run(event)
  expect(result).toMatchObject({ ...event, response })
  expect(log).not.toHaveBeenCalled()
})
test.each<[string, TriggerEvent]>([
  [
    'a sign-in that DefineAuthChallenge ends',
    triggerEvent('DefineAuthChallenge_Authentication', { userNotFound: true }),
  ],
  ['a guessed answer', verify('guess')],
  ['a protected subject', preToken(['admins'])],
  ['a refresh', triggerEvent('TokenGeneration_RefreshTokens')],
])('logs %s in one line', async (_, event) => {
  const { log } = await run(event)
  expect(log).toHaveBeenCalledTimes(1)
  expect(log.mock.calls[0]).toMatchObject([{ event: 'trigger-denied', trigger: event.triggerSource, subject: 'alice' }])
})
test('logs neither the grant nor the nonce of a refused answer', async () => {
  const { result, log } = await run(verify(grant.answer), false)
  expect(result.response).toEqual({ answerCorrect: false })
  const line = JSON.stringify(log.mock.calls)
  expect(line).not.toContain(grant.answer.slice(grant.id.length + 1))
  expect(line).not.toContain(nonce)
})
