import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { newGrant } from '../../../lambda/grant.ts'
import type { TriggerEvent } from '../../../lambda/triggers/event.ts'
import { handler as run } from '../../../lambda/triggers/handler.ts'
import { startAws, startLambda } from '../../support/aws-server.ts'
import { triggerEnvironment } from '../../support/environment.ts'
import { triggerEvent } from '../../support/trigger-event.ts'

const sources = [
  'TokenGeneration_Authentication',
  'TokenGeneration_RefreshTokens',
  'TokenGeneration_HostedAuth',
  'PreSignUp_SignUp',
]
const forged = { impersonationId: '00000000-0000-4000-8000-000000000000' }

type Handler = (...call: Parameters<typeof run>) => Promise<TriggerEvent>
let handler = run as Handler

const originalEnvironment = process.env
beforeEach(() => {
  process.env = { ...originalEnvironment, IMPERSONATION_CLIENT_ID: 'ours' }
})
afterEach(() => {
  process.env = originalEnvironment
})

describe('an event of another app client', () => {
  test.each(sources)('%s is returned unchanged, even with forged metadata', async (triggerSource) => {
    const event = triggerEvent(triggerSource, { clientMetadata: forged }, 'theirs')
    const copy = structuredClone(event)
    expect(await handler(event)).toBe(event)
    expect(event).toEqual(copy)
  })
  test.each(sources)('%s is returned unchanged without any setting', async (triggerSource) => {
    process.env = {}
    const event = triggerEvent(triggerSource, {}, 'ours')
    expect(await handler(event)).toBe(event)
  })
  test.each([{}, { callerContext: {} }, { callerContext: null }])(
    'is returned unchanged without a client id and without any setting: %j',
    async (event) => {
      process.env = {}
      const incomplete = { triggerSource: 'TokenGeneration_Authentication', ...event } as unknown as TriggerEvent
      expect(await handler(incomplete)).toBe(incomplete)
    },
  )
  test.each([{}, { callerContext: {} }, { callerContext: null }])(
    'is returned unchanged without a client id: %j',
    async (event) => {
      const incomplete = { triggerSource: 'TokenGeneration_Authentication', ...event } as unknown as TriggerEvent
      expect(await handler(incomplete)).toBe(incomplete)
    },
  )
  test('DefineAuthChallenge ends the sign-in', async () => {
    const event = triggerEvent('DefineAuthChallenge_Authentication', { session: [] }, 'theirs')
    expect((await handler(event)).response).toEqual({ issueTokens: false, failAuthentication: true })
  })
  test('CreateAuthChallenge throws', async () => {
    const event = triggerEvent('CreateAuthChallenge_Authentication', { challengeName: 'CUSTOM_CHALLENGE' }, 'theirs')
    await expect(handler(event)).rejects.toThrow('custom challenges are for the impersonation client only')
  })
  test('VerifyAuthChallengeResponse accepts no answer', async () => {
    const event = triggerEvent('VerifyAuthChallengeResponse_Authentication', { challengeAnswer: 'x' }, 'theirs')
    expect((await handler(event)).response).toEqual({ answerCorrect: false })
  })
})

describe('in a pool with triggers of its own, an event of another app client', () => {
  const theirs = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`
  const context = { getRemainingTimeInMillis: () => 4_000 }
  let lambda: Awaited<ReturnType<typeof startLambda>>
  beforeAll(async () => {
    lambda = await startLambda()
  })
  afterAll(() => lambda.close())
  beforeEach(() => {
    lambda.reset()
    const NEXT_TRIGGERS = JSON.stringify({ DefineAuthChallenge: theirs('define') })
    process.env = { ...process.env, ...lambda.environment, NEXT_TRIGGERS }
  })

  test('gets the answer of the owner’s function', async () => {
    const event = triggerEvent('DefineAuthChallenge_Authentication', { session: [] }, 'theirs')
    expect(await run(event, context)).toEqual({ answered: event })
    expect(lambda.functions).toEqual([theirs('define')])
  })
  test('gets the function’s error', async () => {
    lambda.fail('not today')
    const event = triggerEvent('DefineAuthChallenge_Authentication', { session: [] }, 'theirs')
    await expect(run(event, context)).rejects.toThrow(/^not today$/)
  })
  test('is answered as ever in a slot without a function', async () => {
    const create = triggerEvent('CreateAuthChallenge_Authentication', {}, 'theirs')
    await expect(run(create, context)).rejects.toThrow('custom challenges are for the impersonation client only')
    const tokens = triggerEvent('TokenGeneration_Authentication', {}, 'theirs')
    expect(await run(tokens, context)).toBe(tokens)
    expect(lambda.functions).toEqual([])
  })
})

describe('an event of the impersonation client', () => {
  // Settings are read once, so each test gets a handler that has read none.
  beforeEach(async () => {
    jest.resetModules()
    handler = (await import('../../../lambda/triggers/handler.ts')).handler as Handler
  })

  test('throws if a setting is missing', async () => {
    await expect(handler(triggerEvent('TokenGeneration_Authentication'))).rejects.toThrow(
      'missing setting RECORDS_TABLE_NAME',
    )
  })
  test('is handled with the function’s own table, and the settings are read once', async () => {
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
  test('never runs the owner’s challenges', async () => {
    const lambda = await startLambda()
    const NEXT_TRIGGERS = JSON.stringify({ DefineAuthChallenge: 'arn:theirs' })
    process.env = { ...process.env, ...lambda.environment, ...triggerEnvironment, NEXT_TRIGGERS }
    const event = triggerEvent('DefineAuthChallenge_Authentication', { session: [] })
    expect(await handler(event)).toMatchObject({ response: { challengeName: 'CUSTOM_CHALLENGE' } })
    await lambda.close()
    expect(lambda.functions).toEqual([])
  })
})
