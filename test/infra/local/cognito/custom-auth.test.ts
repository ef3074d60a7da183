// CUSTOM_AUTH: the order of the triggers, their events, and the sessions.
import { afterEach, describe, expect, test } from '@jest/globals'
import { type Event, errorOf, failure, poolId, question, type Setup, secretHash, start, startPool } from './fixture.ts'

let pool: Awaited<ReturnType<typeof startPool>>
afterEach(() => pool.close())

async function open(setup: Setup = {}) {
  pool = await startPool({ triggers: question, ...setup })
  await pool.addUser('alice', 'Alice-Local-1!', { email: 'alice@example.com', email_verified: 'true' })
}

const begin = (USERNAME = 'alice', ClientId = 'open', more: object = {}) =>
  pool.sdk.adminInitiateAuth({
    UserPoolId: poolId,
    ClientId,
    AuthFlow: 'CUSTOM_AUTH',
    AuthParameters: { USERNAME, ...(ClientId === 'confidential' ? { SECRET_HASH: secretHash(USERNAME) } : {}) },
    ...more,
  })
const answer = (Session: string | undefined, ANSWER = 'open sesame', more: object = {}, USERNAME = 'alice') =>
  pool.sdk.adminRespondToAuthChallenge({
    UserPoolId: poolId,
    ClientId: 'open',
    ChallengeName: 'CUSTOM_CHALLENGE',
    Session,
    ChallengeResponses: { USERNAME, ANSWER },
    ...more,
  })

describe('the challenge loop', () => {
  test('runs Define and Create, then Verify and Define, and ends with tokens', async () => {
    await open()
    const started = await begin('alice@example.com')
    expect(started.ChallengeName).toBe('CUSTOM_CHALLENGE')
    expect(started.ChallengeParameters).toEqual({ question: 'the word?', USERNAME: 'alice' })
    expect((await answer(started.Session)).AuthenticationResult?.AccessToken).toBeDefined()
    expect(pool.events.map((event) => event.triggerSource)).toEqual([
      'DefineAuthChallenge_Authentication',
      'CreateAuthChallenge_Authentication',
      'VerifyAuthChallengeResponse_Authentication',
      'DefineAuthChallenge_Authentication',
    ])
  })

  test('also works through the public operations', async () => {
    await open()
    const { Session } = await pool.sdk.initiateAuth({
      ClientId: 'confidential',
      AuthFlow: 'CUSTOM_AUTH',
      AuthParameters: { USERNAME: 'alice', SECRET_HASH: secretHash('alice') },
    })
    const { AuthenticationResult } = await pool.sdk.respondToAuthChallenge({
      ClientId: 'confidential',
      ChallengeName: 'CUSTOM_CHALLENGE',
      Session,
      ChallengeResponses: { USERNAME: 'alice', ANSWER: 'open sesame', SECRET_HASH: secretHash('alice') },
    })
    expect(AuthenticationResult?.IdToken).toBeDefined()
  })

  test('answers NotAuthorizedException if Define fails the sign-in after a wrong answer', async () => {
    await open()
    const { Session } = await begin()
    expect(await failure(answer(Session, 'guess'))).toMatchObject({
      name: 'NotAuthorizedException',
      message: 'Incorrect username or password.',
    })
  })

  test('repeats the challenge if Define asks for it, and shows Define every result in order', async () => {
    await open({
      triggers: {
        ...question,
        DefineAuthChallenge: (event) => {
          const session = event.request.session as { challengeResult: boolean }[]
          const right = session.at(-1)?.challengeResult === true
          return {
            ...event,
            response: { challengeName: 'CUSTOM_CHALLENGE', issueTokens: right, failAuthentication: false },
          }
        },
      },
    })
    const first = await begin()
    const second = await answer(first.Session, 'guess')
    expect(second).toMatchObject({ ChallengeName: 'CUSTOM_CHALLENGE', ChallengeParameters: { USERNAME: 'alice' } })
    expect((await answer(second.Session)).AuthenticationResult).toBeDefined()
    expect(pool.events.at(-1)?.request.session).toEqual([
      { challengeName: 'CUSTOM_CHALLENGE', challengeResult: false, challengeMetadata: 'RIDDLE' },
      { challengeName: 'CUSTOM_CHALLENGE', challengeResult: true, challengeMetadata: 'RIDDLE' },
    ])
  })

  test.each(Object.keys(question))('answers InvalidParameterException if the pool has no %s trigger', async (name) => {
    const triggers = Object.fromEntries(Object.entries(question).filter(([other]) => other !== name))
    await open({ triggers })
    const signIn = begin().then(({ Session }) => answer(Session))
    expect(await failure(signIn)).toMatchObject({
      name: 'InvalidParameterException',
      message: 'Custom auth lambda trigger is not configured for the user pool.',
    })
  })
})

