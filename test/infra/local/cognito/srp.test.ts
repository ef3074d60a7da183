// Sign-in by SRP, with AWS's browser library.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { claimsOf, type Event, errorOf, failure, poolId, question, startPool } from './fixture.ts'
import { startLibrary, type Task } from './identity-js.ts'

/** The triggers of a sign-in by password, then by question. */
const passwordThenQuestion = {
  ...question,
  DefineAuthChallenge: (event: Event) => {
    const session = event.request.session as { challengeName: string; challengeResult: boolean }[]
    const steps = ['SRP_A', 'PASSWORD_VERIFIER', 'CUSTOM_CHALLENGE']
    const right = session.every(
      ({ challengeName, challengeResult }, at) => challengeResult && challengeName === steps[at],
    )
    const challengeName = steps[session.length]
    return {
      ...event,
      response: { challengeName, issueTokens: right && session.length === 3, failAuthentication: !right },
    }
  },
}

let pool: Awaited<ReturnType<typeof startPool>>
beforeEach(async () => {
  pool = await startPool({ triggers: passwordThenQuestion })
  await pool.addUser('alice', 'Alice-Local-1!', { email: 'alice@example.com', email_verified: 'true' })
})
afterEach(() => pool.close())

let library: ReturnType<typeof startLibrary>
beforeAll(() => {
  library = startLibrary()
})
afterAll(async () => {
  await library.close()
})

const run = (username: string, task: Partial<Task>) =>
  library.run({ endpoint: pool.url, poolId, clientId: 'open', username, ...task })

describe('amazon-cognito-identity-js', () => {
  test.each(['alice', 'alice@example.com'])('signs in %s by SRP, its default', async (name) => {
    pool.clock.now = Date.now()
    const { valid, idToken, attributes } = await run(name, { password: 'Alice-Local-1!' })
    expect(valid).toBe(true)
    expect(claimsOf(idToken)).toMatchObject({ 'cognito:username': 'alice', token_use: 'id' })
    expect(attributes).toEqual(['sub', 'email', 'email_verified'])
  })

  test('refuses a wrong password', async () => {
    expect(await failure(run('alice', { password: 'Wrong-1!' }))).toMatchObject({
      name: 'NotAuthorizedException',
      message: 'Incorrect username or password.',
    })
  })

  test('lets an invited user choose a password', async () => {
    await pool.sdk.adminCreateUser({ UserPoolId: poolId, Username: 'ivan', TemporaryPassword: 'Invited-1!' })
    await run('ivan', { password: 'Invited-1!', newPassword: 'Ivan-Local-1!' })
    const { idToken } = await run('ivan', { password: 'Ivan-Local-1!' })
    expect(claimsOf(idToken)['cognito:username']).toBe('ivan')
  })

  test('refreshes its session', async () => {
    const { idToken } = await run('alice', { password: 'Alice-Local-1!', refresh: true })
    expect(claimsOf(idToken)['cognito:username']).toBe('alice')
  })

  test('accepts a session made from an ID token and an access token', async () => {
    pool.clock.now = Date.now()
    const { valid, attributes } = await run('alice', { tokens: await pool.signIn('alice') })
    expect(valid).toBe(true)
    expect(attributes).toContain('email')
  })

  test('completes a CUSTOM_AUTH sign-in that begins with SRP_A (developer guide, "Define Auth challenge Lambda trigger")', async () => {
    await run('alice', { flow: 'CUSTOM_AUTH', password: 'Alice-Local-1!', answer: 'open sesame' })
    const [first, second] = pool.events.filter((event) => event.triggerSource.startsWith('Define'))
    const passed = (challengeName: string) => ({ challengeName, challengeResult: true, challengeMetadata: null })
    expect(first?.request.session).toEqual([passed('SRP_A')])
    expect(second?.request.session).toEqual([passed('SRP_A'), passed('PASSWORD_VERIFIER')])
  })

  test('gets no custom challenge for an unconfirmed user', async () => {
    await pool.sdk.signUp({ ClientId: 'open', Username: 'una', Password: 'Alice-Local-1!' })
    const attempt = run('una', { flow: 'CUSTOM_AUTH', password: 'Alice-Local-1!', answer: 'open sesame' })
    expect(await errorOf(attempt)).toBe('UserNotConfirmedException')
  })

  test('gets no custom challenge after a wrong password', async () => {
    const attempt = run('alice', { flow: 'CUSTOM_AUTH', password: 'Wrong-1!', answer: 'open sesame' })
    expect(await errorOf(attempt)).toBe('NotAuthorizedException')
    expect(pool.events).toHaveLength(1)
  })
})

