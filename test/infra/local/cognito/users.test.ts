// The operations on users and groups, for administrators and for the users themselves.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type Event, errorOf, failure, poolId, type Setup, start, startPool } from './fixture.ts'

let pool: Awaited<ReturnType<typeof startPool>>
beforeEach(async () => {
  pool = await startPool({ pool: { AutoVerifiedAttributes: ['email'], Schema: [{ Name: 'tenant' }] } })
})
afterEach(() => pool.close())

async function restart(setup: Setup) {
  await pool.close()
  pool = await startPool(setup)
}
const user = (Username: string) => ({ UserPoolId: poolId, Username })
const attributes = (from: Record<string, string>) => Object.entries(from).map(([Name, Value]) => ({ Name, Value }))
const create = (name: string, from: Record<string, string> = {}, more: object = {}) =>
  pool.sdk.adminCreateUser({ ...user(name), UserAttributes: attributes(from), ...more })
const verified = { email: 'alice@example.com', email_verified: 'true' }

describe('AdminCreateUser and AdminGetUser', () => {
  test('show an invited user and the times', async () => {
    const { User } = await create('Alice', verified)
    const shown = {
      Username: 'alice',
      Enabled: true,
      UserStatus: 'FORCE_CHANGE_PASSWORD',
      UserCreateDate: new Date(start),
      UserLastModifiedDate: new Date(start),
    }
    const Attributes = [{ Name: 'sub', Value: expect.any(String) }, ...attributes(verified)]
    expect(User).toEqual({ ...shown, Attributes })
    expect(await pool.sdk.adminGetUser(user('alice@example.com'))).toMatchObject({
      ...shown,
      UserAttributes: Attributes,
    })
  })

  test.each([
    ['UsernameExistsException', 'alice', {}],
    ['UsernameExistsException', 'ALICE', {}],
    ['AliasExistsException', 'bob', verified],
    ['InvalidParameterException', 'bob@example.com', {}],
    ['InvalidParameterException', 'with blank', {}],
    ['InvalidParameterException', 'bob', { 'custom:unknown': 'x' }],
    ['InvalidParameterException', 'bob', { sub: 'chosen' }],
  ])('answer %s for %p %p and make no user', async (name, username, from) => {
    await create('alice', verified)
    expect(await errorOf(create(username, from))).toBe(name)
    if (username === 'bob') expect(await errorOf(pool.sdk.adminGetUser(user('bob')))).toBe('UserNotFoundException')
  })

  test('accept custom attributes of the schema', async () => {
    const { User } = await create('alice', { 'custom:tenant': 'acme' })
    expect(User?.Attributes).toContainEqual({ Name: 'custom:tenant', Value: 'acme' })
  })

  test('move an alias if ForceAliasCreation is set', async () => {
    await create('alice', verified)
    await create('bob', verified, { ForceAliasCreation: true })
    expect((await pool.sdk.adminGetUser(user('alice@example.com'))).Username).toBe('bob')
  })

  test('check the temporary password and renew an invitation', async () => {
    expect(await errorOf(create('ivan', {}, { TemporaryPassword: 'short' }))).toBe('InvalidPasswordException')
    expect(await errorOf(create('ivan', {}, { MessageAction: 'RESEND' }))).toBe('UserNotFoundException')
    await create('ivan', {}, { TemporaryPassword: 'Invited-1!' })
    pool.clock.now += 7 * 86_400_000
    await create('ivan', {}, { MessageAction: 'RESEND', TemporaryPassword: 'Invited-1!' })
    expect(await errorOf(pool.signIn('ivan', 'Invited-1!'))).toBe('nothing')
    await pool.addUser('alice')
    expect(await errorOf(create('alice', {}, { MessageAction: 'RESEND' }))).toBe('UnsupportedUserStateException')
  })

  test('use the sub as the username in a pool with e-mail addresses as usernames (developer guide, "Customizing sign-in attributes")', async () => {
    await restart({ pool: { AliasAttributes: undefined, UsernameAttributes: ['email'] } })
    await pool.addUser('alice@example.com')
    const { Username, UserAttributes } = await pool.sdk.adminGetUser(user('alice@example.com'))
    expect(UserAttributes).toContainEqual({ Name: 'sub', Value: Username })
    expect((await pool.signIn('alice@example.com')).id).not.toBe('')
    expect(await errorOf(create('alice@example.com'))).toBe('UsernameExistsException')
    expect(await errorOf(create('alice'))).toBe('InvalidParameterException')
  })
})

