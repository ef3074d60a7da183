import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readEndpointConfig } from '../../../lambda/config.ts'
import { createUsers } from '../../../lambda/http/users.ts'
import { scriptedCognito } from '../../support/cognito-client.ts'
import { endpointEnvironment } from '../../support/environment.ts'
import { startVirtualTime } from '../../support/virtual-time.ts'

const config = readEndpointConfig(endpointEnvironment)
const neverAborted = new AbortController().signal
const olivia = { username: 'olivia', sub: 'sub-of-olivia' }
const credentials = { username: 'olivia', password: 'secret' }
const impersonators = { username: 'olivia', among: ['impersonators'] }
const tokens = { IdToken: 'id', AccessToken: 'access', RefreshToken: 'refresh' }
const contextData = {
  IpAddress: '192.0.2.1',
  ServerName: 'api.example.com',
  ServerPath: '/v1/auth/impersonate',
  HttpHeaders: [{ headerName: 'User-Agent', headerValue: 'curl' }],
}
const exception = (name: string) => ({ __type: name, message: 'not for parsing' })

function usersWith(answers: Parameters<typeof scriptedCognito>[0]) {
  const { client: cognito, calls } = scriptedCognito(answers, 2)
  return { ...createUsers({ cognito, config }), calls }
}

describe('signIn', () => {
  test('signs in with the actors’ client', async () => {
    const users = usersWith({ AdminInitiateAuth: { AuthenticationResult: tokens } })
    expect(await users.signIn(credentials, contextData, neverAborted)).toBe('id')
    expect(users.calls[0]?.input).toEqual({
      UserPoolId: config.userPoolId,
      ClientId: 'actors',
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'olivia', PASSWORD: 'secret' },
      ContextData: contextData,
    })
  })
  test.each([
    [exception('NotAuthorizedException'), 'CredentialsInvalid'],
    [exception('UserNotFoundException'), 'CredentialsInvalid'],
    [exception('UserNotConfirmedException'), 'CredentialsInvalid'],
    [exception('PasswordResetRequiredException'), 'CredentialsInvalid'],
    [exception('MFAMethodNotFoundException'), 'CredentialsInvalid'],
    [exception('UserLambdaValidationException'), 'CredentialsInvalid'],
    [{ ChallengeName: 'NEW_PASSWORD_REQUIRED', Session: 'session-1' }, 'CredentialsInvalid'],
    [{ ChallengeName: 'SOFTWARE_TOKEN_MFA', Session: 'session-1' }, 'CredentialsInvalid'],
    [exception('TooManyRequestsException'), 'TooManyRequests'],
    [exception('InternalErrorException'), 'Unavailable'],
    // Cognito sends a code only after the right password.
    [exception('CodeDeliveryFailureException'), 'CredentialsInvalid'],
    [exception('InvalidEmailRoleAccessPolicyException'), 'CredentialsInvalid'],
    [exception('InvalidSmsRoleAccessPolicyException'), 'CredentialsInvalid'],
    [exception('InvalidSmsRoleTrustRelationshipException'), 'CredentialsInvalid'],
    // The actors' client does not allow the flow, or the pool is misconfigured.
    [exception('InvalidParameterException'), 'Fault'],
    [exception('InvalidUserPoolConfigurationException'), 'Fault'],
    [exception('ResourceNotFoundException'), 'Fault'],
  ])('response %j → %s', async (AdminInitiateAuth, code) => {
    await expect(usersWith({ AdminInitiateAuth }).signIn(credentials, contextData, neverAborted)).rejects.toMatchObject(
      {
        code,
      },
    )
  })
})

