// Refresh tokens: use, rotation and revocation.
import { afterEach, describe, expect, test } from '@jest/globals'
import {
  claimsOf,
  clientSecret,
  errorOf,
  failure,
  poolId,
  question,
  type Setup,
  secretHash,
  start,
  startPool,
} from './fixture.ts'

let pool: Awaited<ReturnType<typeof startPool>>
afterEach(() => pool.close())

async function signIn(setup: Setup = {}) {
  pool = await startPool(setup)
  await pool.addUser('alice')
  return pool.signIn('alice')
}
const refresh = (REFRESH_TOKEN: string, ClientId = 'open', more: object = {}) =>
  pool.sdk.initiateAuth({ ClientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN }, ...more })
const exchange = (RefreshToken: string, more: object = {}) =>
  pool.sdk.getTokensFromRefreshToken({ ClientId: 'open', RefreshToken, ...more })
const flows = ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']

describe('a refresh token', () => {
  test('gives new ID and access tokens of the same sign-in, but no new refresh token', async () => {
    const tokens = await signIn()
    pool.clock.now += 600_000
    for (const call of [refresh(tokens.refresh), exchange(tokens.refresh)]) {
      const { AuthenticationResult: result } = await call
      expect(result?.RefreshToken).toBeUndefined()
      const before = claimsOf(tokens.access)
      const after = claimsOf(result?.AccessToken ?? '')
      expect(after).toMatchObject({ origin_jti: before.origin_jti, auth_time: before.auth_time })
      expect(after.iat).toBe(start / 1000 + 600)
      expect(after.jti).not.toBe(before.jti)
    }
  })

  test('is opaque', async () => {
    expect((await signIn()).refresh).toMatch(/^[\w-]{512}$/)
  })

  test('gives tokens with the current groups', async () => {
    const tokens = await signIn()
    await pool.sdk.adminAddUserToGroup({ UserPoolId: poolId, Username: 'alice', GroupName: 'admins' })
    const { AuthenticationResult: result } = await refresh(tokens.refresh)
    expect(claimsOf(result?.IdToken ?? '')['cognito:groups']).toEqual(['admins'])
  })

  test.each([
    ['thirty days by default', {}, 30 * 86_400],
    [
      'for the RefreshTokenValidity of its client',
      { RefreshTokenValidity: 60, TokenValidityUnits: { RefreshToken: 'minutes' } },
      3600,
    ],
  ])('lasts %s', async (_, properties, seconds) => {
    const tokens = await signIn({ clients: { open: { ExplicitAuthFlows: flows, ...properties } } })
    pool.clock.now += seconds * 1000 - 1
    expect(await errorOf(refresh(tokens.refresh))).toBe('nothing')
    pool.clock.now += 1
    expect(await failure(refresh(tokens.refresh))).toMatchObject({
      name: 'NotAuthorizedException',
      message: 'Refresh Token has expired',
    })
  })

  test('is refused from another client, and so are made-up tokens and other kinds of token', async () => {
    const tokens = await signIn({ clients: { other: { ExplicitAuthFlows: flows } } })
    const wrongCalls = [refresh(tokens.refresh, 'other'), refresh('made-up'), refresh(tokens.access), refresh('')]
    for (const call of wrongCalls) expect(await errorOf(call)).toMatch(/NotAuthorized|InvalidParameter/)
    expect(await errorOf(exchange(tokens.refresh, { ClientId: 'other' }))).toBe('NotAuthorizedException')
  })

  test('is refused once its user is disabled, also after the user is enabled again (API reference, AdminDisableUser)', async () => {
    const tokens = await signIn()
    const calls = [
      () => refresh(tokens.refresh),
      () => exchange(tokens.refresh),
      () => pool.sdk.getUser({ AccessToken: tokens.access }),
    ]
    await pool.sdk.adminDisableUser({ UserPoolId: poolId, Username: 'alice' })
    for (const call of calls)
      expect(await failure(call())).toMatchObject({ name: 'NotAuthorizedException', message: 'User is disabled.' })
    await pool.sdk.adminEnableUser({ UserPoolId: poolId, Username: 'alice' })
    for (const call of calls)
      expect(await failure(call())).toMatchObject({
        name: 'NotAuthorizedException',
        message: expect.stringMatching(/Token has been revoked$/),
      })
  })

  test('is refused once its user is deleted', async () => {
    const tokens = await signIn()
    await pool.sdk.adminDeleteUser({ UserPoolId: poolId, Username: 'alice' })
    expect(await errorOf(refresh(tokens.refresh))).toBe('UserNotFoundException')
    expect(await errorOf(exchange(tokens.refresh))).toBe('UserNotFoundException')
  })
})