// Developer guide, "Adding password requirements"; API reference, PasswordPolicyType.
describe('the password policy', () => {
  const set = (Password: string) => pool.sdk.adminSetUserPassword({ ...user('alice'), Password, Permanent: true })

  test.each([
    ['Sh-1rt!', 'Password not long enough'],
    ['alice-local-1!', 'Password must have uppercase characters'],
    ['ALICE-LOCAL-1!', 'Password must have lowercase characters'],
    ['Alice-Local!', 'Password must have numeric characters'],
    ['AliceLocal1', 'Password must have symbol characters'],
  ])('requires length and all kinds of character by default: %s', async (password, reason) => {
    await create('alice')
    expect(await failure(set(password))).toMatchObject({
      name: 'InvalidPasswordException',
      message: `Password did not conform with policy: ${reason}`,
    })
  })

  test('requires only what the pool’s own policy names', async () => {
    await restart({ pool: { Policies: { PasswordPolicy: { MinimumLength: 6 } } } })
    await create('alice')
    expect(await errorOf(set('simple'))).toBe('nothing')
    expect(await errorOf(set('short'))).toBe('InvalidPasswordException')
  })
})

test('AdminSetUserPassword sets a temporary password unless Permanent is set', async () => {
  await create('alice')
  await pool.sdk.adminSetUserPassword({ ...user('alice'), Password: 'Temporary-1!' })
  expect((await pool.sdk.adminGetUser(user('alice'))).UserStatus).toBe('FORCE_CHANGE_PASSWORD')
  await pool.sdk.adminSetUserPassword({ ...user('alice'), Password: 'Permanent-1!', Permanent: true })
  expect((await pool.sdk.adminGetUser(user('alice'))).UserStatus).toBe('CONFIRMED')
})

test('AdminResetUserPassword needs a verified address and a confirmed user', async () => {
  await pool.addUser('bob')
  expect(await errorOf(pool.sdk.adminResetUserPassword(user('bob')))).toBe('InvalidParameterException')
  await pool.sdk.adminUpdateUserAttributes({ ...user('bob'), UserAttributes: attributes(verified) })
  await pool.sdk.adminResetUserPassword(user('bob'))
  expect((await pool.sdk.adminGetUser(user('bob'))).UserStatus).toBe('RESET_REQUIRED')
  await create('ivan')
  expect(await errorOf(pool.sdk.adminResetUserPassword(user('ivan')))).toBe('NotAuthorizedException')
})

test('a federated user’s password cannot be set or reset', async () => {
  const name = pool.addFederatedUser({ userPoolId: poolId, provider: 'Google', userId: '42', attributes: verified })
  expect((await pool.sdk.adminGetUser(user(name))).UserStatus).toBe('EXTERNAL_PROVIDER')
  const set = pool.sdk.adminSetUserPassword({ ...user(name), Password: 'Alice-Local-1!', Permanent: true })
  expect(await errorOf(set)).toBe('NotAuthorizedException')
  expect(await errorOf(pool.sdk.adminResetUserPassword(user(name)))).toBe('NotAuthorizedException')
})

test('AdminUpdateUserAttributes marks a changed address as unverified unless the request says verified', async () => {
  await create('alice', verified)
  const update = (from: Record<string, string>) =>
    pool.sdk.adminUpdateUserAttributes({ ...user('alice'), UserAttributes: attributes(from) })
  await update({ email: 'new@example.com' })
  expect(await errorOf(pool.sdk.adminGetUser(user('new@example.com')))).toBe('UserNotFoundException')
  await update({ email: 'newer@example.com', email_verified: 'true' })
  expect((await pool.sdk.adminGetUser(user('newer@example.com'))).Username).toBe('alice')
})

test('AdminUpdateUserAttributes refuses another user’s alias', async () => {
  await create('alice', verified)
  await create('bob')
  const take = pool.sdk.adminUpdateUserAttributes({ ...user('bob'), UserAttributes: attributes(verified) })
  expect(await errorOf(take)).toBe('AliasExistsException')
  expect((await pool.sdk.adminGetUser(user('alice@example.com'))).Username).toBe('alice')
})

