// ListUsers and ListUsersInGroup.
// Source: API reference of both; developer guide, "Searching for user attributes".
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { errorOf, failure, poolId, start, startPool } from './fixture.ts'

let pool: Awaited<ReturnType<typeof startPool>>
const UserPoolId = poolId
const quoted = 'Bob "the desk" \\ Builder'
beforeAll(async () => {
  pool = await startPool({ pool: { Schema: [{ Name: 'tenant' }] } })
  await pool.addUser('alice', 'Alice-Local-1!', { email: 'alice@example.com', given_name: 'Alice' })
  await pool.addUser('bob', 'Alice-Local-1!', { email: 'bob@example.com', name: quoted, 'custom:tenant': 'acme' })
  const UserAttributes = [{ Name: 'email', Value: 'alina@example.com' }]
  await pool.sdk.adminCreateUser({ UserPoolId, Username: 'ivan', UserAttributes })
  await pool.sdk.adminDisableUser({ UserPoolId, Username: 'bob' })
  for (const Username of ['ivan', 'alice', 'bob'])
    await pool.sdk.adminAddUserToGroup({ UserPoolId, Username, GroupName: 'admins' })
})
afterAll(() => pool.close())

const list = (more: object = {}) => pool.sdk.listUsers({ UserPoolId, ...more })
const names = (found: { Users?: { Username?: string | undefined }[] | undefined }) =>
  found.Users?.map(({ Username }) => Username)
const subOf = (username: string) => pool.pools.get(poolId)?.users.get(username)?.sub ?? ''

