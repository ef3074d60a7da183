// The protocol, signatures, CORS, the OpenID documents, and fault injection.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { CognitoError, LostAnswer, startCognito } from '../../../../infra/local/cognito/server.ts'
import { clientSecret, errorOf, poolId, type Setup, startPool } from './fixture.ts'

let pool: Awaited<ReturnType<typeof startPool>>
beforeEach(async () => {
  pool = await startPool({
    pool: {
      UserPoolName: 'people',
      LambdaConfig: { PreTokenGenerationConfig: { LambdaArn: 'arn:Pre', LambdaVersion: 'V2_0' } },
    },
  })
})
afterEach(() => pool.close())

const signature = `AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20300101/us-east-1/cognito-idp/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`

const post = (operation: string, body: string | object, headers: Record<string, string> = {}) =>
  fetch(pool.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

describe('an error', () => {
  test('is 400 with its name in body and header, as in AWS JSON 1.1', async () => {
    const body = { UserPoolId: poolId, Username: 'nobody' }
    const response = await post('AdminGetUser', body, { authorization: signature })
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1')
    expect(response.headers.get('x-amzn-errortype')).toBe('UserNotFoundException:')
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await response.json()).toEqual({ __type: 'UserNotFoundException', message: 'User does not exist.' })
  })

  test.each([
    ['an unknown operation', 'UnknownOperationException', 'ListUserPools', {}],
    ['a name from the object prototype', 'UnknownOperationException', 'constructor', {}],
    ['invalid JSON', 'SerializationException', 'InitiateAuth', '{'],
    ['JSON other than an object', 'SerializationException', 'InitiateAuth', '[]'],
    ['a number instead of a string', 'SerializationException', 'InitiateAuth', { ClientId: 1 }],
    ['a missing field', 'InvalidParameterException', 'InitiateAuth', { ClientId: 'open' }],
    ['a body over 1 MiB', 'RequestEntityTooLargeException', 'InitiateAuth', `{"ClientId":"${'x'.repeat(1_048_576)}"}`],
  ])('answers %s with %s', async (_, name, operation, body) => {
    const response = await post(operation, body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ __type: name, message: expect.any(String) })
  })

  test('answers a target of another service with UnknownOperationException', async () => {
    const response = await post('', {}, { 'x-amz-target': 'DynamoDB_20120810.PutItem' })
    expect(await response.json()).toMatchObject({ __type: 'UnknownOperationException' })
  })

  test.each(['ListDevices', 'ChangePassword', 'ConfirmSignUp', 'AdminConfirmSignUp', 'DeleteUserPoolClient'])(
    'names the unsupported operation %s',
    async (operation) => {
      const response = await post(operation, {}, { authorization: signature })
      expect(await response.json()).toEqual({
        __type: 'UnknownOperationException',
        message: `The local Cognito has no operation ${operation}.`,
      })
    },
  )
})

describe('a signature', () => {
  const body = { UserPoolId: poolId, ClientId: 'open', Username: 'nobody' }

  test.each([
    'AdminAddUserToGroup',
    'AdminCreateUser',
    'AdminDeleteUser',
    'AdminDisableUser',
    'AdminEnableUser',
    'AdminGetUser',
    'AdminInitiateAuth',
    'AdminListGroupsForUser',
    'AdminRemoveUserFromGroup',
    'AdminResetUserPassword',
    'AdminRespondToAuthChallenge',
    'AdminSetUserPassword',
    'AdminUpdateUserAttributes',
    'AdminUserGlobalSignOut',
    'CreateGroup',
    'CreateUserPool',
    'CreateUserPoolClient',
    'DeleteGroup',
    'DeleteUserPool',
    'DescribeUserPool',
    'DescribeUserPoolClient',
    'GetGroup',
    'ListGroups',
    'ListUsers',
    'ListUsersInGroup',
    'UpdateUserPool',
  ])('is needed for %s', async (operation) => {
    const without = await (await post(operation, body)).json()
    expect(without).toMatchObject({ __type: 'MissingAuthenticationTokenException' })
    const other = await (await post(operation, body, { authorization: 'Bearer x' })).json()
    expect(other).toMatchObject({ __type: 'IncompleteSignatureException' })
    const signed = await (await post(operation, body, { authorization: signature })).json()
    expect((signed as { __type?: string }).__type ?? '').not.toMatch(/Token|Signature/)
  })

  test.each([
    'GetTokensFromRefreshToken',
    'GetUser',
    'InitiateAuth',
    'RespondToAuthChallenge',
    'RevokeToken',
    'SignUp',
    'UpdateUserAttributes',
  ])('is not needed for %s', async (operation) => {
    expect(await (await post(operation, {})).json()).toMatchObject({ __type: 'InvalidParameterException' })
  })
})