describe('groups', () => {
  test('are listed in pages, by precedence', async () => {
    const groups = ['c', 'a', 'b'].map((GroupName, Precedence) => ({ GroupName, Precedence }))
    await restart({ groups })
    await create('alice')
    for (const { GroupName } of groups) await pool.sdk.adminAddUserToGroup({ ...user('alice'), GroupName })
    const first = await pool.sdk.adminListGroupsForUser({ ...user('alice'), Limit: 2 })
    expect(first.Groups?.map((group) => group.GroupName)).toEqual(['c', 'a'])
    expect(first.Groups?.[0]).toMatchObject({ UserPoolId: poolId, Precedence: 0 })
    const rest = await pool.sdk.adminListGroupsForUser({ ...user('alice'), Limit: 2, NextToken: first.NextToken })
    expect(rest.Groups?.map((group) => group.GroupName)).toEqual(['b'])
    expect(rest.NextToken).toBeUndefined()
    expect(await errorOf(pool.sdk.adminListGroupsForUser({ ...user('alice'), NextToken: 'x' }))).toBe(
      'InvalidParameterException',
    )
    expect(await errorOf(pool.sdk.adminListGroupsForUser({ ...user('alice'), Limit: 61 }))).toBe(
      'InvalidParameterException',
    )
  })

  test('gain and lose members, and must exist', async () => {
    await create('alice')
    const membership = { ...user('alice'), GroupName: 'impersonators' }
    await pool.sdk.adminAddUserToGroup(membership)
    const group = { UserPoolId: poolId, GroupName: 'impersonators' }
    expect((await pool.sdk.listUsersInGroup(group)).Users).toMatchObject([{ Username: 'alice', Enabled: true }])
    await pool.sdk.adminRemoveUserFromGroup(membership)
    expect((await pool.sdk.listUsersInGroup(group)).Users).toEqual([])
    expect((await pool.sdk.adminListGroupsForUser(user('alice'))).Groups).toEqual([])
    expect(await errorOf(pool.sdk.adminAddUserToGroup({ ...membership, GroupName: 'nobody' }))).toBe(
      'ResourceNotFoundException',
    )
    expect(await errorOf(pool.sdk.adminAddUserToGroup({ ...membership, Username: 'nobody' }))).toBe(
      'UserNotFoundException',
    )
  })
})

describe('AdminUserGlobalSignOut', () => {
  const flows = ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']
  test.each([
    ['with', {}],
    ['without', { EnableTokenRevocation: false }],
  ])('revokes every token of the user, of a client %s EnableTokenRevocation', async (_, properties) => {
    await restart({ clients: { open: { ExplicitAuthFlows: flows, ...properties } } })
    await pool.addUser('alice')
    await pool.addUser('bob')
    const refresh = (RefreshToken: string) => pool.sdk.getTokensFromRefreshToken({ ClientId: 'open', RefreshToken })
    const alices = [await pool.signIn('alice'), await pool.signIn('alice')]
    const bobs = await pool.signIn('bob')
    await pool.sdk.adminUserGlobalSignOut(user('alice'))
    for (const tokens of alices) {
      expect(await failure(pool.sdk.getUser({ AccessToken: tokens.access }))).toMatchObject({
        name: 'NotAuthorizedException',
        message: 'Access Token has been revoked',
      })
      expect(await failure(refresh(tokens.refresh))).toMatchObject({ message: 'Refresh Token has been revoked' })
    }
    expect(await errorOf(pool.sdk.getUser({ AccessToken: bobs.access }))).toBe('nothing')
    const again = await pool.signIn('alice')
    expect(await errorOf(pool.sdk.getUser({ AccessToken: again.access }))).toBe('nothing')
  })

  test('needs a user', async () => {
    expect(await errorOf(pool.sdk.adminUserGlobalSignOut(user('nobody')))).toBe('UserNotFoundException')
  })
})