describe('groupsOf', () => {
  const group = (GroupName: string) => ({ GroupName })
  test('finds a group among others', async () => {
    const users = usersWith({ AdminListGroupsForUser: { Groups: [group('gold'), group('impersonators')] } })
    expect(await users.groupsOf(impersonators, neverAborted)).toEqual(['impersonators'])
  })
  test('finds a group on a later page', async () => {
    const users = usersWith({
      AdminListGroupsForUser: [{ Groups: [group('gold')], NextToken: 'more' }, { Groups: [group('impersonators')] }],
    })
    expect(await users.groupsOf(impersonators, neverAborted)).toEqual(['impersonators'])
    const input = { UserPoolId: config.userPoolId, Username: 'olivia', Limit: 60 }
    expect(users.calls.map((call) => call.input)).toEqual([input, { ...input, NextToken: 'more' }])
  })
  test('reads all pages until it has found every group', async () => {
    const pages = [
      { Groups: [group('support-us')], NextToken: 'more' },
      { Groups: [], NextToken: 'still more' },
      { Groups: [group('gold'), group('support-emea')], NextToken: 'and more' },
      { Groups: [group('silver')] },
    ]
    const look = async (...among: string[]) => {
      const users = usersWith({ AdminListGroupsForUser: pages })
      return [await users.groupsOf({ username: 'olivia', among }, neverAborted), users.calls.length]
    }
    expect(await look('support-us')).toEqual([['support-us'], 1])
    expect(await look('support-emea', 'support-us')).toEqual([['support-us', 'support-emea'], 3])
    expect(await look('support-emea', 'support-us', 'leads')).toEqual([['support-us', 'support-emea'], 4])
  })
  test('ignores a group without a name', async () => {
    const users = usersWith({ AdminListGroupsForUser: { Groups: [{}] } })
    expect(await users.groupsOf({ username: 'olivia', among: ['undefined'] }, neverAborted)).toEqual([])
  })
  test.each([
    ['other groups only', { Groups: [group('impersonators2'), group('Impersonators')] }],
    ['no group', { Groups: [] }],
    ['a response without groups', {}],
    ['a user who no longer exists', exception('UserNotFoundException')],
  ])('finds none for %s', async (_, AdminListGroupsForUser) => {
    expect(await usersWith({ AdminListGroupsForUser }).groupsOf(impersonators, neverAborted)).toEqual([])
  })
  test.each(['InternalErrorException', 'NotAuthorizedException'])(
    'throws Unavailable if Cognito fails: %s',
    async (name) => {
      const users = usersWith({ AdminListGroupsForUser: exception(name) })
      await expect(users.groupsOf(impersonators, neverAborted)).rejects.toMatchObject({ code: 'Unavailable' })
    },
  )
})

describe('isEnabled', () => {
  const attributes = { UserAttributes: [{ Name: 'sub', Value: olivia.sub }] }
  test.each<[string, object, boolean]>([
    ['a user who signed up', { Enabled: true, UserStatus: 'CONFIRMED', ...attributes }, true],
    ['an invited user', { Enabled: true, UserStatus: 'FORCE_CHANGE_PASSWORD', ...attributes }, true],
    ['a disabled user', { Enabled: false, UserStatus: 'CONFIRMED', ...attributes }, false],
    ['a user without the attribute Enabled', { UserStatus: 'CONFIRMED', ...attributes }, false],
    ['another user with the same username', { Enabled: true, UserAttributes: [{ Name: 'sub', Value: 'x' }] }, false],
    ['a response without attributes', { Enabled: true }, false],
    ['a user who no longer exists', exception('UserNotFoundException'), false],
  ])('%s', async (_, AdminGetUser, enabled) => {
    expect(await usersWith({ AdminGetUser }).isEnabled(olivia, neverAborted)).toBe(enabled)
  })
  test.each(['InternalErrorException', 'NotAuthorizedException'])(
    'throws Unavailable if Cognito fails: %s',
    async (name) => {
      const users = usersWith({ AdminGetUser: exception(name) })
      await expect(users.isEnabled(olivia, neverAborted)).rejects.toMatchObject({ code: 'Unavailable' })
    },
  )
})

describe('isActive', () => {
  const user = (Enabled: boolean | undefined, sub: string, UserStatus = 'CONFIRMED') => ({
    Enabled,
    UserStatus,
    UserAttributes: [
      { Name: 'email', Value: 'x' },
      { Name: 'sub', Value: sub },
    ],
  })
  test.each<[string, object, boolean]>([
    ['an enabled user', user(true, olivia.sub), true],
    ['a federated user', user(true, olivia.sub, 'EXTERNAL_PROVIDER'), true],
    ...['RESET_REQUIRED', 'FORCE_CHANGE_PASSWORD', 'UNCONFIRMED', 'ARCHIVED', 'COMPROMISED', 'UNKNOWN', ''].map(
      (status): [string, object, boolean] => [`a user in state ${status}`, user(true, olivia.sub, status), false],
    ),
    ['a user without a state', { ...user(true, olivia.sub), UserStatus: undefined }, false],
    ['a disabled user', user(false, olivia.sub), false],
    ['a user without the attribute Enabled', user(undefined, olivia.sub), false],
    ['another user with the same username', user(true, 'sub-of-another'), false],
    ['a response without attributes', { Enabled: true, UserStatus: 'CONFIRMED' }, false],
    [
      'a response without sub',
      { Enabled: true, UserStatus: 'CONFIRMED', UserAttributes: [{ Name: 'email', Value: 'x' }] },
      false,
    ],
    ['a user who no longer exists', exception('UserNotFoundException'), false],
  ])('%s', async (_, AdminGetUser, active) => {
    const users = usersWith({ AdminGetUser })
    expect(await users.isActive(olivia, neverAborted)).toBe(active)
    expect(users.calls).toEqual([
      { operation: 'AdminGetUser', input: { UserPoolId: config.userPoolId, Username: 'olivia' } },
    ])
  })
  test.each(['InternalErrorException', 'NotAuthorizedException'])(
    'throws Unavailable if Cognito fails: %s',
    async (name) => {
      const users = usersWith({ AdminGetUser: exception(name) })
      await expect(users.isActive(olivia, neverAborted)).rejects.toMatchObject({ code: 'Unavailable' })
    },
  )
})

