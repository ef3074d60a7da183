// Triggers: invocation, retries, and how the caller sees their failures.
import { afterEach, describe, expect, test } from '@jest/globals'
import type { Outcome } from '../../../../infra/local/lambda/outcome.ts'
import { type Event, failure, poolId, question, type Setup, startPool } from './fixture.ts'

let pool: Awaited<ReturnType<typeof startPool>>
afterEach(() => pool.close())

async function begin(setup: Setup) {
  pool = await startPool({ triggers: question, ...setup })
  await pool.addUser('alice')
  return pool.sdk.adminInitiateAuth({
    UserPoolId: poolId,
    ClientId: 'open',
    AuthFlow: 'CUSTOM_AUTH',
    AuthParameters: { USERNAME: 'alice' },
  })
}

test('Cognito invokes a trigger for its pool with a time limit of five seconds', async () => {
  await begin({})
  expect(pool.callers[0]).toEqual({
    principal: 'cognito-idp.amazonaws.com',
    sourceArn: `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${poolId}`,
    timeoutMs: 5000,
  })
})

// Developer guide, "Things to know about Lambda triggers".
describe('a trigger that', () => {
  const outcomes: [behaviour: string, error: string, invocations: number, outcome: Outcome, message: string][] = [
    [
      'throws',
      'UserLambdaValidationException',
      1,
      { kind: 'error', errorType: 'Error', errorMessage: 'no such grant' },
      'DefineAuthChallenge failed with error no such grant.',
    ],
    [
      'does not answer in time',
      'UnexpectedLambdaException',
      3,
      { kind: 'timeout', limit: 'caller' },
      'DefineAuthChallenge invocation failed due to error Socket timeout while invoking Lambda function.',
    ],
    [
      'exceeds its own Timeout (Lambda reports a function error)',
      'UserLambdaValidationException',
      1,
      { kind: 'timeout', limit: 'function' },
      'DefineAuthChallenge failed with error Task timed out.',
    ],
    [
      'does not permit Cognito to invoke it',
      'UnexpectedLambdaException',
      1,
      { kind: 'denied' },
      'DefineAuthChallenge invocation failed due to error AccessDeniedException.',
    ],
    [
      'returns nothing',
      'InvalidLambdaResponseException',
      1,
      { kind: 'answer', payload: undefined },
      expect.any(String) as never,
    ],
    [
      'returns text',
      'InvalidLambdaResponseException',
      1,
      { kind: 'answer', payload: 'ok' },
      expect.any(String) as never,
    ],
    [
      'returns only a response',
      'InvalidLambdaResponseException',
      1,
      { kind: 'answer', payload: { response: { issueTokens: true } } },
      expect.any(String) as never,
    ],
  ]
  test.each(outcomes)('%s causes %s; invocations: %i', async (_, name, invocations, outcome, message) => {
    expect(await failure(begin({ invoke: async () => outcome }))).toMatchObject({ name, message })
    expect(pool.events).toHaveLength(invocations)
  })

  test('answers the third try succeeds, and gets the same event each time', async () => {
    let calls = 0
    const invoke = async (event: Event): Promise<Outcome> => {
      calls++
      if (calls < 3) return { kind: 'timeout', limit: 'caller' }
      const name = event.triggerSource.replace('_Authentication', '') as keyof typeof question
      return { kind: 'answer', payload: question[name](event) }
    }
    expect((await begin({ invoke })).ChallengeName).toBe('CUSTOM_CHALLENGE')
    expect(pool.events[1]).toEqual(pool.events[0])
    expect(pool.events[2]).toEqual(pool.events[0])
  })

  test.each([
    ['Define returns its event unchanged', { DefineAuthChallenge: (event: Event) => event }],
    [
      'Define names an unknown challenge',
      { DefineAuthChallenge: (event: Event) => ({ ...event, response: { challengeName: 'RIDDLE' } }) },
    ],
    [
      'Define asks for a password, but the sign-in did not start with SRP',
      { DefineAuthChallenge: (event: Event) => ({ ...event, response: { challengeName: 'PASSWORD_VERIFIER' } }) },
    ],
    [
      'Create returns parameters that are not strings',
      { CreateAuthChallenge: (event: Event) => ({ ...event, response: { publicChallengeParameters: { a: 1 } } }) },
    ],
  ])('returns an invalid response causes InvalidLambdaResponseException: %s', async (_, changed) => {
    expect(await failure(begin({ triggers: { ...question, ...changed } }))).toMatchObject({
      name: 'InvalidLambdaResponseException',
    })
  })

  test.each([null, undefined, 'yes', 1])(
    'returns answerCorrect %p from Verify gives no tokens',
    async (answerCorrect) => {
      const { Session } = await begin({
        triggers: {
          ...question,
          VerifyAuthChallengeResponse: (event) => ({ ...event, response: { answerCorrect } }),
        },
      })
      const answered = pool.sdk.respondToAuthChallenge({
        ClientId: 'open',
        ChallengeName: 'CUSTOM_CHALLENGE',
        Session,
        ChallengeResponses: { USERNAME: 'alice', ANSWER: 'open sesame' },
      })
      const name = answerCorrect ? 'InvalidLambdaResponseException' : 'NotAuthorizedException'
      expect(await failure(answered)).toMatchObject({ name })
    },
  )
})
