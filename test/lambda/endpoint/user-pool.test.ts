import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readEndpointConfig } from '../../../lambda/config.ts'
import { createUserPool } from '../../../lambda/endpoint/user-pool.ts'
import { scriptedCognito } from '../../support/cognito-client.ts'
import { endpointEnvironment } from '../../support/environment.ts'
import { startVirtualTime } from '../../support/virtual-time.ts'

const config = readEndpointConfig(endpointEnvironment)
const never = new AbortController().signal
const waiting = { username: 'alice', session: 'session-1' }
const tokens = { IdToken: 'id', AccessToken: 'access', RefreshToken: 'refresh' }
const exception = (name: string) => ({ __type: name, message: 'not for parsing' })
const hash = (username: string) => createHmac('sha256', 'client-secret').update(`${username}ours`).digest('base64')

function userPool(answers: Parameters<typeof scriptedCognito>[0]) {
  const twice = scriptedCognito(answers, 2)
  const once = scriptedCognito(answers, 1)
  return { ...createUserPool(twice.client, once.client, config), calls: twice.calls, callsOnce: once.calls }
}

describe('challenge', () => {
  test('starts CUSTOM_AUTH with the secret hash, and takes the username that Cognito resolved', async () => {
    const pool = userPool({
      AdminInitiateAuth: {
        ChallengeName: 'CUSTOM_CHALLENGE',
        Session: 'session-1',
        ChallengeParameters: { USERNAME: 'alice' },
      },
    })
    expect(await pool.challenge('alice@example.com', never)).toEqual(waiting)
    expect(pool.calls).toEqual([
      {
        operation: 'AdminInitiateAuth',
        input: {
          UserPoolId: config.userPoolId,
          ClientId: 'ours',
          AuthFlow: 'CUSTOM_AUTH',
          AuthParameters: { USERNAME: 'alice@example.com', SECRET_HASH: hash('alice@example.com') },
        },
      },
    ])
  })
  test('goes on with the username as asked where Cognito names none', async () => {
    const pool = userPool({ AdminInitiateAuth: { ChallengeName: 'CUSTOM_CHALLENGE', Session: 'session-1' } })
    expect(await pool.challenge('alice', never)).toEqual(waiting)
  })
  test('hands on tokens that come at once, to be judged', async () => {
    const pool = userPool({ AdminInitiateAuth: { AuthenticationResult: tokens } })
    expect(await pool.challenge('alice', never)).toEqual({ tokens })
  })
  test.each(['SMS_MFA', 'SOFTWARE_TOKEN_MFA', 'NEW_PASSWORD_REQUIRED', 'MFA_SETUP', undefined])(
    'takes a further step for a refusal: %s',
    async (ChallengeName) => {
      const pool = userPool({ AdminInitiateAuth: { ChallengeName, Session: 'session-1' } })
      await expect(pool.challenge('alice', never)).rejects.toMatchObject({ code: 'SubjectChallenged' })
    },
  )
})

describe('answer', () => {
  test('sends the grant and its id, for the username that Cognito resolved', async () => {
    const pool = userPool({ AdminRespondToAuthChallenge: { AuthenticationResult: tokens } })
    expect(await pool.answer(waiting, 'id.grant', 'id', never)).toEqual(tokens)
    expect(pool.callsOnce).toEqual([
      {
        operation: 'AdminRespondToAuthChallenge',
        input: {
          UserPoolId: config.userPoolId,
          ClientId: 'ours',
          ChallengeName: 'CUSTOM_CHALLENGE',
          ChallengeResponses: { USERNAME: 'alice', ANSWER: 'id.grant', SECRET_HASH: hash('alice') },
          Session: 'session-1',
          ClientMetadata: { impersonationId: 'id' },
        },
      },
    ])
  })
  test.each([new Error('socket hang up'), exception('InternalErrorException'), exception('TooManyRequestsException')])(
    'is never sent twice: %s',
    async (failure) => {
      const pool = userPool({ AdminRespondToAuthChallenge: [failure, { AuthenticationResult: tokens }] })
      await expect(pool.answer(waiting, 'id.grant', 'id', never)).rejects.toBeDefined()
      expect([...pool.calls, ...pool.callsOnce]).toHaveLength(1)
    },
  )
  test('takes a further step for a refusal', async () => {
    const pool = userPool({ AdminRespondToAuthChallenge: { ChallengeName: 'SMS_MFA', Session: 'session-2' } })
    await expect(pool.answer(waiting, 'id.grant', 'id', never)).rejects.toMatchObject({ code: 'SubjectChallenged' })
  })
})

