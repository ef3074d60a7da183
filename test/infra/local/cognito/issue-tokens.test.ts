// Tokens: claims, lifetimes, and the changes of the PreTokenGeneration trigger.
import { afterEach, describe, expect, test } from '@jest/globals'
import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { claimsOf, type Event, failure, poolId, type Setup, start, startPool } from './fixture.ts'

let pool: Awaited<ReturnType<typeof startPool>>
afterEach(() => pool.close())

async function signIn(setup: Setup = {}, attributes: Record<string, string> = {}, groups: string[] = []) {
  pool = await startPool(setup)
  await pool.addUser('alice', 'Alice-Local-1!', attributes)
  for (const GroupName of groups)
    await pool.sdk.adminAddUserToGroup({ UserPoolId: poolId, Username: 'alice', GroupName })
  const tokens = await pool.signIn('alice')
  return { id: claimsOf(tokens.id), access: claimsOf(tokens.access), tokens }
}

/** A trigger of event version 2. */
const versionTwo = { LambdaConfig: { PreTokenGenerationConfig: { LambdaArn: 'arn:Pre', LambdaVersion: 'V2_0' } } }
const withDetailsV2 = (details: unknown, pool: Record<string, unknown> = {}): Setup => ({
  pool: { ...versionTwo, ...pool },
  triggers: { Pre: (event) => ({ ...event, response: { claimsAndScopeOverrideDetails: details } }) },
})
const withDetailsV1 = (claimsOverrideDetails: unknown): Setup => ({
  triggers: { PreTokenGeneration: (event) => ({ ...event, response: { claimsOverrideDetails } }) },
})

