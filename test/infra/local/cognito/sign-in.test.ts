// Sign-in by password, the settings of app clients, and the states of users.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { clientSecret, errorOf, failure, poolId, question, secretHash, startPool } from './fixture.ts'

let pool: Awaited<ReturnType<typeof startPool>>
beforeEach(async () => {
  pool = await startPool({ triggers: question })
  await pool.addUser('alice', 'Alice-Local-1!', { email: 'alice@example.com', email_verified: 'true' })
})
afterEach(() => pool.close())

const password = (USERNAME: string, PASSWORD = 'Alice-Local-1!', ClientId = 'open') =>
  pool.sdk.initiateAuth({ ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME, PASSWORD } })
const adminPassword = (USERNAME: string, ClientId = 'open') =>
  pool.sdk.adminInitiateAuth({
    UserPoolId: poolId,
    ClientId,
    AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME, PASSWORD: 'Alice-Local-1!' },
  })
const custom = (USERNAME: string, ClientId = 'open', parameters: Record<string, string> = {}) =>
  pool.sdk.adminInitiateAuth({
    UserPoolId: poolId,
    ClientId,
    AuthFlow: 'CUSTOM_AUTH',
    AuthParameters: { USERNAME, ...parameters },
  })
const user = (Username: string) => ({ UserPoolId: poolId, Username })

describe('sign-in by password', () => {
  test('gives three tokens for a username, a verified e-mail address, and any case if the pool ignores case', async () => {
    for (const name of ['alice', 'alice@example.com', 'ALICE']) {
      const { AuthenticationResult: tokens } = await password(name)
      expect(tokens).toMatchObject({ TokenType: 'Bearer', ExpiresIn: 3600 })
      expect(Object.keys(tokens ?? {}).sort()).toEqual([
        'AccessToken',
        'ExpiresIn',
        'IdToken',
        'RefreshToken',
        'TokenType',
      ])
    }
    expect((await adminPassword('alice')).AuthenticationResult?.IdToken).toBeDefined()
  })

  test('accepts an e-mail address as an alias only if it is verified', async () => {
    await pool.addUser('bob', 'Alice-Local-1!', { email: 'bob@example.com' })
    expect(await errorOf(password('bob@example.com'))).toBe('UserNotFoundException')
  })

  test('distinguishes case in a case-sensitive pool, which is the default', async () => {
    const sensitive = await startPool({ pool: { UsernameConfiguration: undefined } })
    await sensitive.addUser('Alice')
    expect((await sensitive.signIn('Alice')).id).not.toBe('')
    expect(await errorOf(sensitive.signIn('alice'))).toBe('UserNotFoundException')
    await sensitive.close()
  })

  test('refuses a wrong password', async () => {
    expect(await failure(password('alice', 'Wrong-1!'))).toMatchObject({
      name: 'NotAuthorizedException',
      message: 'Incorrect username or password.',
    })
  })

  test('refuses Admin flows in public operations and public flows in Admin operations', async () => {
    const AuthParameters = { USERNAME: 'alice', PASSWORD: 'Alice-Local-1!' }
    const open = pool.sdk.initiateAuth({ ClientId: 'open', AuthFlow: 'ADMIN_USER_PASSWORD_AUTH', AuthParameters })
    expect(await errorOf(open)).toBe('InvalidParameterException')
    const admin = pool.sdk.adminInitiateAuth({
      UserPoolId: poolId,
      ClientId: 'open',
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters,
    })
    expect(await errorOf(admin)).toBe('InvalidParameterException')
  })
})

