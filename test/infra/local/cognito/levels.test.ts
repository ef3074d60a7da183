// Authentication levels: which sign-ins get the claims acr and amr.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { claimsOf, errorOf, poolId, startPool } from './fixture.ts'

const flows = ['ALLOW_USER_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_PASSWORD_AUTH']
let pool: Awaited<ReturnType<typeof startPool>>
const start = async (properties: Record<string, unknown> = {}) => {
  pool = await startPool({ pool: properties, clients: { staff: { ExplicitAuthFlows: flows } } })
  await pool.addUser('alice')
}
beforeEach(() => start())
afterEach(() => pool.close())

const userAuth = (parameters: Record<string, string>, ClientId = 'staff') =>
  pool.sdk.initiateAuth({
    ClientId,
    AuthFlow: 'USER_AUTH',
    AuthParameters: {
      USERNAME: 'alice',
      PREFERRED_CHALLENGE: 'PASSWORD',
      PASSWORD: 'Alice-Local-1!',
      ...parameters,
    },
  })
const levelOf = (token: string | undefined) => {
  const { acr, amr } = claimsOf(token ?? '')
  return { acr, amr }
}
const byPassword = { acr: 'urn:cognito:loa:1', amr: ['pwd'] }
const none = { acr: undefined, amr: undefined }

describe('a sign-in by password', () => {
  test.each(['urn:cognito:loa:1', 'urn:cognito:loa:4 urn:cognito:loa:1', 'unknown urn:cognito:loa:1'])(
    'that asks for %s has the lowest level in both tokens, and a refresh keeps it',
    async (TARGET_ACR_VALUES) => {
      const { AuthenticationResult: tokens } = await userAuth({ TARGET_ACR_VALUES })
      expect([levelOf(tokens?.IdToken), levelOf(tokens?.AccessToken)]).toEqual([byPassword, byPassword])
      const { AuthenticationResult: refreshed } = await pool.sdk.initiateAuth({
        ClientId: 'staff',
        AuthFlow: 'REFRESH_TOKEN_AUTH',
        AuthParameters: { REFRESH_TOKEN: tokens?.RefreshToken ?? '' },
      })
      expect([levelOf(refreshed?.IdToken), levelOf(refreshed?.AccessToken)]).toEqual([byPassword, byPassword])
    },
  )
  test('that asks for no level has no level', async () => {
    expect(levelOf((await userAuth({})).AuthenticationResult?.IdToken)).toEqual(none)
    expect(levelOf((await pool.signIn('alice', undefined, 'staff')).id)).toEqual(none)
  })
  test.each(['urn:cognito:loa:4', 'urn:cognito:loa:2 urn:cognito:loa:3', 'unknown', ''])(
    'that asks for %j alone is refused: users here have no other factor',
    async (TARGET_ACR_VALUES) => {
      expect(await errorOf(userAuth({ TARGET_ACR_VALUES }))).toBe('InvalidParameterException')
    },
  )
  test('has the name that the pool gives its level', async () => {
    await pool.close()
    await start({ AcrConfiguration: { Level1: { AcrValue: 'urn:example:password' } } })
    const { AuthenticationResult } = await userAuth({ TARGET_ACR_VALUES: 'urn:example:password' })
    expect(levelOf(AuthenticationResult?.IdToken).acr).toBe('urn:example:password')
    expect(await errorOf(userAuth({ TARGET_ACR_VALUES: 'urn:cognito:loa:1' }))).toBe('InvalidParameterException')
  })
  test('has a level after the first password was changed', async () => {
    await pool.sdk.adminCreateUser({ UserPoolId: poolId, Username: 'bob', TemporaryPassword: 'Bob-Local-1!' })
    const invited = { USERNAME: 'bob', PASSWORD: 'Bob-Local-1!', TARGET_ACR_VALUES: 'urn:cognito:loa:1' }
    const { ChallengeName, Session } = await userAuth(invited)
    const { AuthenticationResult } = await pool.sdk.respondToAuthChallenge({
      ClientId: 'staff',
      ChallengeName,
      Session,
      ChallengeResponses: { USERNAME: 'bob', NEW_PASSWORD: 'Bob-Local-2!' },
    })
    expect(levelOf(AuthenticationResult?.IdToken)).toEqual(byPassword)
  })
  test('by SRP has it, too', async () => {
    const asked = {
      PREFERRED_CHALLENGE: 'PASSWORD_SRP',
      SRP_A: 'ab'.repeat(64),
      TARGET_ACR_VALUES: 'urn:cognito:loa:1',
    }
    expect((await userAuth(asked)).ChallengeName).toBe('PASSWORD_VERIFIER')
    expect([...(pool.pools.get(poolId)?.sessions.values() ?? [])]).toMatchObject([{ level: byPassword }])
  })
})

describe('refuses', () => {
  test('a client that does not allow USER_AUTH', async () => {
    expect(await errorOf(userAuth({}, 'open'))).toBe('InvalidParameterException')
  })
  test('levels in the Lite plan', async () => {
    await pool.close()
    await start({ UserPoolTier: 'LITE' })
    const error = await errorOf(userAuth({ TARGET_ACR_VALUES: 'urn:cognito:loa:1' }))
    expect(error).toBe('FeatureUnavailableInTierException')
  })
  test.each<Record<string, string>>([
    { PREFERRED_CHALLENGE: '' },
    { PREFERRED_CHALLENGE: 'EMAIL_OTP' },
    { ACCESS_TOKEN: 'x', TARGET_ACR_VALUES: 'urn:cognito:loa:1' },
  ])('%j', async (parameters) => {
    expect(await errorOf(userAuth(parameters))).toBe('InvalidParameterException')
  })
  test('a wrong password', async () => {
    const wrong = { PASSWORD: 'Wrong-Local-1!', TARGET_ACR_VALUES: 'urn:cognito:loa:1' }
    expect(await errorOf(userAuth(wrong))).toBe('NotAuthorizedException')
  })
})