// Developer guide, "Understanding the identity (ID) token" and "Understanding the access token".
describe('the claims', () => {
  test('are the documented ones and no others', async () => {
    const { id, access } = await signIn({}, { email: 'alice@example.com', email_verified: 'true', name: 'Alice' })
    const iat = start / 1000
    const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/)
    const common = {
      sub: uuid,
      iss: `https://cognito-idp.us-east-1.amazonaws.com/${poolId}`,
      origin_jti: uuid,
      event_id: uuid,
      jti: uuid,
      auth_time: iat,
      iat,
      exp: iat + 3600,
    }
    expect(access).toEqual({
      ...common,
      client_id: 'open',
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin',
      username: 'alice',
    })
    expect(id).toEqual({
      ...common,
      aud: 'open',
      token_use: 'id',
      'cognito:username': 'alice',
      email: 'alice@example.com',
      email_verified: true,
      name: 'Alice',
    })
    expect(id).toMatchObject({ sub: access.sub, origin_jti: access.origin_jti, event_id: access.event_id })
    expect(id.jti).not.toBe(access.jti)
  })

  test('name the groups by precedence', async () => {
    const { id, access } = await signIn(
      {
        groups: [{ GroupName: 'last' }, { GroupName: 'first', Precedence: 0 }, { GroupName: 'second', Precedence: 5 }],
      },
      {},
      ['last', 'second', 'first'],
    )
    expect(id['cognito:groups']).toEqual(['first', 'second', 'last'])
    expect(access['cognito:groups']).toEqual(['first', 'second', 'last'])
  })

  test('have only the attributes that the client may read', async () => {
    const { id } = await signIn(
      { clients: { open: { ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'], ReadAttributes: ['name'] } } },
      { name: 'Alice', email: 'alice@example.com' },
    )
    expect(id.name).toBe('Alice')
    expect(id).not.toHaveProperty('email')
  })

  test('leave out origin_jti if the client has no token revocation', async () => {
    const open = { ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'], EnableTokenRevocation: false }
    const { id, access } = await signIn({ clients: { open } })
    expect(id).not.toHaveProperty('origin_jti')
    expect(access).not.toHaveProperty('origin_jti')
  })
})

test('aws-jwt-verify verifies ID and access tokens with the JWKS and refuses one for the other', async () => {
  const { tokens } = await signIn()
  const jwksCache = new SimpleJwksCache({
    fetcher: {
      fetch: async (uri) =>
        (await fetch(uri.replace('https://cognito-idp.us-east-1.amazonaws.com', pool.url))).arrayBuffer(),
    },
  })
  // The verifier uses the real clock.
  const graceSeconds = 10 * 365 * 86_400
  const options = { userPoolId: poolId, clientId: 'open', graceSeconds }
  const ids = CognitoJwtVerifier.create({ ...options, tokenUse: 'id' }, { jwksCache })
  const accesses = CognitoJwtVerifier.create({ ...options, tokenUse: 'access' }, { jwksCache })
  expect(await ids.verify(tokens.id)).toMatchObject({ 'cognito:username': 'alice' })
  expect(await accesses.verify(tokens.access)).toMatchObject({ username: 'alice' })
  await expect(ids.verify(tokens.access)).rejects.toThrow()
  await expect(ids.verify(`${tokens.id.slice(0, -8)}AAAAAAAA`)).rejects.toThrow()
})

// API reference, CreateUserPoolClient.
test.each([
  ['an hour by default', {}, 3600, 3600],
  ['the given hours if no unit is set', { AccessTokenValidity: 2, IdTokenValidity: 3 }, 7200, 10_800],
  [
    'the given values in their units',
    {
      AccessTokenValidity: 15,
      IdTokenValidity: 1,
      TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'days' },
    },
    900,
    86_400,
  ],
])('tokens last %s', async (_, properties, accessSeconds, idSeconds) => {
  const open = { ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'], ...properties }
  const { id, access, tokens } = await signIn({ clients: { open } })
  expect(Number(access.exp) - Number(access.iat)).toBe(accessSeconds)
  expect(Number(id.exp) - Number(id.iat)).toBe(idSeconds)
  expect(tokens.expiresIn).toBe(accessSeconds)
})

// Developer guide, "Pre token generation Lambda trigger".
describe('the trigger event', () => {
  const request = {
    userAttributes: { sub: expect.any(String), 'cognito:user_status': 'CONFIRMED' },
    groupConfiguration: { groupsToOverride: ['admins'], iamRolesToOverride: [], preferredRole: null },
  }

  test('has the scopes in version 2', async () => {
    await signIn({ ...withDetailsV2(null), triggers: { Pre: (event: Event) => event } }, {}, ['admins'])
    expect(pool.events[0]).toMatchObject({ version: '2', triggerSource: 'TokenGeneration_Authentication' })
    expect(pool.events[0]?.request).toEqual({ ...request, scopes: ['aws.cognito.signin.user.admin'] })
    expect(pool.events[0]?.response).toEqual({ claimsAndScopeOverrideDetails: null })
  })

  test.each([
    ['the legacy setting', { PreTokenGeneration: 'arn:Pre' }, 'PLUS'],
    ['V1_0', { PreTokenGenerationConfig: { LambdaArn: 'arn:Pre', LambdaVersion: 'V1_0' } }, 'PLUS'],
    ['V2_0 on the Lite plan', versionTwo.LambdaConfig, 'LITE'],
  ])('is of version 1 for %s', async (_, LambdaConfig, UserPoolTier) => {
    const pre = (event: Event) => ({
      ...event,
      response: {
        claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride: { act: { sub: 'x' } } } },
      },
    })
    const { access } = await signIn({ pool: { LambdaConfig, UserPoolTier }, triggers: { Pre: pre } }, {}, ['admins'])
    expect(pool.events[0]).toMatchObject({ version: '1', response: { claimsOverrideDetails: null } })
    expect(pool.events[0]?.request).toEqual(request)
    expect(access).not.toHaveProperty('act')
  })

  test('gives no tokens if the trigger throws', async () => {
    const refuse = () => {
      throw new Error('protected')
    }
    expect(await failure(signIn({ triggers: { PreTokenGeneration: refuse } }))).toMatchObject({
      name: 'UserLambdaValidationException',
      message: 'PreTokenGeneration failed with error protected.',
    })
  })
})

describe('a response of version 2', () => {
  test('adds claims of any JSON type to both tokens and changes the scopes', async () => {
    const act = { sub: 'olivia-sub', nested: { list: [1, 'a', true] } }
    const { id, access } = await signIn(
      withDetailsV2({
        idTokenGeneration: { claimsToAddOrOverride: { act, email: 'shown@example.com' }, claimsToSuppress: ['name'] },
        accessTokenGeneration: {
          claimsToAddOrOverride: { act },
          scopesToAdd: ['records/read'],
          scopesToSuppress: ['aws.cognito.signin.user.admin'],
        },
      }),
      { name: 'Alice', email: 'alice@example.com' },
    )
    expect(id).toMatchObject({ act, email: 'shown@example.com' })
    expect(id).not.toHaveProperty('name')
    expect(access).toMatchObject({ act, scope: 'records/read' })
  })

  test('cannot set email_verified and address to objects or arrays', async () => {
    const claimsToAddOrOverride = { email_verified: { really: true }, address: ['a'] }
    const { id } = await signIn(withDetailsV2({ idTokenGeneration: { claimsToAddOrOverride } }), {
      email_verified: 'true',
    })
    expect(id.email_verified).toBe(true)
    expect(id).not.toHaveProperty('address')
  })

  test('suppresses a claim that it also adds', async () => {
    const changes = { claimsToAddOrOverride: { tenant: 'acme' }, claimsToSuppress: ['tenant'] }
    const { id, access } = await signIn(withDetailsV2({ idTokenGeneration: changes, accessTokenGeneration: changes }))
    expect(id).not.toHaveProperty('tenant')
    expect(access).not.toHaveProperty('tenant')
  })

  test('removes the scope claim if no scope is left', async () => {
    const { access } = await signIn(
      withDetailsV2({ accessTokenGeneration: { scopesToSuppress: ['aws.cognito.signin.user.admin'] } }),
    )
    expect(access).not.toHaveProperty('scope')
  })

  test('cannot set or suppress a reserved claim ("Claims and scopes reference")', async () => {
    const reserved = (
      'acr amr at_hash aud auth_time azp client_id cognito:username cognito:groups cognito:other dev:x device_key ' +
      'event_id exp iat identities iss jti nbf nonce origin_jti scope sub token_use username version'
    ).split(' ')
    const changes = {
      claimsToAddOrOverride: Object.fromEntries(reserved.map((claim) => [claim, 'forged'])),
      claimsToSuppress: reserved.filter((claim) => claim !== 'cognito:groups'),
    }
    const { id, access } = await signIn(withDetailsV2({ idTokenGeneration: changes, accessTokenGeneration: changes }))
    expect(Object.values({ ...id, ...access })).not.toContain('forged')
    const common = ['auth_time', 'event_id', 'exp', 'iat', 'iss', 'jti', 'origin_jti', 'sub', 'token_use']
    expect(Object.keys(id).sort()).toEqual([...common, 'aud', 'cognito:username'].sort())
    expect(Object.keys(access).sort()).toEqual([...common, 'client_id', 'scope', 'username'].sort())
  })

  test('may add the client as aud to the access token ("Claims and scopes reference", note 4)', async () => {
    const { access } = await signIn(
      withDetailsV2({ accessTokenGeneration: { claimsToAddOrOverride: { aud: 'open' } } }),
    )
    expect(access.aud).toBe('open')
  })

  test.each([
    ['missing keeps them', {}, ['admins']],
    ['the same value keeps them', { groupOverrideDetails: { groupsToOverride: ['admins'] } }, ['admins']],
    ['another value changes them', { groupOverrideDetails: { groupsToOverride: ['guests'] } }, ['guests']],
    ['empty suppresses them', { groupOverrideDetails: {} }, undefined],
    ['null suppresses them', { groupOverrideDetails: null }, undefined],
  ])('applies groupOverrideDetails to the groups: %s', async (_, details, groups) => {
    const { id, access } = await signIn(withDetailsV2(details), {}, ['admins'])
    expect(id['cognito:groups']).toEqual(groups)
    expect(access['cognito:groups']).toEqual(groups)
  })

  test('suppresses the groups by cognito:groups ("Claims and scopes reference", note 3)', async () => {
    const { id } = await signIn(withDetailsV2({ idTokenGeneration: { claimsToSuppress: ['cognito:groups'] } }), {}, [
      'admins',
    ])
    expect(id).not.toHaveProperty('cognito:groups')
  })

  test.each([{ iamRolesToOverride: ['arn:role'] }, { preferredRole: 'arn:role' }])(
    'is refused by name if it sets an IAM role: %p',
    async (roles) => {
      const groupOverrideDetails = { groupsToOverride: [], ...roles }
      expect(await failure(signIn(withDetailsV2({ groupOverrideDetails })))).toMatchObject({
        name: 'InvalidLambdaResponseException',
        message: 'The local Cognito has no IAM roles of groups.',
      })
    },
  )

  test.each([
    ['details that are text', 'x'],
    ['claims that are a list', { idTokenGeneration: { claimsToAddOrOverride: ['x'] } }],
    ['a claim that is null', { accessTokenGeneration: { claimsToAddOrOverride: { x: null } } }],
    ['scopes that are text', { accessTokenGeneration: { scopesToAdd: 'x' } }],
    ['groups that are numbers', { groupOverrideDetails: { groupsToOverride: [1] } }],
  ])('answers InvalidLambdaResponseException for %s', async (_, details) => {
    expect(await failure(signIn(withDetailsV2(details)))).toMatchObject({ name: 'InvalidLambdaResponseException' })
  })
})

describe('a response of version 1', () => {
  test('changes the ID token and only the groups of the access token', async () => {
    const { id, access } = await signIn(
      withDetailsV1({
        claimsToAddOrOverride: { tenant: 'acme' },
        groupOverrideDetails: { groupsToOverride: ['guests'], iamRolesToOverride: [], preferredRole: null },
      }),
    )
    expect(id).toMatchObject({ tenant: 'acme', 'cognito:groups': ['guests'] })
    expect(access).toMatchObject({ 'cognito:groups': ['guests'], scope: 'aws.cognito.signin.user.admin' })
    expect(access).not.toHaveProperty('tenant')
  })

  test('accepts only strings as claims', async () => {
    expect(await failure(signIn(withDetailsV1({ claimsToAddOrOverride: { act: { sub: 'x' } } })))).toMatchObject({
      name: 'InvalidLambdaResponseException',
    })
  })
})