describe('ListUsers', () => {
  test('shows each user with all attributes, the status and the times', async () => {
    const { Users, PaginationToken } = await list()
    expect(Users).toHaveLength(3)
    expect(PaginationToken).toBeUndefined()
    expect(Users?.[1]).toEqual({
      Username: 'bob',
      Attributes: expect.arrayContaining([
        { Name: 'sub', Value: subOf('bob') },
        { Name: 'custom:tenant', Value: 'acme' },
      ]),
      Enabled: false,
      UserStatus: 'CONFIRMED',
      UserCreateDate: new Date(start),
      UserLastModifiedDate: new Date(start),
    })
  })

  test('gives pages by Limit and PaginationToken', async () => {
    const first = await list({ Limit: 2 })
    expect(names(first)).toEqual(['alice', 'bob'])
    const { PaginationToken } = first
    const rest = await list({ Limit: 2, PaginationToken })
    expect(names(rest)).toEqual(['ivan'])
    expect(rest.PaginationToken).toBeUndefined()
  })

  test('applies the filter before the limit', async () => {
    const Filter = 'email ^= "ali"'
    const first = await list({ Filter, Limit: 1 })
    expect(names(first)).toEqual(['alice'])
    expect(names(await list({ Filter, Limit: 1, PaginationToken: first.PaginationToken }))).toEqual(['ivan'])
  })

  test.each<[filter: string, found: string[]]>([
    ['', ['alice', 'bob', 'ivan']],
    ['username = "alice"', ['alice']],
    ['username ^= "al"', ['alice']],
    ['username = "ALICE"', []],
    ['username = "alice@example.com"', []],
    ['email = "alice@example.com"', ['alice']],
    ['email = "alice"', []],
    ['"email"^="ali"', ['alice', 'ivan']],
    ['  email^="ali"  ', ['alice', 'ivan']],
    ['email ^= ""', ['alice', 'bob', 'ivan']],
    ['given_name = "Alice"', ['alice']],
    ['phone_number ^= "+"', []],
    [`name = "${quoted.replace(/["\\]/g, '\\$&')}"`, ['bob']],
    ['cognito:user_status = "CONFIRMED"', ['alice', 'bob']],
    ['cognito:user_status = "force_change_password"', ['ivan']],
    ['status = "Enabled"', ['alice', 'ivan']],
    ['status = "Disabled"', ['bob']],
    ['status = "disabled"', []],
  ])('finds by the filter %j', async (Filter, found) => {
    expect(names(await list({ Filter }))).toEqual(found)
  })

  test('finds by sub', async () => {
    expect(names(await list({ Filter: `sub = "${subOf('ivan')}"` }))).toEqual(['ivan'])
  })

  test.each([
    'email',
    'email = alice',
    'email == "alice"',
    'email *= "alice"',
    'email = "alice',
    'email = "a"b"',
    '"email = "alice"',
    'email = "a" and username = "b"',
    'email = "a" username = "b"',
  ])('refuses the filter %j', async (Filter) => {
    expect(await failure(list({ Filter }))).toMatchObject({
      name: 'InvalidParameterException',
      message: 'Error while parsing filter.',
    })
  })

  test.each(['custom:tenant', 'Email', 'locale', 'cognito:username', 'email_verified'])(
    'cannot search the attribute %s',
    async (name) => {
      expect(await failure(list({ Filter: `${name} = "acme"` }))).toMatchObject({
        name: 'InvalidParameterException',
        message: `Invalid search attribute: ${name}`,
      })
    },
  )

  test('shows only AttributesToGet', async () => {
    const { Users } = await list({ AttributesToGet: ['email', 'sub'], Filter: 'username = "alice"' })
    expect(Users?.[0]?.Attributes).toEqual([
      { Name: 'sub', Value: subOf('alice') },
      { Name: 'email', Value: 'alice@example.com' },
    ])
    expect((await list({ AttributesToGet: [] })).Users?.map(({ Attributes }) => Attributes)).toEqual([[], [], []])
  })

  test.each([
    ['a searchable attribute that a found user lacks', ['given_name'], ''],
    ['another attribute that any user lacks', ['custom:tenant'], 'username = "bob"'],
    ['an unknown attribute', ['nickname', 'shoe_size'], 'username = "bob"'],
  ])('refuses AttributesToGet with %s', async (_, AttributesToGet, Filter) => {
    expect(await failure(list({ AttributesToGet, Filter }))).toMatchObject({
      name: 'InvalidParameterException',
      message: 'One or more requested attributes do not exist.',
    })
  })

  test('gives a searchable attribute that all found users have', async () => {
    const { Users } = await list({ AttributesToGet: ['given_name'], Filter: 'username = "alice"' })
    expect(Users?.[0]?.Attributes).toEqual([{ Name: 'given_name', Value: 'Alice' }])
  })

  test.each<[string, object]>([
    ['a Limit above 60', { Limit: 61 }],
    ['a negative Limit', { Limit: -1 }],
    ['an unknown PaginationToken', { PaginationToken: 'x' }],
    ['a filter of more than 256 characters', { Filter: `email = "${'a'.repeat(250)}"` }],
  ])('refuses %s', async (_, request) => {
    expect(await errorOf(list(request))).toBe('InvalidParameterException')
  })

  test('needs a pool', async () => {
    expect(await errorOf(list({ UserPoolId: 'us-east-1_Nobody' }))).toBe('ResourceNotFoundException')
  })
})

describe('ListUsersInGroup', () => {
  const members = (more: object = {}) => pool.sdk.listUsersInGroup({ UserPoolId, GroupName: 'admins', ...more })

  test('lists the members with their attributes, in pages', async () => {
    const first = await members({ Limit: 2 })
    expect(names(first)).toEqual(['alice', 'bob'])
    expect(first.Users?.[0]).toMatchObject({
      Attributes: expect.arrayContaining([{ Name: 'email', Value: 'alice@example.com' }]),
      UserStatus: 'CONFIRMED',
    })
    const rest = await members({ Limit: 2, NextToken: first.NextToken })
    expect(names(rest)).toEqual(['ivan'])
    expect(rest.NextToken).toBeUndefined()
    expect((await members({ GroupName: 'impersonators' })).Users).toEqual([])
  })

  test('accepts no token of ListUsers', async () => {
    const { PaginationToken } = await list({ Limit: 1 })
    expect(await errorOf(members({ NextToken: PaginationToken }))).toBe('InvalidParameterException')
  })

  test('needs a group', async () => {
    expect(await errorOf(members({ GroupName: 'nobody' }))).toBe('ResourceNotFoundException')
  })
})
