// The operations on users and groups, by administrators and by the users themselves.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type Event, errorOf, failure, poolId, type Setup, start, startPool } from './fixture.ts'

let pool: Awaited<ReturnType<typeof startPool>>
beforeEach(async () => {
  pool = await startPool({ pool: { AutoVerifiedAttributes: ['email'], Schema: [{ Name: 'tenant' }] } })
})
afterEach(() => pool.close())

async function again(setup: Setup) {
  await pool.close()
  pool = await startPool(setup)
}
const user = (Username: string) => ({ UserPoolId: poolId, Username })
const attributes = (from: Record<string, string>) => Object.entries(from).map(([Name, Value]) => ({ Name, Value }))
const create = (name: string, from: Record<string, string> = {}, more: object = {}) =>
  pool.sdk.adminCreateUser({ ...user(name), UserAttributes: attributes(from), ...more })
const verified = { email: 'alice@example.com', email_verified: 'true' }

describe('AdminCreateUser and AdminGetUser', () => {
  test('show the user as invited, with times', async () => {
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
  ])('answer %s for %p %p, and make nobody', async (name, username, from) => {
    await create('alice', verified)
    expect(await errorOf(create(username, from))).toBe(name)
    if (username === 'bob') expect(await errorOf(pool.sdk.adminGetUser(user('bob')))).toBe('UserNotFoundException')
  })

  test('take custom attributes of the schema', async () => {
    const { User } = await create('alice', { 'custom:tenant': 'acme' })
    expect(User?.Attributes).toContainEqual({ Name: 'custom:tenant', Value: 'acme' })
  })

  test('move an alias where they are told to', async () => {
    await create('alice', verified)
    await create('bob', verified, { ForceAliasCreation: true })
    expect((await pool.sdk.adminGetUser(user('alice@example.com'))).Username).toBe('bob')
  })

  test('check the temporary password, and renew an invitation', async () => {
    expect(await errorOf(create('ivan', {}, { TemporaryPassword: 'short' }))).toBe('InvalidPasswordException')
    expect(await errorOf(create('ivan', {}, { MessageAction: 'RESEND' }))).toBe('UserNotFoundException')
    await create('ivan', {}, { TemporaryPassword: 'Invited-1!' })
    pool.clock.now += 7 * 86_400_000
    await create('ivan', {}, { MessageAction: 'RESEND', TemporaryPassword: 'Invited-1!' })
    expect(await errorOf(pool.signIn('ivan', 'Invited-1!'))).toBe('nothing')
    await pool.addUser('alice')
    expect(await errorOf(create('alice', {}, { MessageAction: 'RESEND' }))).toBe('UnsupportedUserStateException')
  })

  test('give users of an e-mail pool a made-up username, their sub (developer guide, "Customizing sign-in attributes")', async () => {
    await again({ pool: { AliasAttributes: undefined, UsernameAttributes: ['email'] } })
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
  ])('is strict by default: %s', async (password, why) => {
    await create('alice')
    expect(await failure(set(password))).toMatchObject({
      name: 'InvalidPasswordException',
      message: `Password did not conform with policy: ${why}`,
    })
  })

  test('asks for what the pool says', async () => {
    await again({ pool: { Policies: { PasswordPolicy: { MinimumLength: 6 } } } })
    await create('alice')
    expect(await errorOf(set('simple'))).toBe('nothing')
    expect(await errorOf(set('short'))).toBe('InvalidPasswordException')
  })
})

test('AdminSetUserPassword makes a temporary password unless it is told Permanent', async () => {
  await create('alice')
  await pool.sdk.adminSetUserPassword({ ...user('alice'), Password: 'Temporary-1!' })
  expect((await pool.sdk.adminGetUser(user('alice'))).UserStatus).toBe('FORCE_CHANGE_PASSWORD')
  await pool.sdk.adminSetUserPassword({ ...user('alice'), Password: 'Permanent-1!', Permanent: true })
  expect((await pool.sdk.adminGetUser(user('alice'))).UserStatus).toBe('CONFIRMED')
})

test('AdminResetUserPassword needs a verified address to send the code to', async () => {
  await pool.addUser('bob')
  expect(await errorOf(pool.sdk.adminResetUserPassword(user('bob')))).toBe('InvalidParameterException')
  await pool.sdk.adminUpdateUserAttributes({ ...user('bob'), UserAttributes: attributes(verified) })
  await pool.sdk.adminResetUserPassword(user('bob'))
  expect((await pool.sdk.adminGetUser(user('bob'))).UserStatus).toBe('RESET_REQUIRED')
  await create('ivan')
  expect(await errorOf(pool.sdk.adminResetUserPassword(user('ivan')))).toBe('NotAuthorizedException')
})

test('a federated user has no password to set or reset', async () => {
  const name = pool.addFederatedUser({ userPoolId: poolId, provider: 'Google', userId: '42', attributes: verified })
  expect((await pool.sdk.adminGetUser(user(name))).UserStatus).toBe('EXTERNAL_PROVIDER')
  const set = pool.sdk.adminSetUserPassword({ ...user(name), Password: 'Alice-Local-1!', Permanent: true })
  expect(await errorOf(set)).toBe('NotAuthorizedException')
  expect(await errorOf(pool.sdk.adminResetUserPassword(user(name)))).toBe('NotAuthorizedException')
})

