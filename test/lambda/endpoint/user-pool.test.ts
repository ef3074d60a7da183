import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { readEndpointConfig } from '../../../lambda/config.ts'
import { UnexplainedRefusal } from '../../../lambda/endpoint/cognito-errors.ts'
import { createUserPool } from '../../../lambda/endpoint/user-pool.ts'
import { scriptedCognito } from '../../support/cognito-client.ts'
import { endpointEnvironment } from '../../support/environment.ts'
import { startVirtualTime } from '../../support/virtual-time.ts'

const config = readEndpointConfig(endpointEnvironment)
const neverAborted = new AbortController().signal
const challenged = { username: 'alice', session: 'session-1' }
const grant = { id: 'id', answer: 'id.grant' }
const contextData = {
  IpAddress: '192.0.2.1',
  ServerName: 'api.example.com',
  ServerPath: '/v1/auth/impersonate',
  HttpHeaders: [{ headerName: 'User-Agent', headerValue: 'curl' }],
}
const tokens = { IdToken: 'id', AccessToken: 'access', RefreshToken: 'refresh' }
const exception = (name: string) => ({ __type: name, message: 'not for parsing' })
const hash = (username: string) =>
  createHmac('sha256', 'client_secret_for_tests_1').update(`${username}ours`).digest('base64')

// The SDK waits for a random time before it tries again.
beforeAll(() => void jest.spyOn(Math, 'random').mockReturnValue(0))
afterAll(() => {
  jest.restoreAllMocks()
})

function userPool(answers: Parameters<typeof scriptedCognito>[0]) {
  const retrying = scriptedCognito(answers, 2)
  const once = scriptedCognito(answers, 1)
  const pool = createUserPool({ cognito: retrying.client, cognitoOnce: once.client, config })
  return { ...pool, calls: retrying.calls, callsOnce: once.calls }
}