describe('the operations with an access token', () => {
  const calls: [name: string, call: (AccessToken: string) => Promise<unknown>][] = [
    ['GetUser', (AccessToken) => pool.sdk.getUser({ AccessToken })],
    [
      'UpdateUserAttributes',
      (AccessToken) => pool.sdk.updateUserAttributes({ AccessToken, UserAttributes: attributes({ name: 'Alice' }) }),
    ],
  ]

  test.each(calls)('%s accepts a token of an ordinary sign-in', async (_, call) => {
    await pool.addUser('alice')
    expect(await errorOf(call((await pool.signIn('alice')).access))).toBe('nothing')
  })

  test.each(calls)('%s refuses a token whose scope was suppressed', async (_, call) => {
    const config = { LambdaConfig: { PreTokenGenerationConfig: { LambdaArn: 'arn:Pre', LambdaVersion: 'V2_0' } } }
    const accessTokenGeneration = { scopesToSuppress: ['aws.cognito.signin.user.admin'] }
    const response = { claimsAndScopeOverrideDetails: { accessTokenGeneration } }
    await restart({ pool: config, triggers: { Pre: (event: Event) => ({ ...event, response }) } })
    await pool.addUser('alice')
    expect(await failure(call((await pool.signIn('alice')).access))).toMatchObject({
      name: 'NotAuthorizedException',
      message: 'Access Token does not have required scopes',
    })
  })

  test.each<
    [state: string, error: string, spoil: (tokens: { access: string; id: string }) => string | Promise<string>]
  >([
    ['forged', 'NotAuthorizedException', ({ access }) => `${access.slice(0, -8)}AAAAAAAA`],
    [
      'changed',
      'NotAuthorizedException',
      ({ access }) => access.replace(/\.[^.]+\./, `.${btoa('{"username":"root"}')}.`),
    ],
    ['an ID token', 'NotAuthorizedException', ({ id }) => id],
    ['not a token', 'NotAuthorizedException', () => 'x'],
    [
      'expired',
      'NotAuthorizedException',
      ({ access }) => {
        pool.clock.now += 3_600_000
        return access
      },
    ],
    [
      'of a user who was disabled',
      'NotAuthorizedException',
      async ({ access }) => {
        await pool.sdk.adminDisableUser(user('alice'))
        return access
      },
    ],
    [
      'of a user who was deleted, even if a new user has the name',
      'UserNotFoundException',
      async ({ access }) => {
        await pool.sdk.adminDeleteUser(user('alice'))
        await create('alice')
        return access
      },
    ],
  ])('refuse a token that is %s', async (_, name, spoil) => {
    await pool.addUser('alice')
    const token = await spoil(await pool.signIn('alice'))
    for (const [, call] of calls) expect(await errorOf(call(token))).toBe(name)
  })

  test('mark a changed address as unverified, and cannot verify one', async () => {
    await pool.addUser('alice', 'Alice-Local-1!', verified)
    const AccessToken = (await pool.signIn('alice')).access
    const update = (from: Record<string, string>) =>
      pool.sdk.updateUserAttributes({ AccessToken, UserAttributes: attributes(from) })
    expect(await errorOf(update({ email_verified: 'true' }))).toBe('NotAuthorizedException')
    expect((await update({ email: 'new@example.com' })).CodeDeliveryDetailsList).toEqual([
      { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'n***@e***' },
    ])
    const { UserAttributes } = await pool.sdk.getUser({ AccessToken })
    expect(UserAttributes).toContainEqual({ Name: 'email_verified', Value: 'false' })
  })
})