describe('an app client', () => {
  test.each([
    ['USER_PASSWORD_AUTH flow not enabled for this client', () => password('alice', 'Alice-Local-1!', 'confidential')],
    ['Auth flow not enabled for this client', () => adminPassword('alice', 'confidential')],
    [
      'USER_SRP_AUTH is not enabled for the client.',
      () =>
        pool.sdk.initiateAuth({
          ClientId: 'confidential',
          AuthFlow: 'USER_SRP_AUTH',
          AuthParameters: { USERNAME: 'alice', SRP_A: 'ff' },
        }),
    ],
    [
      'REFRESH_TOKEN_AUTH is not enabled for the client.',
      () =>
        pool.sdk.initiateAuth({
          ClientId: 'confidential',
          AuthFlow: 'REFRESH_TOKEN_AUTH',
          AuthParameters: { REFRESH_TOKEN: 'x' },
        }),
    ],
  ])('refuses a flow that it does not allow: %s', async (message, call) => {
    expect(await failure(call())).toMatchObject({ name: 'InvalidParameterException', message })
  })

  test('without ExplicitAuthFlows allows CUSTOM_AUTH, SRP and refresh (API reference, CreateUserPoolClient)', async () => {
    const plain = await startPool({ clients: { plain: {} }, triggers: question })
    await plain.addUser('alice')
    const AuthParameters = { USERNAME: 'alice' }
    const started = await plain.sdk.initiateAuth({ ClientId: 'plain', AuthFlow: 'CUSTOM_AUTH', AuthParameters })
    expect(started.ChallengeName).toBe('CUSTOM_CHALLENGE')
    expect(await errorOf(plain.signIn('alice', 'Alice-Local-1!', 'plain'))).toBe('InvalidParameterException')
    await plain.close()
  })

  test.each([
    ['missing', {}, 'Client confidential is configured for secret but secret was not received'],
    ['wrong', { SECRET_HASH: 'wrong' }, 'Unable to verify secret hash for client confidential'],
    ['of another user', { SECRET_HASH: secretHash('bob') }, 'Unable to verify secret hash for client confidential'],
    ['the secret itself', { SECRET_HASH: clientSecret }, 'Unable to verify secret hash for client confidential'],
  ])('with a secret refuses a secret hash that is %s, in both calls', async (_, parameters, message) => {
    expect(await failure(custom('alice', 'confidential', parameters))).toMatchObject({
      name: 'NotAuthorizedException',
      message,
    })
    const started = await custom('alice', 'confidential', { SECRET_HASH: secretHash('alice') })
    const answered = pool.sdk.adminRespondToAuthChallenge({
      UserPoolId: poolId,
      ClientId: 'confidential',
      ChallengeName: 'CUSTOM_CHALLENGE',
      Session: started.Session,
      ChallengeResponses: { USERNAME: 'alice', ANSWER: 'open sesame', ...parameters },
    })
    expect(await failure(answered)).toMatchObject({ name: 'NotAuthorizedException', message })
  })

  test('that does not exist is answered with ResourceNotFoundException, and so is such a pool', async () => {
    expect(await errorOf(password('alice', 'x', 'nobody'))).toBe('ResourceNotFoundException')
    expect(await errorOf(pool.sdk.adminGetUser({ ...user('alice'), UserPoolId: 'us-east-1_nowhere' }))).toBe(
      'ResourceNotFoundException',
    )
  })
})

describe('a user who is', () => {
  const states: [
    state: string,
    name: string,
    customError: string,
    passwordError: string,
    prepare: () => Promise<unknown>,
  ][] = [
    [
      'disabled',
      'dora',
      'NotAuthorizedException',
      'NotAuthorizedException',
      async () => {
        await pool.addUser('dora')
        await pool.sdk.adminDisableUser(user('dora'))
      },
    ],
    [
      'UNCONFIRMED',
      'una',
      'UserNotConfirmedException',
      'UserNotConfirmedException',
      () => pool.sdk.signUp({ ClientId: 'open', Username: 'una', Password: 'Alice-Local-1!' }),
    ],
    [
      'RESET_REQUIRED',
      'alice',
      'PasswordResetRequiredException',
      'PasswordResetRequiredException',
      () => pool.sdk.adminResetUserPassword(user('alice')),
    ],
    [
      'EXTERNAL_PROVIDER',
      'Google_42',
      'NotAuthorizedException',
      'NotAuthorizedException',
      async () => pool.addFederatedUser({ userPoolId: poolId, provider: 'Google', userId: '42' }),
    ],
    [
      'deleted',
      'alice',
      'UserNotFoundException',
      'UserNotFoundException',
      () => pool.sdk.adminDeleteUser(user('alice')),
    ],
    [
      'FORCE_CHANGE_PASSWORD',
      'ivan',
      'nothing',
      'nothing',
      () => pool.sdk.adminCreateUser({ ...user('ivan'), TemporaryPassword: 'Alice-Local-1!' }),
    ],
    [
      'disabled and enabled again',
      'alice',
      'nothing',
      'nothing',
      async () => {
        await pool.sdk.adminDisableUser(user('alice'))
        await pool.sdk.adminEnableUser(user('alice'))
      },
    ],
  ]
  test.each(states)(
    '%s (%s): CUSTOM_AUTH throws %s, a password throws %s',
    async (_, name, customError, passwordError, prepare) => {
      await prepare()
      expect(await errorOf(custom(name))).toBe(customError)
      expect(await errorOf(password(name))).toBe(passwordError)
    },
  )

  test('disabled between challenge and answer gets no tokens', async () => {
    const { Session } = await custom('alice')
    await pool.sdk.adminDisableUser(user('alice'))
    const answered = pool.sdk.respondToAuthChallenge({
      ClientId: 'open',
      ChallengeName: 'CUSTOM_CHALLENGE',
      Session,
      ChallengeResponses: { USERNAME: 'alice', ANSWER: 'open sesame' },
    })
    expect(await errorOf(answered)).toBe('NotAuthorizedException')
  })

  test('deleted between challenge and answer gets no tokens, even if a new user has the name', async () => {
    const { Session } = await custom('alice')
    await pool.sdk.adminDeleteUser(user('alice'))
    await pool.addUser('alice')
    const answered = pool.sdk.respondToAuthChallenge({
      ClientId: 'open',
      ChallengeName: 'CUSTOM_CHALLENGE',
      Session,
      ChallengeResponses: { USERNAME: 'alice', ANSWER: 'open sesame' },
    })
    expect(await errorOf(answered)).toBe('UserNotFoundException')
  })

  test('unconfirmed gets UserNotConfirmedException only with the right password', async () => {
    await pool.sdk.signUp({ ClientId: 'open', Username: 'una', Password: 'Alice-Local-1!' })
    expect(await errorOf(password('una', 'Wrong-1!'))).toBe('NotAuthorizedException')
  })
})