describe('challenge', () => {
  test('starts CUSTOM_AUTH with the secret hash, and returns the username that Cognito resolved', async () => {
    const pool = userPool({
      AdminInitiateAuth: {
        ChallengeName: 'CUSTOM_CHALLENGE',
        Session: 'session-1',
        ChallengeParameters: { USERNAME: 'alice' },
      },
    })
    expect(await pool.challenge('alice@example.com', undefined, neverAborted)).toEqual(challenged)
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
  test('returns the requested username if Cognito resolves none', async () => {
    const pool = userPool({ AdminInitiateAuth: { ChallengeName: 'CUSTOM_CHALLENGE', Session: 'session-1' } })
    expect(await pool.challenge('alice', undefined, neverAborted)).toEqual(challenged)
  })
  test('returns tokens that Cognito issues at once', async () => {
    const pool = userPool({ AdminInitiateAuth: { AuthenticationResult: tokens } })
    expect(await pool.challenge('alice', undefined, neverAborted)).toEqual({ tokens })
  })
  test.each(['SMS_MFA', 'SOFTWARE_TOKEN_MFA', 'NEW_PASSWORD_REQUIRED', 'MFA_SETUP', undefined])(
    'refuses a further challenge: %s',
    async (ChallengeName) => {
      const pool = userPool({ AdminInitiateAuth: { ChallengeName, Session: 'session-1' } })
      await expect(pool.challenge('alice', undefined, neverAborted)).rejects.toMatchObject({
        code: 'SubjectChallenged',
      })
    },
  )
})

describe('answer', () => {
  test('sends the grant and its id for the username that Cognito resolved', async () => {
    const pool = userPool({ AdminRespondToAuthChallenge: { AuthenticationResult: tokens } })
    expect(await pool.answer(challenged, grant, undefined, neverAborted)).toEqual(tokens)
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
    'is sent only once, even after %s',
    async (failure) => {
      const pool = userPool({ AdminRespondToAuthChallenge: [failure, { AuthenticationResult: tokens }] })
      await expect(pool.answer(challenged, grant, undefined, neverAborted)).rejects.toBeDefined()
      expect([...pool.calls, ...pool.callsOnce]).toHaveLength(1)
    },
  )
  test('refuses a further challenge', async () => {
    const pool = userPool({ AdminRespondToAuthChallenge: { ChallengeName: 'SMS_MFA', Session: 'session-2' } })
    await expect(pool.answer(challenged, grant, undefined, neverAborted)).rejects.toMatchObject({
      code: 'SubjectChallenged',
    })
  })
})

describe.each(['challenge', 'answer'] as const)('%s classifies exceptions by name', (step) => {
  const operation = step === 'challenge' ? 'AdminInitiateAuth' : 'AdminRespondToAuthChallenge'
  const run = (answers: Parameters<typeof scriptedCognito>[0]) => call(userPool(answers))
  /** Makes the call. If Cognito gives no reason for a refusal, asks whyRefused. */
  const call = (pool: ReturnType<typeof userPool>) =>
    attempt(pool).catch(async (error) => {
      throw error instanceof UnexplainedRefusal ? await pool.whyRefused(error, neverAborted) : error
    })
  const attempt = (pool: ReturnType<typeof userPool>): Promise<unknown> => {
    return step === 'challenge'
      ? pool.challenge('alice', undefined, neverAborted)
      : pool.answer(challenged, grant, undefined, neverAborted)
  }
  test.each([
    ['UserNotFoundException', 'SubjectNotFound'],
    ['UserNotConfirmedException', 'SubjectUnconfirmed'],
    ['PasswordResetRequiredException', 'SubjectMustResetPassword'],
    ['MFAMethodNotFoundException', 'SubjectChallenged'],
    ['TooManyRequestsException', 'TooManyRequests'],
    ['LimitExceededException', 'TooManyRequests'],
    ['ThrottlingException', 'TooManyRequests'],
    ['UserLambdaValidationException', step === 'challenge' ? 'SubjectRefused' : 'TriggerRefused'],
    ['InvalidUserPoolConfigurationException', 'TriggersDetached'],
    ['CodeDeliveryFailureException', 'SubjectChallenged'],
    ['InvalidEmailRoleAccessPolicyException', 'SubjectChallenged'],
    ['InvalidSmsRoleAccessPolicyException', 'SubjectChallenged'],
    ['InvalidSmsRoleTrustRelationshipException', 'SubjectChallenged'],
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
    [{ Enabled: true, UserStatus: 'CONFIRMED' }, step === 'challenge' ? 'SubjectRefused' : 'Unavailable'],
    [
      { Enabled: true, UserStatus: 'FORCE_CHANGE_PASSWORD' },
      step === 'challenge' ? 'SubjectInvitationExpired' : 'Unavailable',
    ],
    [{ Enabled: true, UserStatus: 'A_NEW_STATE' }, 'Unavailable'],
    [{}, 'Unavailable'],
    [exception('UserNotFoundException'), 'SubjectNotFound'],
    [exception('TooManyRequestsException'), 'TooManyRequests'],
  ])('NotAuthorizedException and the user %j → %s', async (AdminGetUser, code) => {
    await expect(run({ [operation]: exception('NotAuthorizedException'), AdminGetUser })).rejects.toMatchObject({
      code,
      cause: expect.any(Error),
    })
  })
  test('looks up the user after NotAuthorizedException', async () => {
    const pool = userPool({ [operation]: exception('NotAuthorizedException'), AdminGetUser: { Enabled: false } })
    await expect(call(pool)).rejects.toMatchObject({ code: 'SubjectDisabled' })
    expect(pool.calls).toContainEqual({
      operation: 'AdminGetUser',
      input: { UserPoolId: config.userPoolId, Username: 'alice' },
    })
  })
  test.each(['NotAuthorizedException', 'InvalidParameterException'])(
    'throws UnexplainedRefusal without a look-up: %s',
    async (name) => {
      const pool = userPool({ [operation]: exception(name), AdminGetUser: { Enabled: false } })
      await expect(attempt(pool)).rejects.toBeInstanceOf(UnexplainedRefusal)
      expect([...pool.calls, ...pool.callsOnce]).toHaveLength(1)
    },
  )
  test.each([
    [{ Enabled: true, UserStatus: 'CONFIRMED' }, 'TriggersDetached'],
    [{ Enabled: false }, 'SubjectDisabled'],
    [exception('UserNotFoundException'), 'SubjectNotFound'],
    [exception('InvalidParameterException'), 'SubjectNotFound'],
  ])('InvalidParameterException and the user %j → %s', async (AdminGetUser, code) => {
    await expect(run({ [operation]: exception('InvalidParameterException'), AdminGetUser })).rejects.toMatchObject({
      code,
    })
  })
  test.each([
    ['the connection breaks', new Error('ECONNRESET')],
    ['the response is not JSON', Object.assign(new SyntaxError('Unexpected token eyJ'), {})],
  ])('when %s → Unavailable', async (_, failure) => {
    await expect(run({ [operation]: failure })).rejects.toMatchObject({ code: 'Unavailable' })
  })
  test('ends when the caller’s signal aborts', async () => {
    const pool = userPool({ [operation]: 'hangs' })
    const signal = AbortSignal.timeout(5)
    const call =
      step === 'challenge'
        ? pool.challenge('alice', undefined, signal)
        : pool.answer(challenged, grant, undefined, signal)
    await expect(call).rejects.toMatchObject({ code: 'Unavailable' })
  })
})

describe('whyRefused, if the subject’s state allows a sign-in', () => {
  const healthy = { Enabled: true, UserStatus: 'CONFIRMED' }
  const refusal = new UnexplainedRefusal({
    call: 'challenge',
    username: 'alice',
    cause: Object.assign(new Error(), { name: 'NotAuthorizedException' }),
  })
  test.each<[object, string, RegExp?]>([
    [exception('UserNotFoundException'), 'SubjectRefused'],
    [exception('TooManyRequestsException'), 'SubjectRefused'],
    [{}, 'SubjectRefused'],
    // The secret is wrong, so Cognito did not refuse the subject.
    [exception('NotAuthorizedException'), 'Unavailable', /secret/],
    [exception('InternalErrorException'), 'Unavailable'],
    [new Error('ECONNRESET'), 'Unavailable'],
  ])('tries the client’s secret: %j → %s', async (InitiateAuth, code, text = /./) => {
    const pool = userPool({ AdminGetUser: healthy, InitiateAuth })
    const message = expect.stringMatching(text)
    expect(await pool.whyRefused(refusal, neverAborted)).toMatchObject({ code, message, cause: expect.any(Error) })
    const { input } = pool.calls.find((call) => call.operation === 'InitiateAuth') ?? {}
    const { AuthParameters } = input as { AuthParameters: Record<string, string> }
    const { USERNAME = '' } = AuthParameters
    expect(USERNAME).toMatch(/^[0-9a-f-]{36}$/)
    expect(input).toEqual({
      ClientId: 'ours',
      AuthFlow: 'CUSTOM_AUTH',
      AuthParameters: { USERNAME, SECRET_HASH: hash(USERNAME) },
    })
  })
  test.each([
    ['disabled', { Enabled: false }, 'SubjectDisabled'],
    ['must reset the password', { Enabled: true, UserStatus: 'RESET_REQUIRED' }, 'SubjectMustResetPassword'],
    ['refused for an unknown reason', healthy, 'Unavailable'],
  ])('gives the subject as Cognito knows them: %s', async (_, state, code) => {
    const UserAttributes = [{ Name: 'sub', Value: 'sub-of-alice' }]
    const AdminGetUser = { ...state, Username: 'alice', UserAttributes }
    const pool = userPool({ AdminGetUser, InitiateAuth: exception('InternalErrorException') })
    const aliased = new UnexplainedRefusal({ ...refusal, username: 'alice@example.com', cause: refusal.cause })
    expect(await pool.whyRefused(aliased, neverAborted)).toMatchObject({
      code,
      subject: { sub: 'sub-of-alice', username: 'alice' },
    })
  })
  test.each([{}, { Username: 'alice' }, { UserAttributes: [{ Name: 'sub', Value: 'sub-of-alice' }] }])(
    'gives no subject for the incomplete response %j',
    async (response) => {
      const pool = userPool({ AdminGetUser: { Enabled: false, ...response } })
      expect((await pool.whyRefused(refusal, neverAborted)).subject).toBeUndefined()
    },
  )
  test('does not try the secret for a subject who cannot sign in', async () => {
    const pool = userPool({ AdminGetUser: { Enabled: false } })
    expect(await pool.whyRefused(refusal, neverAborted)).toMatchObject({ code: 'SubjectDisabled' })
    expect(pool.calls).toHaveLength(1)
  })
})

test('sends the caller’s context data with the subject’s sign-in if it is given', async () => {
  const started = { ChallengeName: 'CUSTOM_CHALLENGE', Session: 'session-1' }
  const pool = userPool({ AdminInitiateAuth: started, AdminRespondToAuthChallenge: { AuthenticationResult: tokens } })
  await pool.challenge('alice', contextData, neverAborted)
  await pool.answer(challenged, grant, contextData, neverAborted)
  const inputs = [...pool.calls, ...pool.callsOnce].map(({ input }) => input)
  expect(inputs).toEqual([1, 2].map(() => expect.objectContaining({ ContextData: contextData })))
})

test('challenge is sent again if Cognito throttles', async () => {
  const started = { ChallengeName: 'CUSTOM_CHALLENGE', Session: 'session-1' }
  const pool = userPool({ AdminInitiateAuth: [exception('TooManyRequestsException'), started] })
  expect(await pool.challenge('alice', undefined, neverAborted)).toEqual(challenged)
  expect(pool.calls).toHaveLength(2)
})

test('revoke sends the refresh token with the client’s secret', async () => {
  const pool = userPool({ RevokeToken: {} })
  await pool.revoke('refresh')
  expect(pool.calls).toEqual([
    {
      operation: 'RevokeToken',
      input: { Token: 'refresh', ClientId: 'ours', ClientSecret: 'client_secret_for_tests_1' },
    },
  ])
})
test.each([
  [exception('InternalErrorException'), 'Unavailable'],
  [exception('UnauthorizedException'), 'Fault'],
])('revoke, response %j → %s', async (RevokeToken, code) => {
  await expect(userPool({ RevokeToken }).revoke('refresh')).rejects.toMatchObject({
    code,
    cause: expect.any(Error),
  })
})

describe('a call that hangs ends', () => {
  let time: ReturnType<typeof startVirtualTime>
  beforeAll(() => {
    time = startVirtualTime()
  })
  afterAll(() => time.stop())

  type Pool = ReturnType<typeof userPool>
  test.each<[string, number, (pool: Pool) => Promise<unknown>]>([
    ['challenge', 9, (pool) => pool.challenge('alice', undefined, neverAborted)],
    ['answer', 15, (pool) => pool.answer(challenged, grant, undefined, neverAborted)],
    ['revoke', 2, (pool) => pool.revoke('refresh')],
  ])('%s after %d s', async (_, seconds, call) => {
    const operations = ['AdminInitiateAuth', 'AdminRespondToAuthChallenge', 'RevokeToken']
    const pool = userPool(Object.fromEntries(operations.map((name) => [name, 'hangs' as const])))
    const started = Date.now()
    await expect(time.settle(call(pool))).rejects.toMatchObject({ code: 'Unavailable' })
    expect(Date.now() - started).toBe(seconds * 1000)
  })
})
