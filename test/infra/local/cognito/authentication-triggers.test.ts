// PreAuthentication and PostAuthentication: when they run, their events, and their refusals.
// Source: developer guide, the pages of both. What CUSTOM_AUTH runs is reported: amplify-js#5318.
import { afterEach, describe, expect, test } from '@jest/globals'
import { type Event, errorOf, failure, poolId, question, type Setup, startPool } from './fixture.ts'

let pool: Awaited<ReturnType<typeof startPool>>
afterEach(() => pool.close())

const accept = (event: Event) => event
const refuse = () => {
  throw new Error('suspended')
}
const refusal = (name: string) => ({
  name: 'UserLambdaValidationException',
  message: `${name} failed with error suspended.`,
})

async function open(triggers: NonNullable<Setup['triggers']>) {
  pool = await startPool({ triggers: { ...question, ...triggers } })
  await pool.addUser('alice')
}
const byPassword = (USERNAME = 'alice', PASSWORD = 'Alice-Local-1!', more: object = {}) =>
  pool.sdk.initiateAuth({
    ClientId: 'open',
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME, PASSWORD },
    ...more,
  })
async function byChallenge(more: object = {}) {
  const parameters = { ClientId: 'open', UserPoolId: poolId }
  const { Session } = await pool.sdk.adminInitiateAuth({
    ...parameters,
    AuthFlow: 'CUSTOM_AUTH',
    AuthParameters: { USERNAME: 'alice' },
  })
  return pool.sdk.adminRespondToAuthChallenge({
    ...parameters,
    ChallengeName: 'CUSTOM_CHALLENGE',
    Session,
    ChallengeResponses: { USERNAME: 'alice', ANSWER: 'open sesame' },
    ...more,
  })
}
const sources = () => pool.events.map(({ triggerSource }) => triggerSource)

describe('a sign-in by password', () => {
  test('runs PreAuthentication, PostAuthentication and PreTokenGeneration in this order', async () => {
    await open({ PreAuthentication: accept, PostAuthentication: accept, PreTokenGeneration: accept })
    await byPassword('alice', 'Alice-Local-1!', { ClientMetadata: { from: 'first call' } })
    expect(sources()).toEqual([
      'PreAuthentication_Authentication',
      'PostAuthentication_Authentication',
      'TokenGeneration_Authentication',
    ])
    const userAttributes = { sub: expect.any(String), 'cognito:user_status': 'CONFIRMED' }
    expect(pool.events[0]).toMatchObject({ userName: 'alice', response: {} })
    expect(pool.events[0]?.request).toEqual({ userAttributes, validationData: { from: 'first call' } })
    expect(pool.events[1]?.request).toEqual({ userAttributes, newDeviceUsed: false })
  })

  test('runs PreAuthentication before the password is checked', async () => {
    await open({ PreAuthentication: accept, PostAuthentication: accept })
    expect(await errorOf(byPassword('alice', 'Wrong-1!'))).toBe('NotAuthorizedException')
    expect(sources()).toEqual(['PreAuthentication_Authentication'])
  })

  test('runs PreAuthentication for an unknown user only if the client hides that', async () => {
    await open({ PreAuthentication: accept })
    expect(await errorOf(byPassword('nobody'))).toBe('UserNotFoundException')
    expect(sources()).toEqual([])
    expect(await errorOf(byPassword('nobody', 'Alice-Local-1!', { ClientId: 'hiding' }))).toBe('NotAuthorizedException')
    expect(pool.events[0]).toMatchObject({ userName: 'nobody', request: { userAttributes: {}, userNotFound: true } })
  })

  test.each(['PreAuthentication', 'PostAuthentication'])('is refused if %s throws', async (name) => {
    await open({ [name]: refuse })
    expect(await failure(byPassword())).toMatchObject(refusal(name))
  })

  test('runs neither at a refresh', async () => {
    await open({ PreAuthentication: accept, PostAuthentication: accept })
    const { refresh } = await pool.signIn('alice')
    pool.events.length = 0
    const AuthParameters = { REFRESH_TOKEN: refresh }
    await pool.sdk.initiateAuth({ ClientId: 'open', AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters })
    await pool.sdk.getTokensFromRefreshToken({ ClientId: 'open', RefreshToken: refresh })
    expect(sources()).toEqual([])
  })
})

describe('CUSTOM_AUTH', () => {
  test('runs PostAuthentication with the answer’s ClientMetadata, but not PreAuthentication', async () => {
    await open({ PreAuthentication: refuse, PostAuthentication: accept, PreTokenGeneration: accept })
    await byChallenge({ ClientMetadata: { from: 'answer' } })
    expect(sources().slice(-2)).toEqual(['PostAuthentication_Authentication', 'TokenGeneration_Authentication'])
    expect(sources()).not.toContain('PreAuthentication_Authentication')
    expect(pool.events.at(-2)?.request.clientMetadata).toEqual({ from: 'answer' })
  })

  test('gives no tokens, and runs no PreTokenGeneration, if PostAuthentication throws', async () => {
    await open({ PostAuthentication: refuse, PreTokenGeneration: accept })
    expect(await failure(byChallenge())).toMatchObject(refusal('PostAuthentication'))
    expect(sources()).not.toContain('TokenGeneration_Authentication')
  })

  test('runs PreAuthentication first if a test enforces it', async () => {
    await open({ PreAuthentication: refuse })
    pool.pools.get(poolId)?.enforcedInCustomAuth.add('PreAuthentication')
    expect(await failure(byChallenge())).toMatchObject(refusal('PreAuthentication'))
    expect(sources()).toEqual(['PreAuthentication_Authentication'])
  })
})
