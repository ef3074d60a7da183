// Which of the pool's own triggers gets an event, in which version, and how its answer comes back.

import { describe, expect, test } from '@jest/globals'
import type { NextTriggers } from '../../../../lambda/next-triggers.ts'
import type { Invocation } from '../../../../lambda/triggers/next/invoke.ts'
import { findNext, timeLeft } from '../../../../lambda/triggers/next/run.ts'
import { triggerEvent } from '../../../support/trigger-event.ts'

const challenges = { DefineAuthChallenge: 'arn:d', CreateAuthChallenge: 'arn:c', VerifyAuthChallengeResponse: 'arn:v' }
const tokens = (LambdaVersion: 'V1_0' | 'V2_0' | 'V3_0'): NextTriggers => ({
  PreTokenGenerationConfig: { LambdaVersion, LambdaArn: 'arn:p' },
})

async function run(source: string, next: NextTriggers, answer: unknown = { response: {} }, request: object = {}) {
  const calls: Invocation[] = []
  const event = { version: '2', ...triggerEvent(source, request) }
  const found = findNext(event, next, async (invocation) => {
    calls.push(invocation)
    return answer
  })
  return { event, calls, answer: await found?.({ event, timeLimit: 7 }), found: found !== undefined }
}

describe('an event', () => {
  test.each([
    ['DefineAuthChallenge_Authentication', 'arn:d'],
    ['CreateAuthChallenge_Authentication', 'arn:c'],
    ['VerifyAuthChallengeResponse_Authentication', 'arn:v'],
    ['TokenGeneration_Authentication', 'arn:p'],
    ['TokenGeneration_RefreshTokens', 'arn:p'],
    ['TokenGeneration_HostedAuth', 'arn:p'],
    ['TokenGeneration_ClientCredentials', 'arn:p'],
  ])('%s goes to %s unchanged, and the answer comes back unchanged', async (source, functionArn) => {
    const theirAnswer = { anything: 1 }
    const { event, calls, answer } = await run(source, { ...challenges, ...tokens('V2_0') }, theirAnswer)
    expect(calls).toEqual([{ functionArn, event, timeLimit: 7 }])
    expect(answer).toBe(theirAnswer)
  })

  test.each([
    'DefineAuthChallenge_Authentication',
    'CreateAuthChallenge_Authentication',
    'VerifyAuthChallengeResponse_Authentication',
  ])('%s has no function if only the tokens have one', async (source) =>
    expect((await run(source, tokens('V2_0'))).found).toBe(false),
  )
  test.each(['TokenGeneration_Authentication', 'PreSignUp_SignUp', 'toString_x', ''])(
    '%s has no function if only the challenges have one',
    async (source) => expect((await run(source, challenges)).found).toBe(false),
  )
})

describe('a V1_0 function', () => {
  const request = { scopes: ['aws.cognito.signin.user.admin'], groupConfiguration: { groupsToOverride: ['gold'] } }
  const ask = (response: unknown) =>
    run('TokenGeneration_Authentication', tokens('V1_0'), { version: '1', response }, request)

  test('gets the event of its version', async () => {
    const { event, calls } = await ask({})
    const { scopes: _, ...rest } = event.request as Record<string, unknown>
    expect(calls).toEqual([
      {
        functionArn: 'arn:p',
        event: { ...event, version: '1', request: rest, response: { claimsOverrideDetails: null } },
        timeLimit: 7,
      },
    ])
  })

  test.each([
    [
      {
        claimsToAddOrOverride: { tenant: '7' },
        claimsToSuppress: ['email'],
        groupOverrideDetails: { groupsToOverride: [] },
      },
      {
        idTokenGeneration: { claimsToAddOrOverride: { tenant: '7' }, claimsToSuppress: ['email'] },
        groupOverrideDetails: { groupsToOverride: [] },
      },
    ],
    [{ groupOverrideDetails: null }, { idTokenGeneration: {}, groupOverrideDetails: null }],
    [{}, { idTokenGeneration: {} }],
    [null, null],
    ['text', 'text'],
  ])('has its answer translated: %j', async (claimsOverrideDetails, claimsAndScopeOverrideDetails) => {
    const { event, answer } = await ask({ claimsOverrideDetails })
    expect(JSON.parse(JSON.stringify(answer))).toEqual({ ...event, response: { claimsAndScopeOverrideDetails } })
  })
  test('that changes nothing has no details', async () => {
    const { event, answer } = await ask({})
    expect(answer).toEqual({ ...event, response: { claimsAndScopeOverrideDetails: null } })
  })
  test.each(['text', null, 7, [], {}, { response: null }, { response: [] }])(
    'that answers %j has that answer returned as it is, for Cognito to refuse',
    async (garbage) => {
      expect((await run('TokenGeneration_Authentication', tokens('V1_0'), garbage)).answer).toEqual(garbage)
    },
  )
})

test('a V3_0 function gets the event as it is', async () => {
  const { event, calls } = await run('TokenGeneration_Authentication', tokens('V3_0'))
  expect(calls).toMatchObject([{ event }])
})

test('a function may take what is left of ours, less what ours needs', () => {
  expect(timeLeft({ getRemainingTimeInMillis: () => 3_000 }, 500)).toBe(2_500)
  expect(timeLeft(undefined, 500)).toBe(3_500)
})