describe('the trigger event of a refresh', () => {
  const triggers: NonNullable<Setup['triggers']> = { PreTokenGeneration: (event) => event }
  const ClientMetadata = { impersonationId: 'forged' }

  test('has TokenGeneration_RefreshTokens and no metadata for REFRESH_TOKEN_AUTH', async () => {
    const tokens = await signIn({ triggers })
    await refresh(tokens.refresh, 'open', { ClientMetadata })
    expect(pool.events.at(-1)?.triggerSource).toBe('TokenGeneration_RefreshTokens')
    expect(pool.events.at(-1)?.request).not.toHaveProperty('clientMetadata')
  })

  test('has TokenGeneration_Authentication and metadata for GetTokensFromRefreshToken (developer guide, "Lambda triggers in the Amazon Cognito API")', async () => {
    const tokens = await signIn({ triggers })
    await exchange(tokens.refresh, { ClientMetadata })
    expect(pool.events.at(-1)?.triggerSource).toBe('TokenGeneration_Authentication')
    expect(pool.events.at(-1)?.request.clientMetadata).toEqual(ClientMetadata)
  })
})

describe('a confidential client', () => {
  async function signInConfidential(setup: Setup = {}) {
    pool = await startPool({ triggers: question, ...setup })
    await pool.addUser('alice')
    const SECRET_HASH = secretHash('alice')
    const { Session } = await pool.sdk.initiateAuth({
      ClientId: 'confidential',
      AuthFlow: 'CUSTOM_AUTH',
      AuthParameters: { USERNAME: 'alice', SECRET_HASH },
    })
    const { AuthenticationResult } = await pool.sdk.respondToAuthChallenge({
      ClientId: 'confidential',
      ChallengeName: 'CUSTOM_CHALLENGE',
      Session,
      ChallengeResponses: { USERNAME: 'alice', ANSWER: 'open sesame', SECRET_HASH },
    })
    return AuthenticationResult?.RefreshToken ?? ''
  }

  test('without ALLOW_REFRESH_TOKEN_AUTH refuses REFRESH_TOKEN_AUTH even with the right secret hash', async () => {
    const token = await signInConfidential()
    const call = refresh(token, 'confidential', {
      AuthParameters: { REFRESH_TOKEN: token, SECRET_HASH: secretHash('alice') },
    })
    expect(await errorOf(call)).toBe('InvalidParameterException')
  })

  test('needs the secret hash of the username for REFRESH_TOKEN_AUTH', async () => {
    const ExplicitAuthFlows = ['ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']
    const REFRESH_TOKEN = await signInConfidential({ clients: { confidential: { ExplicitAuthFlows } } })
    const attempt = (more: object) =>
      errorOf(refresh(REFRESH_TOKEN, 'confidential', { AuthParameters: { REFRESH_TOKEN, ...more } }))
    expect(await attempt({})).toBe('NotAuthorizedException')
    expect(await attempt({ SECRET_HASH: secretHash('bob') })).toBe('NotAuthorizedException')
    expect(await attempt({ SECRET_HASH: secretHash('alice') })).toBe('nothing')
  })

  test('needs the secret itself for GetTokensFromRefreshToken and RevokeToken', async () => {
    const token = await signInConfidential()
    const ClientId = 'confidential'
    expect(await errorOf(exchange(token, { ClientId }))).toBe('NotAuthorizedException')
    expect(await errorOf(exchange(token, { ClientId, ClientSecret: 'wrong' }))).toBe('NotAuthorizedException')
    expect(await errorOf(exchange(token, { ClientId, ClientSecret: clientSecret }))).toBe('nothing')
    const revoke = (more: object) => pool.sdk.revokeToken({ ClientId, Token: token, ...more })
    expect(await errorOf(revoke({}))).toBe('UnauthorizedException')
    expect(await errorOf(revoke({ ClientSecret: 'wrong' }))).toBe('UnauthorizedException')
    expect(await errorOf(revoke({ ClientSecret: clientSecret }))).toBe('nothing')
    expect(await failure(exchange(token, { ClientId, ClientSecret: clientSecret }))).toMatchObject({
      name: 'NotAuthorizedException',
      message: 'Refresh Token has been revoked',
    })
  })
})

