// How triggers are invoked, tried again, and what their failures look like to the caller.
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

test('a trigger is invoked by Cognito, for its pool, with five seconds to answer', async () => {
  await begin({})
  expect(pool.callers[0]).toEqual({
    principal: 'cognito-idp.amazonaws.com',
    sourceArn: `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${poolId}`,
    timeoutMs: 5000,
  })
})

// Developer guide, "Things to know about Lambda triggers": the format of errors, and what is tried again.
describe('a trigger that', () => {
  const outcomes: [what: string, outcome: Outcome, tries: number, name: string, message: string][] = [
    [
      'throws',
      { kind: 'error', errorType: 'Error', errorMessage: 'no such grant' },
      1,
      'UserLambdaValidationException',
      'DefineAuthChallenge failed with error no such grant.',
    ],
    [
      'does not answer in time',
      { kind: 'timeout', limit: 'caller' },
      3,
      'UnexpectedLambdaException',
      'DefineAuthChallenge invocation failed due to error Socket timeout while invoking Lambda function.',
    ],
    [
      'runs into its own Timeout (Lambda answers for it, with a function error)',
      { kind: 'timeout', limit: 'function' },
      1,
      'UserLambdaValidationException',
      'DefineAuthChallenge failed with error Task timed out.',
    ],
    [
      'may not be invoked',
      { kind: 'denied' },
      1,
      'UnexpectedLambdaException',
      'DefineAuthChallenge invocation failed due to error AccessDeniedException.',
    ],
    [
      'returns nothing',
      { kind: 'answer', payload: undefined },
      1,
      'InvalidLambdaResponseException',
      expect.any(String) as never,
    ],
    [
      'returns text',
      { kind: 'answer', payload: 'ok' },
      1,
      'InvalidLambdaResponseException',
      expect.any(String) as never,
    ],
    [
      'returns a response alone',
      { kind: 'answer', payload: { response: { issueTokens: true } } },
      1,
      'InvalidLambdaResponseException',
      expect.any(String) as never,
    ],
  ]
  test.each(outcomes)('%s', async (_, outcome, tries, name, message) => {
    expect(await failure(begin({ invoke: async () => outcome }))).toMatchObject({ name, message })
    expect(pool.events).toHaveLength(tries)
  })

  test('answers at the third try is believed, and is sent the same event each time', async () => {
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
      'Define asks for a password that was not begun with',
      { DefineAuthChallenge: (event: Event) => ({ ...event, response: { challengeName: 'PASSWORD_VERIFIER' } }) },
    ],
    [
      'Create returns parameters that are not strings',
      { CreateAuthChallenge: (event: Event) => ({ ...event, response: { publicChallengeParameters: { a: 1 } } }) },
    ],
  ])('does not keep to its response is InvalidLambdaResponseException: %s', async (_, changed) => {
    expect(await failure(begin({ triggers: { ...question, ...changed } }))).toMatchObject({
      name: 'InvalidLambdaResponseException',
    })
  })

  test.each([null, undefined, 'yes', 1])('Verify returns answerCorrect %p: no tokens', async (answerCorrect) => {
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
  })
})
