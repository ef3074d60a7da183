import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { newGrant } from '../../../lambda/grant.ts'
import type { TriggerEvent } from '../../../lambda/triggers/event.ts'
import { handler } from '../../../lambda/triggers/handler.ts'
import { startAws } from '../../support/aws-server.ts'
import { triggerEnvironment } from '../../support/environment.ts'
import { triggerEvent } from '../../support/trigger-event.ts'

const sources = [
  'TokenGeneration_Authentication',
  'TokenGeneration_RefreshTokens',
  'TokenGeneration_HostedAuth',
  'PreSignUp_SignUp',
]
const forged = { impersonationId: '00000000-0000-4000-8000-000000000000' }

const before = process.env
beforeEach(() => {
  process.env = { ...before, IMPERSONATION_CLIENT_ID: 'ours' }
})
afterEach(() => {
  process.env = before
})

describe('an event of another app client', () => {
  test.each(sources)('of %s comes back unchanged, whatever its metadata says', async (triggerSource) => {
    const event = triggerEvent(triggerSource, { clientMetadata: forged }, 'theirs')
    const copy = structuredClone(event)
    expect(await handler(event)).toBe(event)
    expect(event).toEqual(copy)
  })
  test.each(sources)('of %s comes back unchanged where no setting is present', async (triggerSource) => {
    process.env = {}
    const event = triggerEvent(triggerSource, {}, 'ours')
    expect(await handler(event)).toBe(event)
  })
  test.each([{}, { callerContext: {} }, { callerContext: null }])(
    'comes back unchanged when it lacks its client: %j',
    async (event) => {
      process.env = {}
      const odd = { triggerSource: 'TokenGeneration_Authentication', ...event } as unknown as TriggerEvent
      expect(await handler(odd)).toBe(odd)
    },
  )
  test.each([{}, { callerContext: {} }, { callerContext: null }])(
    'of which nobody knows the client comes back unchanged: %j',
    async (event) => {
      const odd = { triggerSource: 'TokenGeneration_Authentication', ...event } as unknown as TriggerEvent
      expect(await handler(odd)).toBe(odd)
    },
  )
  test('gets no custom challenge: Define ends its sign-in', async () => {
    const event = triggerEvent('DefineAuthChallenge_Authentication', { session: [] }, 'theirs')
    expect((await handler(event)).response).toEqual({ issueTokens: false, failAuthentication: true })
  })
  test('gets no custom challenge: Create throws', async () => {
    const event = triggerEvent('CreateAuthChallenge_Authentication', { challengeName: 'CUSTOM_CHALLENGE' }, 'theirs')
    await expect(handler(event)).rejects.toThrow('no custom challenge')
  })
  test('gets no answer right', async () => {
    const event = triggerEvent('VerifyAuthChallengeResponse_Authentication', { challengeAnswer: 'x' }, 'theirs')
    expect((await handler(event)).response).toEqual({ answerCorrect: false })
  })
})

describe('an event of the impersonation client', () => {
  test('goes to the triggers, which want their settings', async () => {
    await expect(handler(triggerEvent('TokenGeneration_Authentication'))).rejects.toThrow(
      'missing setting RECORDS_TABLE_NAME',
    )
  })
  test('goes to the triggers over the function’s own table, for which the settings are read once', async () => {
    const { id, answer } = newGrant()
    const aws = await startAws(() => ({ Attributes: { id: { S: id } } }))
    const event = triggerEvent('VerifyAuthChallengeResponse_Authentication', {
      challengeAnswer: answer,
      privateChallengeParameters: { nonce: 'nonce-1' },
      clientMetadata: { impersonationId: id },
    })
    try {
      process.env = { ...process.env, ...aws.environment, ...triggerEnvironment }
      expect((await handler(event)).response).toEqual({ answerCorrect: true })
      delete process.env.RECORDS_TABLE_NAME
      expect((await handler(event)).response).toEqual({ answerCorrect: true })
    } finally {
      await aws.close()
    }
    expect(aws.calls).toMatchObject(Array(2).fill({ operation: 'UpdateItem', input: { TableName: 'records' } }))
  })
})