// Developer guide, "Refresh token rotation".
describe('rotation', () => {
  const rotating = (RetryGracePeriodSeconds: number): Setup => ({
    clients: {
      open: {
        ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
        RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds },
      },
    },
  })

  test('gives a new refresh token and refuses the old one after the grace period', async () => {
    const tokens = await signIn(rotating(60))
    const { AuthenticationResult: result } = await exchange(tokens.refresh)
    const newToken = result?.RefreshToken ?? ''
    pool.clock.now += 59_999
    expect(await errorOf(exchange(tokens.refresh))).toBe('nothing')
    pool.clock.now += 1
    expect(await errorOf(exchange(tokens.refresh))).toBe('RefreshTokenReuseException')
    expect(await errorOf(exchange(newToken))).toBe('nothing')
  })

  test('disables REFRESH_TOKEN_AUTH, also for a client without ExplicitAuthFlows, whose default has it', async () => {
    const tokens = await signIn(rotating(0))
    expect(await errorOf(refresh(tokens.refresh))).toBe('InvalidParameterException')
    await pool.close()
    pool = await startPool({ clients: { plain: { RefreshTokenRotation: { Feature: 'ENABLED' } } } })
    expect(await errorOf(refresh('x', 'plain'))).toBe('InvalidParameterException')
  })

  test('sets auth_time to the time of the refresh (reported, oidc-client-ts#2107)', async () => {
    const tokens = await signIn(rotating(60))
    pool.clock.now += 600_000
    const { AuthenticationResult: result } = await exchange(tokens.refresh)
    for (const token of [result?.IdToken, result?.AccessToken])
      expect(claimsOf(token ?? '')).toMatchObject({
        auth_time: start / 1000 + 600,
        origin_jti: claimsOf(tokens.access).origin_jti,
      })
  })

  test('does not extend the lifetime: a new token expires with the first one', async () => {
    const tokens = await signIn(rotating(60))
    pool.clock.now += 30 * 86_400_000 - 1
    const { AuthenticationResult: result } = await exchange(tokens.refresh)
    pool.clock.now += 1
    expect(await failure(exchange(result?.RefreshToken ?? ''))).toMatchObject({ message: 'Refresh Token has expired' })
  })
})

// Developer guide, "Revoking tokens" and "Revoke endpoint"; API reference, RevokeToken.
describe('RevokeToken', () => {
  const revoke = (Token: string, ClientId = 'open') => pool.sdk.revokeToken({ ClientId, Token })

  test('revokes all tokens of the sign-in and of no other', async () => {
    const tokens = await signIn()
    const other = await pool.signIn('alice')
    const { AuthenticationResult: later } = await refresh(tokens.refresh)
    await revoke(tokens.refresh)
    expect(await failure(refresh(tokens.refresh))).toMatchObject({ message: 'Refresh Token has been revoked' })
    for (const AccessToken of [tokens.access, later?.AccessToken])
      expect(await failure(pool.sdk.getUser({ AccessToken }))).toMatchObject({
        name: 'NotAuthorizedException',
        message: 'Access Token has been revoked',
      })
    expect(await errorOf(pool.sdk.getUser({ AccessToken: other.access }))).toBe('nothing')
    expect(await errorOf(refresh(other.refresh))).toBe('nothing')
  })

  test('refuses other kinds of token, and accepts revoked and unknown ones', async () => {
    const tokens = await signIn()
    expect(await errorOf(revoke(tokens.access))).toBe('UnsupportedTokenTypeException')
    expect(await errorOf(revoke(tokens.id))).toBe('UnsupportedTokenTypeException')
    expect(await errorOf(revoke('unknown'))).toBe('nothing')
    await revoke(tokens.refresh)
    expect(await errorOf(revoke(tokens.refresh))).toBe('nothing')
  })

  test('refuses another client’s tokens', async () => {
    const tokens = await signIn()
    expect(await errorOf(revoke(tokens.refresh, 'hiding'))).toBe('UnauthorizedException')
    expect(await errorOf(refresh(tokens.refresh))).toBe('nothing')
  })

  test('needs EnableTokenRevocation', async () => {
    const tokens = await signIn({ clients: { open: { ExplicitAuthFlows: flows, EnableTokenRevocation: false } } })
    expect(await errorOf(revoke(tokens.refresh))).toBe('UnsupportedOperationException')
  })
})