describe('an app client with lists of attributes', () => {
  const lists = { ReadAttributes: ['name', 'custom:tenant'], WriteAttributes: ['name'] }
  const open = { ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'], ...lists }

  test('reads only what its list names, and the sub', async () => {
    await restart({ pool: { Schema: [{ Name: 'tenant' }] }, clients: { open } })
    await pool.addUser('alice', 'Alice-Local-1!', { ...verified, name: 'Alice', 'custom:tenant': 'acme' })
    const { UserAttributes } = await pool.sdk.getUser({ AccessToken: (await pool.signIn('alice')).access })
    expect(UserAttributes?.map(({ Name }) => Name)).toEqual(['sub', 'name', 'custom:tenant'])
  })

  test.each([
    ['accepts', 'name', 'nothing'],
    ['refuses', 'email', 'NotAuthorizedException'],
    ['refuses', 'custom:tenant', 'NotAuthorizedException'],
    ['refuses', 'sub', 'NotAuthorizedException'],
  ])('%s %s in UpdateUserAttributes, SignUp and NEW_PASSWORD_REQUIRED', async (_, attribute, expected) => {
    await restart({ pool: { Schema: [{ Name: 'tenant' }] }, clients: { open } })
    await pool.addUser('alice')
    await create('ivan', {}, { TemporaryPassword: 'Invited-1!' })
    const UserAttributes = attributes({ [attribute]: 'x' })
    const { access: AccessToken } = await pool.signIn('alice')
    expect(await errorOf(pool.sdk.updateUserAttributes({ AccessToken, UserAttributes }))).toBe(expected)
    const signUp = { ClientId: 'open', Username: 'una', Password: 'Alice-Local-1!', UserAttributes }
    expect(await errorOf(pool.sdk.signUp(signUp))).toBe(expected)
    const { Session } = await pool.sdk.initiateAuth({
      ClientId: 'open',
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'ivan', PASSWORD: 'Invited-1!' },
    })
    const answer = pool.sdk.respondToAuthChallenge({
      ClientId: 'open',
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session,
      ChallengeResponses: { USERNAME: 'ivan', NEW_PASSWORD: 'Ivan-Local-1!', [`userAttributes.${attribute}`]: 'x' },
    })
    expect(await errorOf(answer)).toBe(expected)
    if (expected === 'NotAuthorizedException')
      expect(await errorOf(pool.sdk.adminGetUser(user('una')))).toBe('UserNotFoundException')
  })

  test.each([undefined, []])('writes all attributes if its list is %j', async (WriteAttributes) => {
    await restart({ pool: { Schema: [{ Name: 'tenant' }] }, clients: { open: { ...open, WriteAttributes } } })
    await pool.addUser('alice')
    const { access: AccessToken } = await pool.signIn('alice')
    const UserAttributes = attributes({ 'custom:tenant': 'other' })
    expect(await errorOf(pool.sdk.updateUserAttributes({ AccessToken, UserAttributes }))).toBe('nothing')
  })

  test.each<[string, object]>([
    ['nothing', { WriteAttributes: ['locale', 'email'], ReadAttributes: ['email_verified', 'custom:tenant'] }],
    ['nothing', { WriteAttributes: [], ReadAttributes: [] }],
    ['Invalid write', { WriteAttributes: ['locale'] }],
    ['Invalid write', { WriteAttributes: ['email', 'email_verified'] }],
    ['Invalid write', { WriteAttributes: ['email', 'sub'] }],
    ['Invalid write', { WriteAttributes: ['email', 'custom:unknown'] }],
    ['Invalid read', { ReadAttributes: ['custom:unknown'] }],
    ['Invalid read', { ReadAttributes: ['tenant'] }],
  ])('in a pool that requires the e-mail address, CreateUserPoolClient answers %s for %j', async (expected, lists) => {
    await restart({
      pool: { Schema: [{ Name: 'email', Required: true }, { Name: 'tenant' }] },
    })
    const { name, message } = await failure(
      pool.sdk.createUserPoolClient({ UserPoolId: poolId, ClientName: 'app', ...lists }),
    )
    expect(name === 'nothing' ? name : message).toContain(expected)
    if (name !== 'nothing') expect(name).toBe('InvalidParameterException')
  })
})

describe('SignUp', () => {
  const signUp = (Username: string, from: Record<string, string> = {}) =>
    pool.sdk.signUp({ ClientId: 'open', Username, Password: 'Alice-Local-1!', UserAttributes: attributes(from) })

  test('makes an UNCONFIRMED user and describes where the code goes', async () => {
    expect(await signUp('una', { email: 'una@example.com' })).toMatchObject({
      UserConfirmed: false,
      UserSub: expect.any(String),
      CodeDeliveryDetails: { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'u***@e***' },
    })
    expect((await pool.sdk.adminGetUser(user('una'))).UserStatus).toBe('UNCONFIRMED')
    expect(await errorOf(pool.signIn('una'))).toBe('UserNotConfirmedException')
  })

  test.each([
    ['a taken name', 'UsernameExistsException', () => signUp('alice')],
    ['an address marked as verified', 'NotAuthorizedException', () => signUp('una', verified)],
    [
      'a missing secret hash',
      'NotAuthorizedException',
      () => pool.sdk.signUp({ ClientId: 'confidential', Username: 'una', Password: 'Alice-Local-1!' }),
    ],
  ])('refuses %s with %s', async (_, name, call) => {
    await create('alice')
    expect(await errorOf(call())).toBe(name)
  })

  test('is refused if only administrators may make users', async () => {
    await restart({ pool: { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } } })
    expect(await errorOf(signUp('una'))).toBe('NotAuthorizedException')
  })
})