describe('pages of any origin', () => {
  const preflight = (headers: string) =>
    fetch(pool.url, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': headers,
      },
    })
  const allowedOrigin = (response: Response) => response.headers.get('access-control-allow-origin')

  test('may call operations that need no signature', async () => {
    const { status, headers } = await preflight('content-type,x-amz-target,x-amz-user-agent')
    expect(status).toBe(200)
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-allow-headers')).toBe('content-type,x-amz-target,x-amz-user-agent')
    expect(headers.get('access-control-allow-methods')).toContain('POST')
    const answer = await post('InitiateAuth', {})
    expect(allowedOrigin(answer)).toBe('*')
    expect(answer.headers.get('access-control-expose-headers')).toContain('x-amzn-ErrorType')
  })

  test('may read the signing keys', async () => {
    expect(allowedOrigin(await fetch(`${pool.url}/${poolId}/.well-known/jwks.json`))).toBe('*')
  })

  test('may not sign a request', async () => {
    const { headers } = await preflight('Authorization, x-amz-target,authorization')
    expect(headers.get('access-control-allow-headers')?.trim()).toBe('x-amz-target')
  })

  test('may not read what other operations answer', async () => {
    const signed = { authorization: signature }
    const answers = [
      await post('AdminGetUser', { UserPoolId: poolId, Username: 'nobody' }, signed),
      await post('ListUsers', { UserPoolId: poolId }, signed),
      await post('ListUsers', { UserPoolId: poolId }),
      await post('Unknown', {}),
    ]
    expect(answers.map(allowedOrigin)).toEqual([null, null, null, null])
  })
})

describe('the OpenID documents', () => {
  test('name AWS’s issuer and this server’s keys', async () => {
    const configuration = await (await fetch(`${pool.url}/${poolId}/.well-known/openid-configuration`)).json()
    expect(configuration).toMatchObject({
      issuer: `https://cognito-idp.us-east-1.amazonaws.com/${poolId}`,
      jwks_uri: `${pool.url}/${poolId}/.well-known/jwks.json`,
    })
    const { keys } = (await (await fetch(`${pool.url}/${poolId}/.well-known/jwks.json`)).json()) as { keys: object[] }
    expect(keys).toHaveLength(2)
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
  })

  test.each(['/', '/us-east-1_nowhere/.well-known/jwks.json', `/${poolId}/.well-known/other`])(
    'are not at %s',
    async (path) => {
      expect((await fetch(pool.url + path)).status).toBe(404)
    },
  )
})

describe('the settings', () => {
  test('of a client are described with its secret and the defaults', async () => {
    const { UserPoolClient } = await pool.sdk.describeUserPoolClient({ UserPoolId: poolId, ClientId: 'confidential' })
    expect(UserPoolClient).toMatchObject({
      ClientId: 'confidential',
      ClientSecret: clientSecret,
      UserPoolId: poolId,
      ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'],
      PreventUserExistenceErrors: 'LEGACY',
      RefreshTokenValidity: 30,
      AuthSessionValidity: 3,
      EnableTokenRevocation: true,
    })
    expect(await errorOf(pool.sdk.describeUserPoolClient({ UserPoolId: poolId, ClientId: 'nobody' }))).toBe(
      'ResourceNotFoundException',
    )
  })

  test('of a pool are described by their names in the API', async () => {
    const { UserPool } = await pool.sdk.describeUserPool({ UserPoolId: poolId })
    expect(UserPool).toMatchObject({
      Id: poolId,
      Name: 'people',
      Arn: `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${poolId}`,
      UserPoolTier: 'ESSENTIALS',
      MfaConfiguration: 'OFF',
      AliasAttributes: ['email'],
      LambdaConfig: {
        PreTokenGeneration: 'arn:Pre',
        PreTokenGenerationConfig: { LambdaArn: 'arn:Pre', LambdaVersion: 'V2_0' },
      },
    })
  })
})

describe('an injected fault', () => {
  const withFault = async (intercept: NonNullable<Setup['intercept']>) => {
    await pool.close()
    pool = await startPool({ intercept })
  }
  const create = () => pool.sdk.adminCreateUser({ UserPoolId: poolId, Username: 'alice' })
  const get = () => pool.sdk.adminGetUser({ UserPoolId: poolId, Username: 'alice' })

  test('can throttle an operation before it runs', async () => {
    await withFault((operation, _, run) => {
      if (operation === 'AdminCreateUser') throw new CognitoError('TooManyRequestsException', 'Rate exceeded')
      return run()
    })
    expect(await errorOf(create())).toBe('TooManyRequestsException')
    expect(await errorOf(get())).toBe('UserNotFoundException')
  })

  test('can lose the answer after the operation has run', async () => {
    await withFault(async (operation, _, run) => {
      const answer = await run()
      if (operation === 'AdminCreateUser') throw new LostAnswer()
      return answer
    })
    expect(await errorOf(create())).not.toBe('nothing')
    expect(await errorOf(get())).toBe('nothing')
  })

  test('can hang, and the server still closes', async () => {
    let reached: () => void = () => {}
    const hanging = new Promise<void>((resolve) => {
      reached = resolve
    })
    await withFault(() => {
      reached()
      return new Promise(() => {})
    })
    const call = errorOf(create())
    await hanging
    await pool.close()
    expect(await call).not.toBe('nothing')
    pool = await startPool()
  })

  test('of an unknown kind is answered with 500 without its details', async () => {
    await withFault(() => {
      throw new Error('a detail')
    })
    const response = await post('InitiateAuth', {})
    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({ __type: 'InternalErrorException', message: 'Something went wrong' })
  })
})

test('the server rejects a taken port and listens on 127.0.0.1', async () => {
  const port = Number(new URL(pool.url).port)
  const second = startCognito({ port, userPools: [], invoke: async () => ({ kind: 'denied' }) })
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE', port })
  expect(pool.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
})