describe('the first step of SRP', () => {
  const begin = (USERNAME: string, ClientId = 'hiding', SRP_A = 'abcdef') =>
    pool.sdk.initiateAuth({ ClientId, AuthFlow: 'USER_SRP_AUTH', AuthParameters: { USERNAME, SRP_A } })

  test('names the user and has a SECRET_BLOCK instead of a Session', async () => {
    const { ChallengeName, ChallengeParameters, Session } = await begin('alice@example.com', 'open')
    expect(ChallengeName).toBe('PASSWORD_VERIFIER')
    expect(Session).toBeUndefined()
    expect(ChallengeParameters).toEqual({
      SALT: expect.stringMatching(/^[0-9a-f]+$/),
      SRP_B: expect.stringMatching(/^[0-9a-f]+$/),
      SECRET_BLOCK: expect.any(String),
      USERNAME: 'alice',
      USER_ID_FOR_SRP: 'alice',
    })
  })

  test('is made up for an unknown name, the same each time (developer guide, "Managing error responses")', async () => {
    const [first, second, other] = await Promise.all([begin('nobody'), begin('nobody'), begin('someone')])
    expect(first.ChallengeParameters?.USER_ID_FOR_SRP).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    for (const field of ['SALT', 'USER_ID_FOR_SRP'] as const) {
      expect(second.ChallengeParameters?.[field]).toBe(first.ChallengeParameters?.[field])
      expect(other.ChallengeParameters?.[field]).not.toBe(first.ChallengeParameters?.[field])
    }
    expect(await errorOf(run('nobody', { clientId: 'hiding', password: 'Alice-Local-1!' }))).toBe(
      'NotAuthorizedException',
    )
    expect(await errorOf(begin('nobody', 'open'))).toBe('UserNotFoundException')
  })

  test.each([
    ['zero', '0'],
    ['not a number', 'xyz'],
  ])('refuses an SRP_A that is %s (RFC 5054 §2.5.4)', async (_, value) => {
    expect(await errorOf(begin('alice', 'open', value))).toBe('InvalidParameterException')
  })

  const startAndAnswer = async () => {
    const { ChallengeParameters } = await begin('alice', 'open')
    return (TIMESTAMP = 'Tue Jan 1 00:00:00 UTC 2030') =>
      pool.sdk.respondToAuthChallenge({
        ClientId: 'open',
        ChallengeName: 'PASSWORD_VERIFIER',
        ChallengeResponses: {
          USERNAME: 'alice',
          PASSWORD_CLAIM_SECRET_BLOCK: ChallengeParameters?.SECRET_BLOCK ?? '',
          PASSWORD_CLAIM_SIGNATURE: 'guess',
          TIMESTAMP,
        },
      })
  }

  test('must be answered with a timestamp as Java prints it', async () => {
    const answer = await startAndAnswer()
    expect(await errorOf(answer('2030-01-01T00:00:00Z'))).toBe('InvalidParameterException')
  })

  test('accepts each SECRET_BLOCK once', async () => {
    const answer = await startAndAnswer()
    expect(await failure(answer())).toMatchObject({ message: 'Incorrect username or password.' })
    expect(await failure(answer())).toMatchObject({
      message: 'Invalid session for the user, session can only be used once.',
    })
  })
})