describe('groupsOfName', () => {
  const page = (names: string[], NextToken?: string) => ({
    Groups: names.map((GroupName) => ({ GroupName })),
    NextToken,
  })
  const vips = { name: 'alice@example.com', among: ['vips', 'staff'] }
  test('finds the groups on every page, by an alias too', async () => {
    const users = usersWith({ AdminListGroupsForUser: [page(['gold', 'VIPs'], 'more'), page(['staff'])] })
    expect(await users.groupsOfName(vips, neverAborted)).toEqual(['staff'])
    expect(users.calls.map(({ input }) => input)).toMatchObject([
      { Username: 'alice@example.com' },
      { Username: 'alice@example.com', NextToken: 'more' },
    ])
  })
  test.each(['UserNotFoundException', 'InvalidParameterException'])('is none for %s', async (name) => {
    const users = usersWith({ AdminListGroupsForUser: exception(name) })
    expect(await users.groupsOfName(vips, neverAborted)).toEqual([])
  })
  test('throws Unavailable if Cognito fails', async () => {
    const users = usersWith({ AdminListGroupsForUser: exception('InternalErrorException') })
    await expect(users.groupsOfName(vips, neverAborted)).rejects.toMatchObject({ code: 'Unavailable' })
  })
})

describe('findSub', () => {
  test.each<[string, object]>([
    ['an active user', { Enabled: true, UserStatus: 'CONFIRMED' }],
    ['a disabled user', { Enabled: false }],
  ])('gives the sub of %s', async (_, state) => {
    const users = usersWith({ AdminGetUser: { ...state, UserAttributes: [{ Name: 'sub', Value: olivia.sub }] } })
    expect(await users.findSub('olivia@example.com', neverAborted)).toBe(olivia.sub)
    expect(users.calls.map(({ input }) => input)).toEqual([
      { UserPoolId: config.userPoolId, Username: 'olivia@example.com' },
    ])
  })
  test.each(['UserNotFoundException', 'InvalidParameterException'])('is undefined for %s', async (name) => {
    const users = usersWith({ AdminGetUser: exception(name) })
    expect(await users.findSub('nobody', neverAborted)).toBeUndefined()
  })
  test.each([exception('InternalErrorException'), exception('NotAuthorizedException'), {}])(
    'throws Unavailable for %j',
    async (AdminGetUser) => {
      await expect(usersWith({ AdminGetUser }).findSub('olivia', neverAborted)).rejects.toMatchObject({
        code: 'Unavailable',
      })
    },
  )
})

describe('a call that hangs ends', () => {
  let time: ReturnType<typeof startVirtualTime>
  beforeAll(() => {
    time = startVirtualTime()
  })
  afterAll(() => time.stop())

  type UsersWithCalls = ReturnType<typeof usersWith>
  test.each<[string, number, (users: UsersWithCalls) => Promise<unknown>]>([
    ['signIn', 9, (users) => users.signIn(credentials, contextData, neverAborted)],
    ['groupsOf', 4, (users) => users.groupsOf(impersonators, neverAborted)],
    ['isActive', 4, (users) => users.isActive(olivia, neverAborted)],
    ['groupsOfName', 4, (users) => users.groupsOfName({ name: 'olivia', among: ['vips'] }, neverAborted)],
    ['findSub', 4, (users) => users.findSub('olivia', neverAborted)],
  ])('%s after %d s', async (_, seconds, call) => {
    const operations = ['AdminInitiateAuth', 'AdminListGroupsForUser', 'AdminGetUser']
    const users = usersWith(Object.fromEntries(operations.map((name) => [name, 'hangs' as const])))
    const started = Date.now()
    await expect(time.settle(call(users))).rejects.toMatchObject({ code: 'Unavailable' })
    expect(Date.now() - started).toBe(seconds * 1000)
  })
})