describe('an invited user', () => {
  const invite = (attributes: Record<string, string> = {}) =>
    pool.sdk.adminCreateUser({
      ...user('ivan'),
      TemporaryPassword: 'Invited-1!',
      UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
    })
  const choose = (Session: string | undefined, NEW_PASSWORD: string) =>
    pool.sdk.respondToAuthChallenge({
      ClientId: 'open',
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session,
      ChallengeResponses: { USERNAME: 'ivan', NEW_PASSWORD, 'userAttributes.name': 'Ivan' },
    })

  test('must choose a password, then is CONFIRMED and signs in with it', async () => {
    await invite({ email: 'ivan@example.com' })
    const started = await password('ivan', 'Invited-1!')
    expect(started.ChallengeName).toBe('NEW_PASSWORD_REQUIRED')
    expect(started.ChallengeParameters).toEqual({
      USER_ID_FOR_SRP: 'ivan',
      requiredAttributes: '[]',
      userAttributes: '{"email":"ivan@example.com"}',
    })
    expect((await choose(started.Session, 'Ivan-Local-1!')).AuthenticationResult?.IdToken).toBeDefined()
    const { UserStatus, UserAttributes } = await pool.sdk.adminGetUser(user('ivan'))
    expect(UserStatus).toBe('CONFIRMED')
    expect(UserAttributes).toContainEqual({ Name: 'name', Value: 'Ivan' })
    expect((await pool.signIn('ivan', 'Ivan-Local-1!')).access).not.toBe('')
    expect(await errorOf(password('ivan', 'Invited-1!'))).toBe('NotAuthorizedException')
  })

  test('cannot choose a password that breaks the policy', async () => {
    await invite()
    const { Session } = await password('ivan', 'Invited-1!')
    expect(await errorOf(choose(Session, 'short'))).toBe('InvalidPasswordException')
  })

  test('must sign in within seven days (API reference, PasswordPolicyType, TemporaryPasswordValidityDays)', async () => {
    await invite()
    pool.clock.now += 7 * 86_400_000
    expect(await failure(password('ivan', 'Invited-1!'))).toMatchObject({
      name: 'NotAuthorizedException',
      message: 'Temporary password has expired and must be reset by an administrator.',
    })
  })
})

describe('a pool that requires MFA', () => {
  test('answers MFA_SETUP or SMS_MFA instead of tokens, and in CUSTOM_AUTH only if a test enforces MFA there', async () => {
    const strict = await startPool({
      pool: { MfaConfiguration: 'ON', EnabledMfas: ['SOFTWARE_TOKEN_MFA', 'SMS_MFA'] },
      triggers: question,
    })
    await strict.addUser('alice')
    await strict.addUser('bob', 'Alice-Local-1!', { phone_number: '+15555550123' })
    const signIn = (USERNAME: string) =>
      strict.sdk.initiateAuth({
        ClientId: 'open',
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME, PASSWORD: 'Alice-Local-1!' },
      })
    expect(await signIn('alice')).toMatchObject({
      ChallengeName: 'MFA_SETUP',
      ChallengeParameters: { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA","SMS_MFA"]', USER_ID_FOR_SRP: 'alice' },
    })
    expect((await signIn('bob')).ChallengeName).toBe('SMS_MFA')
    const customSignIn = async () => {
      const { Session } = await strict.sdk.initiateAuth({
        ClientId: 'open',
        AuthFlow: 'CUSTOM_AUTH',
        AuthParameters: { USERNAME: 'alice' },
      })
      return strict.sdk.respondToAuthChallenge({
        ClientId: 'open',
        ChallengeName: 'CUSTOM_CHALLENGE',
        Session,
        ChallengeResponses: { USERNAME: 'alice', ANSWER: 'open sesame' },
      })
    }
    // Reported: amplify-js#12887.
    expect((await customSignIn()).AuthenticationResult?.AccessToken).toBeDefined()
    strict.pools.get(poolId)?.enforcedInCustomAuth.add('MFA')
    const answered = await customSignIn()
    expect(answered.ChallengeName).toBe('MFA_SETUP')
    expect(answered.AuthenticationResult).toBeUndefined()
    await strict.close()
  })
})