test('AdminUpdateUserAttributes makes a changed address unverified, unless it says otherwise', async () => {
  await create('alice', verified)
  const update = (from: Record<string, string>) =>
    pool.sdk.adminUpdateUserAttributes({ ...user('alice'), UserAttributes: attributes(from) })
  await update({ email: 'new@example.com' })
  expect(await errorOf(pool.sdk.adminGetUser(user('new@example.com')))).toBe('UserNotFoundException')
  await update({ email: 'newer@example.com', email_verified: 'true' })
  expect((await pool.sdk.adminGetUser(user('newer@example.com'))).Username).toBe('alice')
})

test('AdminUpdateUserAttributes leaves another user’s alias alone', async () => {
  await create('alice', verified)
  await create('bob')
  const take = pool.sdk.adminUpdateUserAttributes({ ...user('bob'), UserAttributes: attributes(verified) })
  expect(await errorOf(take)).toBe('AliasExistsException')
  expect((await pool.sdk.adminGetUser(user('alice@example.com'))).Username).toBe('alice')
})

describe('groups', () => {
  test('are listed page by page, by precedence', async () => {
    const groups = ['c', 'a', 'b'].map((GroupName, Precedence) => ({ GroupName, Precedence }))
    await again({ groups })
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

  test('are left again, and must exist', async () => {
    await create('alice')
    const membership = { ...user('alice'), GroupName: 'impersonators' }
    await pool.sdk.adminAddUserToGroup(membership)
    await pool.sdk.adminRemoveUserFromGroup(membership)
    expect((await pool.sdk.adminListGroupsForUser(user('alice'))).Groups).toEqual([])
    expect(await errorOf(pool.sdk.adminAddUserToGroup({ ...membership, GroupName: 'nobody' }))).toBe(
      'ResourceNotFoundException',
    )
    expect(await errorOf(pool.sdk.adminAddUserToGroup({ ...membership, Username: 'nobody' }))).toBe(
      'UserNotFoundException',
    )
  })
})

describe('the operations by access token', () => {
  type Call = (AccessToken: string) => Promise<unknown>
  const calls: [name: string, call: Call][] = [
    ['GetUser', (AccessToken) => pool.sdk.getUser({ AccessToken })],
    [
      'UpdateUserAttributes',
      (AccessToken) => pool.sdk.updateUserAttributes({ AccessToken, UserAttributes: attributes({ name: 'Alice' }) }),
    ],
  ]

  test.each(calls)('%s works with the scope that every API sign-in has', async (_, call) => {
    await pool.addUser('alice')
    expect(await errorOf(call((await pool.signIn('alice')).access))).toBe('nothing')
  })

  test.each(calls)('%s is refused to a token whose scope was taken away', async (_, call) => {
    const config = { LambdaConfig: { PreTokenGenerationConfig: { LambdaArn: 'arn:Pre', LambdaVersion: 'V2_0' } } }
    const accessTokenGeneration = { scopesToSuppress: ['aws.cognito.signin.user.admin'] }
    const response = { claimsAndScopeOverrideDetails: { accessTokenGeneration } }
    await again({ pool: config, triggers: { Pre: (event: Event) => ({ ...event, response }) } })
    await pool.addUser('alice')
    expect(await failure(call((await pool.signIn('alice')).access))).toMatchObject({
      name: 'NotAuthorizedException',
      message: 'Access Token does not have required scopes',
    })
  })

  test.each<[what: string, name: string, spoil: (tokens: { access: string; id: string }) => string | Promise<string>]>([
    ['forged', 'NotAuthorizedException', ({ access }) => `${access.slice(0, -8)}AAAAAAAA`],
    [
      'changed',
      'NotAuthorizedException',
      ({ access }) => access.replace(/\.[^.]+\./, `.${btoa('{"username":"root"}')}.`),
    ],
    ['an ID token', 'NotAuthorizedException', ({ id }) => id],
    ['no token', 'NotAuthorizedException', () => 'x'],
    [
      'expired',
      'NotAuthorizedException',
      ({ access }) => {
        pool.clock.now += 3_600_000
        return access
      },
    ],
    [
      'of a user since disabled',
      'NotAuthorizedException',
      async ({ access }) => {
        await pool.sdk.adminDisableUser(user('alice'))
        return access
      },
    ],
    [
      'of a user since deleted, whose name was given out anew',
      'UserNotFoundException',
      async ({ access }) => {
        await pool.sdk.adminDeleteUser(user('alice'))
        await create('alice')
        return access
      },
    ],
  ])('are refused to a token that is %s', async (_, name, spoil) => {
    await pool.addUser('alice')
    const token = await spoil(await pool.signIn('alice'))
    for (const [, call] of calls) expect(await errorOf(call(token))).toBe(name)
  })

  test('make a changed address unverified, and can’t verify one by themselves', async () => {
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

describe('people who sign themselves up', () => {
  const signUp = (Username: string, from: Record<string, string> = {}) =>
    pool.sdk.signUp({ ClientId: 'open', Username, Password: 'Alice-Local-1!', UserAttributes: attributes(from) })

  test('are UNCONFIRMED, and learn where the code would go', async () => {
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
    ['a verified address of their own making', 'NotAuthorizedException', () => signUp('una', verified)],
    [
      'no secret hash',
      'NotAuthorizedException',
      () => pool.sdk.signUp({ ClientId: 'confidential', Username: 'una', Password: 'Alice-Local-1!' }),
    ],
  ])('are refused with %s: %s', async (_, name, call) => {
    await create('alice')
    expect(await errorOf(call())).toBe(name)
  })

  test('are refused where only administrators make users', async () => {
    await again({ pool: { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } } })
    expect(await errorOf(signUp('una'))).toBe('NotAuthorizedException')
  })
})