describe.each(['challenge', 'answer'] as const)('%s tells by the exception’s name', (step) => {
  const operation = step === 'challenge' ? 'AdminInitiateAuth' : 'AdminRespondToAuthChallenge'
  const run = (answers: Parameters<typeof scriptedCognito>[0]) => call(userPool(answers))
  const call = (pool: ReturnType<typeof userPool>) => {
    return step === 'challenge' ? pool.challenge('alice', never) : pool.answer(waiting, 'id.grant', 'id', never)
  }
  test.each([
    ['UserNotFoundException', 'SubjectNotFound'],
    ['UserNotConfirmedException', 'SubjectUnconfirmed'],
    ['PasswordResetRequiredException', 'SubjectMustResetPassword'],
    ['MFAMethodNotFoundException', 'SubjectChallenged'],
    ['TooManyRequestsException', 'TooManyRequests'],
    ['LimitExceededException', 'TooManyRequests'],
    ['ThrottlingException', 'TooManyRequests'],
    ['UserLambdaValidationException', 'TriggerRefused'],
    ['UnexpectedLambdaException', 'Unavailable'],
    ['InvalidLambdaResponseException', 'Unavailable'],
    ['InternalErrorException', 'Unavailable'],
    ['ResourceNotFoundException', 'Fault'],
    ['AccessDeniedException', 'Fault'],
  ])('%s → %s', async (name, code) => {
    await expect(run({ [operation]: exception(name) })).rejects.toMatchObject({
      code,
      cause: expect.objectContaining({ name }),
    })
  })
  test.each([
    [{ Enabled: false, UserStatus: 'CONFIRMED' }, 'SubjectDisabled'],
    [{ Enabled: false, UserStatus: 'EXTERNAL_PROVIDER' }, 'SubjectDisabled'],
    [{ Enabled: true, UserStatus: 'EXTERNAL_PROVIDER' }, 'SubjectFederated'],
    [{ Enabled: true, UserStatus: 'UNCONFIRMED' }, 'SubjectUnconfirmed'],
    [{ Enabled: true, UserStatus: 'RESET_REQUIRED' }, 'SubjectMustResetPassword'],
    [{ Enabled: true, UserStatus: 'CONFIRMED' }, 'Unavailable'],
    [{ Enabled: true, UserStatus: 'FORCE_CHANGE_PASSWORD' }, 'Unavailable'],
    [{}, 'Unavailable'],
    [exception('UserNotFoundException'), 'SubjectNotFound'],
    [exception('TooManyRequestsException'), 'TooManyRequests'],
  ])('NotAuthorizedException and a user who is %j → %s', async (AdminGetUser, code) => {
    await expect(run({ [operation]: exception('NotAuthorizedException'), AdminGetUser })).rejects.toMatchObject({
      code,
      cause: expect.any(Error),
    })
  })
  test('and asks of NotAuthorizedException who the user is', async () => {
    const pool = userPool({ [operation]: exception('NotAuthorizedException'), AdminGetUser: { Enabled: false } })
    await expect(call(pool)).rejects.toMatchObject({ code: 'SubjectDisabled' })
    expect(pool.calls).toContainEqual({
      operation: 'AdminGetUser',
      input: { UserPoolId: config.userPoolId, Username: 'alice' },
    })
  })
  test.each([
    [{ Enabled: true, UserStatus: 'CONFIRMED' }, 'TriggersDetached'],
    [{ Enabled: false }, 'SubjectDisabled'],
    [exception('UserNotFoundException'), 'SubjectNotFound'],
    [exception('InvalidParameterException'), 'SubjectNotFound'],
  ])('InvalidParameterException and a user who is %j → %s', async (AdminGetUser, code) => {
    await expect(run({ [operation]: exception('InvalidParameterException'), AdminGetUser })).rejects.toMatchObject({
      code,
    })
  })
  test.each([
    ['the connection breaks', new Error('ECONNRESET')],
    ['the answer is no JSON', Object.assign(new SyntaxError('Unexpected token eyJ'), {})],
  ])('when %s → Unavailable', async (_, failure) => {
    await expect(run({ [operation]: failure })).rejects.toMatchObject({ code: 'Unavailable' })
  })
  test('ends when its caller’s time is up', async () => {
    const pool = userPool({ [operation]: 'hangs' })
    const over = AbortSignal.timeout(5)
    const call = step === 'challenge' ? pool.challenge('alice', over) : pool.answer(waiting, 'id.grant', 'id', over)
    await expect(call).rejects.toMatchObject({ code: 'Unavailable' })
  })
})

