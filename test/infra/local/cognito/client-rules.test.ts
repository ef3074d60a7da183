// The checks of CreateUserPoolClient, which also apply to the app clients of a template.
// Source: API reference, CreateUserPoolClient; the texts are reported or our own.
import type { CreateUserPoolClientRequest } from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { errorOf, failure, poolId, startPool } from './fixture.ts'

let pool: Awaited<ReturnType<typeof startPool>>
beforeAll(async () => {
  pool = await startPool()
})
afterAll(() => pool.close())

type Settings = Partial<CreateUserPoolClientRequest>
const create = (settings: Settings) =>
  pool.sdk.createUserPoolClient({ UserPoolId: poolId, ClientName: 'app', ...settings })
const lifetimes = (access: number, id: number, refresh: number): Settings => ({
  AccessTokenValidity: access,
  IdTokenValidity: id,
  RefreshTokenValidity: refresh,
  TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'minutes' },
})
const day = 24 * 60
const rotation = { Feature: 'ENABLED' as const }

const refused: [string, Settings][] = [
  ['an access token of less than 5 minutes', lifetimes(4, 60, day)],
  ['an ID token of less than 5 minutes', lifetimes(60, 4, day)],
  ['an access token of more than a day', lifetimes(day + 1, 60, 2 * day)],
  ['an ID token of more than a day', lifetimes(60, day + 1, 2 * day)],
  ['a refresh token of less than 60 minutes', lifetimes(5, 5, 59)],
  ['a refresh token of more than 10 years', lifetimes(5, 5, 3650 * day + 1)],
  ['an access token that outlives the refresh token', lifetimes(61, 60, 60)],
  ['an ID token that outlives the refresh token', lifetimes(60, 61, 60)],
  ['a default unit that makes an access token last 60 hours', { AccessTokenValidity: 60 }],
  [
    'both ALLOW_REFRESH_TOKEN_AUTH and rotation',
    { ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'], RefreshTokenRotation: rotation },
  ],
  ['both legacy and ALLOW_ flows', { ExplicitAuthFlows: ['USER_PASSWORD_AUTH', 'ALLOW_CUSTOM_AUTH'] }],
  ['an unknown flow', { ExplicitAuthFlows: ['ALLOW_EVERYTHING' as 'ALLOW_CUSTOM_AUTH'] }],
  ['an AuthSessionValidity of less than 3 minutes', { AuthSessionValidity: 2 }],
  ['an AuthSessionValidity of more than 15 minutes', { AuthSessionValidity: 16 }],
  [
    'a grace period of more than 60 seconds',
    { ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'], RefreshTokenRotation: { ...rotation, RetryGracePeriodSeconds: 61 } },
  ],
]

const accepted: [string, Settings][] = [
  ['no setting', {}],
  ['the shortest lifetimes', lifetimes(5, 5, 60)],
  ['the longest lifetimes', lifetimes(day, day, 3650 * day)],
  ['tokens that live as long as the refresh token', lifetimes(60, 60, 60)],
  ['a RefreshTokenValidity of 0, which means 30 days', { RefreshTokenValidity: 0 }],
  [
    'rotation without ALLOW_REFRESH_TOKEN_AUTH',
    { ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'], RefreshTokenRotation: rotation },
  ],
  ['rotation without ExplicitAuthFlows, as AWS CDK makes it', { RefreshTokenRotation: rotation }],
  [
    'ALLOW_REFRESH_TOKEN_AUTH and disabled rotation',
    { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'], RefreshTokenRotation: { Feature: 'DISABLED' } },
  ],
  ['only legacy flows', { ExplicitAuthFlows: ['ADMIN_NO_SRP_AUTH', 'USER_PASSWORD_AUTH'] }],
  ['the longest AuthSessionValidity', { AuthSessionValidity: 15 }],
]

describe('CreateUserPoolClient', () => {
  test.each(refused)('refuses %s', async (_, settings) => {
    const before = pool.pools.get(poolId)?.clients.size
    expect(await errorOf(create(settings))).toBe('InvalidParameterException')
    expect(pool.pools.get(poolId)?.clients.size).toBe(before)
  })

  test.each(accepted)('accepts %s', async (_, settings) => {
    expect(await errorOf(create(settings))).toBe('nothing')
  })

  test('says which limit a token exceeds', async () => {
    expect(await failure(create(lifetimes(4, 60, day)))).toMatchObject({ message: 'Invalid range for token validity.' })
  })
})

describe('an app client of the template', () => {
  test.each(refused)('is refused with %s', async (_, settings) => {
    await expect(startPool({ clients: { app: { ...settings } } })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    })
  })
})