// Source: developer guide, the pages of the three triggers. Users report the null placeholders.
describe('the trigger events', () => {
  const common = {
    version: '1',
    region: 'us-east-1',
    userPoolId: poolId,
    userName: 'alice',
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'open' },
  }
  const attributes = {
    'cognito:user_status': 'CONFIRMED',
    'cognito:email_alias': 'alice@example.com',
    sub: expect.any(String),
    email: 'alice@example.com',
    email_verified: 'true',
  }

  test('have the documented fields and no others', async () => {
    await open()
    const { Session } = await begin()
    await answer(Session)
    const [define, create, verify] = pool.events
    expect(define).toEqual({
      ...common,
      triggerSource: 'DefineAuthChallenge_Authentication',
      request: { userAttributes: attributes, session: [] },
      response: { challengeName: null, issueTokens: null, failAuthentication: null },
    })
    expect(create).toEqual({
      ...common,
      triggerSource: 'CreateAuthChallenge_Authentication',
      request: { userAttributes: attributes, challengeName: 'CUSTOM_CHALLENGE', session: [] },
      response: { publicChallengeParameters: null, privateChallengeParameters: null, challengeMetadata: null },
    })
    expect(verify).toEqual({
      ...common,
      triggerSource: 'VerifyAuthChallengeResponse_Authentication',
      request: {
        userAttributes: attributes,
        privateChallengeParameters: { answer: 'open sesame' },
        challengeAnswer: 'open sesame',
      },
      response: { answerCorrect: null },
    })
  })

  test('have the ClientMetadata of the answer, but not of the first call (API reference, AdminInitiateAuth)', async () => {
    await open({ triggers: { ...question, PreTokenGeneration: (event) => event } })
    const { Session } = await begin('alice', 'open', { ClientMetadata: { from: 'first call' } })
    await answer(Session, 'open sesame', { ClientMetadata: { from: 'answer' } })
    expect(pool.events.map((event) => event.request.clientMetadata)).toEqual([
      undefined,
      undefined,
      { from: 'answer' },
      { from: 'answer' },
      { from: 'answer' },
    ])
  })

  test('have no ClientMetadata in Create, also after an answer (reported, localstack#11687)', async () => {
    const DefineAuthChallenge = (event: Event) => ({ ...event, response: { challengeName: 'CUSTOM_CHALLENGE' } })
    await open({ triggers: { ...question, DefineAuthChallenge } })
    const { Session } = await begin()
    await answer(Session, 'guess', { ClientMetadata: { from: 'answer' } })
    const [verify, define, create] = pool.events.slice(2)
    expect(verify?.request.clientMetadata).toEqual({ from: 'answer' })
    expect(define?.request.clientMetadata).toEqual({ from: 'answer' })
    expect(create?.triggerSource).toBe('CreateAuthChallenge_Authentication')
    expect(create?.request).not.toHaveProperty('clientMetadata')
  })

  test('keep the private parameters from the caller', async () => {
    await open()
    expect(JSON.stringify(await begin())).not.toContain('open sesame')
  })
})

describe('an unknown user', () => {
  test('gets UserNotFoundException, and runs no trigger, if the client has LEGACY existence errors', async () => {
    await open()
    expect(await errorOf(begin('nobody', 'confidential'))).toBe('UserNotFoundException')
    expect(pool.events).toEqual([])
  })

  test('runs the triggers with userNotFound, then gets NotAuthorizedException, if the client hides unknown users', async () => {
    await open()
    const { Session, ChallengeParameters } = await begin('nobody', 'hiding')
    expect(ChallengeParameters?.USERNAME).toBe('nobody')
    const answered = answer(Session, 'open sesame', { ClientId: 'hiding' }, 'nobody')
    expect(await errorOf(answered)).toBe('NotAuthorizedException')
    expect(pool.events).toHaveLength(4)
    for (const { userName, request } of pool.events) {
      expect(userName).toBe('nobody')
      expect(request).toMatchObject({ userNotFound: true, userAttributes: {} })
    }
  })

  test('is the only one with userNotFound true: a known user has false', async () => {
    await open()
    await begin('alice', 'hiding')
    expect(pool.events.map((event) => event.request.userNotFound)).toEqual([false, false])
  })
})

describe('a Session', () => {
  test('accepts one answer, right or wrong', async () => {
    await open()
    for (const word of ['open sesame', 'guess']) {
      const { Session } = await begin()
      await answer(Session, word).catch(() => {})
      expect(await failure(answer(Session))).toMatchObject({
        name: 'NotAuthorizedException',
        message: 'Invalid session for the user, session can only be used once.',
      })
    }
  })

  test('accepts only one of two simultaneous answers', async () => {
    await open()
    const { Session } = await begin()
    const answers = await Promise.allSettled([answer(Session), answer(Session)])
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test.each([
    ['three minutes by default', 'open', 3],
    ['for AuthSessionValidity', 'patient', 15],
  ])('lasts %s', async (_, ClientId, minutes) => {
    await open({ clients: { patient: { AuthSessionValidity: 15 } } })
    const early = await begin('alice', ClientId)
    const late = await begin('alice', ClientId)
    pool.clock.now = start + minutes * 60_000 - 1
    expect((await answer(early.Session, 'open sesame', { ClientId })).AuthenticationResult).toBeDefined()
    pool.clock.now += 1
    expect(await failure(answer(late.Session, 'open sesame', { ClientId }))).toMatchObject({
      name: 'NotAuthorizedException',
      message: 'Invalid session for the user, session is expired.',
    })
  })

  test('accepts no answer from another client, for another user or to another challenge', async () => {
    await open()
    await pool.addUser('bob')
    const { Session } = await begin()
    const wrongAnswers = [
      answer('made-up-session-of-some-length'),
      answer(Session, 'open sesame', { ClientId: 'hiding' }),
      answer(Session, 'open sesame', {}, 'bob'),
      answer(Session, 'open sesame', {}, 'alice@example.com'),
      answer(Session, 'open sesame', {
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        ChallengeResponses: { USERNAME: 'alice', NEW_PASSWORD: 'Taken-Over-1!' },
      }),
    ]
    for (const call of wrongAnswers) expect(await errorOf(call)).toBe('NotAuthorizedException')
    expect((await answer(Session)).AuthenticationResult).toBeDefined()
  })
})