test('challenge is sent once more where Cognito throttles', async () => {
  const started = { ChallengeName: 'CUSTOM_CHALLENGE', Session: 'session-1' }
  const pool = userPool({ AdminInitiateAuth: [exception('TooManyRequestsException'), started] })
  expect(await pool.challenge('alice', never)).toEqual(waiting)
  expect(pool.calls).toHaveLength(2)
})

describe('signIn', () => {
  test('asks Cognito with the actors’ client', async () => {
    const pool = userPool({ AdminInitiateAuth: { AuthenticationResult: tokens } })
    expect(await pool.signIn('olivia', 'secret', never)).toBe('id')
    expect(pool.calls[0]?.input).toEqual({
      UserPoolId: config.userPoolId,
      ClientId: 'actors',
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'olivia', PASSWORD: 'secret' },
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
    [exception('InvalidParameterException'), 'CredentialsInvalid'],
  ])('answered with %j → %s', async (AdminInitiateAuth, code) => {
    await expect(userPool({ AdminInitiateAuth }).signIn('olivia', 'secret', never)).rejects.toMatchObject({ code })
  })
})

describe('isMember', () => {
  const group = (GroupName: string) => ({ GroupName })
  test('finds the group among others', async () => {
    const pool = userPool({ AdminListGroupsForUser: { Groups: [group('gold'), group('impersonators')] } })
    expect(await pool.isMember('olivia', 'impersonators', never)).toBe(true)
  })
  test('finds the group on a later page', async () => {
    const pool = userPool({
      AdminListGroupsForUser: [{ Groups: [group('gold')], NextToken: 'more' }, { Groups: [group('impersonators')] }],
    })
    expect(await pool.isMember('olivia', 'impersonators', never)).toBe(true)
    const asked = { UserPoolId: config.userPoolId, Username: 'olivia', Limit: 60 }
    expect(pool.calls.map(({ input }) => input)).toEqual([asked, { ...asked, NextToken: 'more' }])
  })
  test.each([
    ['other groups only', { Groups: [group('impersonators2'), group('Impersonators')] }],
    ['no group', { Groups: [] }],
    ['an answer without groups', {}],
    ['a user who is gone', exception('UserNotFoundException')],
  ])('says no to %s', async (_, AdminListGroupsForUser) => {
    expect(await userPool({ AdminListGroupsForUser }).isMember('olivia', 'impersonators', never)).toBe(false)
  })
  test.each(['InternalErrorException', 'NotAuthorizedException'])(
    'does not guess when Cognito fails: %s',
    async (name) => {
      const pool = userPool({ AdminListGroupsForUser: exception(name) })
      await expect(pool.isMember('olivia', 'impersonators', never)).rejects.toMatchObject({ code: 'Unavailable' })
    },
  )
})

describe('isActive', () => {
  const user = (Enabled: boolean | undefined, sub: string) => ({
    Enabled,
    UserAttributes: [
      { Name: 'email', Value: 'x' },
      { Name: 'sub', Value: sub },
    ],
  })
  const olivia = { username: 'olivia', sub: 'sub-of-olivia' }
  test.each([
    ['one who is enabled', user(true, olivia.sub), true],
    ['one who is disabled', user(false, olivia.sub), false],
    ['one of whom Cognito does not say', user(undefined, olivia.sub), false],
    ['another, who has the name now', user(true, 'sub-of-another'), false],
    ['an answer without attributes', { Enabled: true }, false],
    ['an answer without sub', { Enabled: true, UserAttributes: [{ Name: 'email', Value: 'x' }] }, false],
    ['one who is gone', exception('UserNotFoundException'), false],
  ])('of %s', async (_, AdminGetUser, active) => {
    const pool = userPool({ AdminGetUser })
    expect(await pool.isActive(olivia, never)).toBe(active)
    expect(pool.calls).toEqual([
      { operation: 'AdminGetUser', input: { UserPoolId: config.userPoolId, Username: 'olivia' } },
    ])
  })
  test.each(['InternalErrorException', 'NotAuthorizedException'])(
    'does not guess when Cognito fails: %s',
    async (name) => {
      const pool = userPool({ AdminGetUser: exception(name) })
      await expect(pool.isActive(olivia, never)).rejects.toMatchObject({ code: 'Unavailable' })
    },
  )
})

test('revoke ends the session family with the client’s secret', async () => {
  const pool = userPool({ RevokeToken: {} })
  await pool.revoke('refresh')
  expect(pool.calls).toEqual([
    { operation: 'RevokeToken', input: { Token: 'refresh', ClientId: 'ours', ClientSecret: 'client-secret' } },
  ])
})
test.each([
  [exception('InternalErrorException'), 'Unavailable'],
  [exception('UnauthorizedException'), 'Fault'],
])('revoke that fails says so: %j → %s', async (RevokeToken, code) => {
  await expect(userPool({ RevokeToken }).revoke('refresh')).rejects.toMatchObject({
    code,
    cause: expect.any(Error),
  })
})

describe('what hangs is given up', () => {
  let time: ReturnType<typeof startVirtualTime>
  beforeAll(() => {
    time = startVirtualTime()
  })
  afterAll(() => time.stop())

  type Pool = ReturnType<typeof userPool>
  test.each<[string, number, (pool: Pool) => Promise<unknown>]>([
    ['signIn', 9, (pool) => pool.signIn('olivia', 'secret', never)],
    ['challenge', 9, (pool) => pool.challenge('alice', never)],
    ['answer', 15, (pool) => pool.answer(waiting, 'id.grant', 'id', never)],
    ['isMember', 4, (pool) => pool.isMember('olivia', 'impersonators', never)],
    ['isActive', 4, (pool) => pool.isActive({ username: 'olivia', sub: 'sub-of-olivia' }, never)],
    ['revoke', 2, (pool) => pool.revoke('refresh')],
  ])('%s after %d s', async (_, seconds, call) => {
    const operations = ['AdminInitiateAuth', 'AdminRespondToAuthChallenge', 'AdminListGroupsForUser', 'AdminGetUser']
    const pool = userPool(Object.fromEntries([...operations, 'RevokeToken'].map((name) => [name, 'hangs' as const])))
    const started = Date.now()
    await expect(time.settle(call(pool))).rejects.toMatchObject({ code: 'Unavailable' })
    expect(Date.now() - started).toBe(seconds * 1000)
  })
})
