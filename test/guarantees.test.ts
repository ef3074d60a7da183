// The guarantees, on local runs with a broken deployment or a faulty Cognito.

import { createHmac } from 'node:crypto'
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminResetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  DescribeUserPoolClientCommand,
  GetTokensFromRefreshTokenCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, describe, expect, test } from '@jest/globals'
import { CognitoError, LostAnswer } from '../infra/local/cognito/server.ts'
import type { LocalRunOptions } from '../infra/local/run.ts'
import { claimsOf } from './acceptance/client.ts'
import { sharedAssembly } from './support/assembly.ts'
import { change, type Intercept, startDeployment } from './support/deployment.ts'
import { type Way, ways } from './support/ways.ts'

const assembly = await sharedAssembly()

let current: Awaited<ReturnType<typeof startDeployment>> | undefined
afterEach(() => current?.close())

async function start(options: LocalRunOptions = {}) {
  current = await startDeployment({ assembly, ...options })
  return current
}
async function startAndImpersonate(way: Way, username: string, options: LocalRunOptions) {
  const deployment = await start(options)
  const answer = await deployment.impersonateBy(way, username, deployment.olivia)
  return { ...deployment, answer, found: await deployment.record(answer.headers.get('impersonation-id')) }
}
const isTriggers = ({ Handler }: { Handler?: string }) => Handler === 'triggers.handler'
const at =
  (operation: string, fault: Intercept): Intercept =>
  (called, fields, go) =>
    called === operation ? fault(called, fields, go) : go()

describe.each(ways)('%s, the endpoint drops, revokes and records unfit tokens:', (way) => {
  const isOurs = ({ GenerateSecret }: { GenerateSecret?: boolean }) => GenerateSecret === true
  test.each<[string, NonNullable<LocalRunOptions['change']>]>([
    [
      'from a pool without our PreTokenGeneration',
      change('AWS::Cognito::UserPool', ({ LambdaConfig }) => delete LambdaConfig.PreTokenGenerationConfig),
    ],
    [
      'from a pool with PreTokenGeneration V1_0',
      change('AWS::Cognito::UserPool', ({ LambdaConfig }) => {
        LambdaConfig.PreTokenGenerationConfig.LambdaVersion = 'V1_0'
      }),
    ],
    [
      'from a pool whose plan has no access token claims',
      change('AWS::Cognito::UserPool', (pool) => {
        pool.UserPoolTier = 'LITE'
      }),
    ],
    [
      'an ID token that lives too long',
      change('AWS::Cognito::UserPoolClient', (client) => {
        if (isOurs(client)) Object.assign(client, { IdTokenValidity: 120, RefreshTokenValidity: 120 })
      }),
    ],
    [
      'an access token that lives too long',
      change('AWS::Cognito::UserPoolClient', (client) => {
        if (isOurs(client)) Object.assign(client, { AccessTokenValidity: 120, RefreshTokenValidity: 120 })
      }),
    ],
  ])('%s', async (_, edit) => {
    const { answer, found, calls } = await startAndImpersonate(way, 'alice', { change: edit })
    expect(answer).toMatchObject({ status: 500, body: { status: 'error' } })
    expect(JSON.stringify(answer.body)).not.toContain('eyJ')
    expect(found).toMatchObject({ state: 'discarded', code: 'TokensUnfit' })
    expect(calls.filter((call) => call === 'RevokeToken')).toHaveLength(1)
  })
})

describe.each(ways)('%s, no token without a record:', (way) => {
  const useMissingTable = (handler: string) =>
    change('AWS::Lambda::Function', ({ Handler, Environment }) => {
      if (Handler === handler) Environment.Variables.RECORDS_TABLE_NAME = 'no-such-table'
    })
  test('the endpoint does not ask Cognito for tokens if it cannot write the record', async () => {
    const { answer, calls } = await startAndImpersonate(way, 'alice', { change: useMissingTable('endpoint.handler') })
    expect(answer).toMatchObject({ status: 503, body: { status: 'error' } })
    expect(answer.headers.get('impersonation-id')).toBeNull()
    expect(calls).not.toContain('AdminRespondToAuthChallenge')
  })
  test('Cognito issues no tokens if the triggers cannot reach the record', async () => {
    const { answer, found } = await startAndImpersonate(way, 'alice', { change: useMissingTable('triggers.handler') })
    expect(answer).toMatchObject({ status: 503, body: { status: 'error' } })
    expect(found).toMatchObject({ state: 'refused' })
  })
})

describe('ordinary sign-ins are untouched if', () => {
  test.each<[string, NonNullable<LocalRunOptions['change']>]>([
    [
      'the triggers have no settings',
      change('AWS::Lambda::Function', (fn) => {
        if (isTriggers(fn)) delete fn.Environment
      }),
    ],
    [
      'the table is missing',
      change('AWS::Lambda::Function', (fn) => {
        if (isTriggers(fn)) fn.Environment.Variables.RECORDS_TABLE_NAME = 'no-such-table'
      }),
    ],
  ])('%s', async (_, edit) => {
    const { signIn } = await start({ change: edit })
    const { AccessToken } = await signIn('alice', undefined, { impersonationId: 'forged' })
    expect(claimsOf(AccessToken)).toMatchObject({ username: 'alice', scope: 'aws.cognito.signin.user.admin' })
    expect(claimsOf(AccessToken)).not.toHaveProperty('act')
  })
})

describe('a withdrawn right is gone at the next call, although the actor’s token is valid:', () => {
  type Cognito = Awaited<ReturnType<typeof startDeployment>>['cognito']
  const olivia = (UserPoolId: string) => ({ UserPoolId, Username: 'olivia' })
  test.each<[string, (cognito: Cognito, pool: string) => Promise<unknown>]>([
    ['an actor who is disabled', (cognito, pool) => cognito.send(new AdminDisableUserCommand(olivia(pool)))],
    [
      'an actor whose password was reset',
      async (cognito, pool) => {
        const UserAttributes = [
          { Name: 'email', Value: 'olivia@example.com' },
          { Name: 'email_verified', Value: 'true' },
        ]
        await cognito.send(new AdminUpdateUserAttributesCommand({ ...olivia(pool), UserAttributes }))
        await cognito.send(new AdminResetUserPasswordCommand(olivia(pool)))
      },
    ],
    ['an actor who is deleted', (cognito, pool) => cognito.send(new AdminDeleteUserCommand(olivia(pool)))],
    [
      'an actor whose username now belongs to another actor',
      async (cognito, pool) => {
        await cognito.send(new AdminDeleteUserCommand(olivia(pool)))
        await cognito.send(new AdminCreateUserCommand({ ...olivia(pool), MessageAction: 'SUPPRESS' }))
        await cognito.send(new AdminAddUserToGroupCommand({ ...olivia(pool), GroupName: 'impersonators' }))
      },
    ],
  ])('%s', async (_, withdraw) => {
    const deployment = await start()
    const { body } = await deployment.prepare('alice', deployment.olivia)
    await withdraw(deployment.cognito, deployment.outputs.UserPoolId)
    const answers = [
      await deployment.redeem(body.ticket),
      await deployment.impersonate('alice', deployment.olivia),
      await deployment.prepare('alice', deployment.olivia),
    ]
    for (const { status, headers } of answers) {
      expect([status, headers.get('impersonation-error')]).toEqual([403, 'ActorNotAllowed'])
      expect(await deployment.record(headers.get('impersonation-id'))).toMatchObject({ state: 'refused' })
    }
    expect(deployment.calls).not.toContain('AdminRespondToAuthChallenge')
  })
})

test.each(ways)('%s, an actor cannot act as themselves, even if no group protects them', async (way) => {
  const edit = change('AWS::Lambda::Function', (fn) => {
    if (isTriggers(fn)) fn.Environment.Variables.PROTECTED_GROUPS = '["admins"]'
  })
  const { answer, found } = await startAndImpersonate(way, 'olivia', { change: edit })
  expect(answer.status).toBe(403)
  expect(found).toMatchObject({ state: 'refused', code: 'SubjectIsActor' })
})

test.each(ways)('%s, a refresh token brings no tokens, although Cognito allows the flow', async (way) => {
  let refreshToken = ''
  const keep: Intercept = async (_operation, _fields, go) => {
    const answer = await go()
    refreshToken = (answer as { AuthenticationResult: { RefreshToken: string } }).AuthenticationResult.RefreshToken
    return answer
  }
  const { cognito, outputs, answer } = await startAndImpersonate(way, 'alice', {
    intercept: at('AdminRespondToAuthChallenge', keep),
  })
  expect(answer.status).toBe(200)
  const { UserPoolId, ImpersonationClientId: ClientId } = outputs
  const { UserPoolClient } = await cognito.send(new DescribeUserPoolClientCommand({ UserPoolId, ClientId }))
  expect(UserPoolClient?.ExplicitAuthFlows).toContain('ALLOW_REFRESH_TOKEN_AUTH')
  const { ClientSecret = '' } = UserPoolClient ?? {}
  const SECRET_HASH = createHmac('sha256', ClientSecret).update(`alice${ClientId}`).digest('base64')
  const refresh = new InitiateAuthCommand({
    ClientId,
    AuthFlow: 'REFRESH_TOKEN_AUTH',
    AuthParameters: { REFRESH_TOKEN: refreshToken, SECRET_HASH },
  })
  await expect(cognito.send(refresh)).rejects.toMatchObject({ name: 'UserLambdaValidationException' })
  const tokens = new GetTokensFromRefreshTokenCommand({ ClientId, ClientSecret, RefreshToken: refreshToken })
  await expect(cognito.send(tokens)).rejects.toMatchObject({ name: 'UserLambdaValidationException' })
})

test('stageThrottle limits the sign-ins of all customers together', async () => {
  const context = { customers: 'acme,globex', throttle: { rate: 1, burst: 2 }, stageThrottle: { rate: 1, burst: 2 } }
  const startedAt = Date.now()
  const { send, olivia, run, calls } = await start({ assembly: await sharedAssembly(context), now: () => startedAt })
  const statuses: number[] = []
  for (const key of ['Acme', 'Globex', 'Globex']) {
    const headers = { Authorization: olivia, 'X-API-Key': run.apiKeys[key] ?? '' }
    statuses.push((await send({ headers })).status)
  }
  expect(statuses).toEqual([200, 200, 429])
  expect(calls.filter((operation) => operation === 'AdminInitiateAuth')).toHaveLength(2)
})

test('a resource server’s key mints no session, and costs no call to Cognito', async () => {
  const { send, olivia, run, calls } = await start()
  const headers = { Authorization: olivia, 'X-API-Key': run.resourceServerKeys.ResourceServer ?? '' }
  const { status, headers: answered } = await send({ headers })
  expect([status, answered.get('impersonation-error')]).toEqual([403, 'ApiKeyNotAllowed'])
  expect(calls).toEqual([])
})

describe.each(ways)('%s, if Cognito fails', (way) => {
  const throttled: Intercept = async () => {
    throw new CognitoError('TooManyRequestsException', 'Too many requests')
  }
  const once = (fault: Intercept): Intercept => {
    let left = 1
    return (operation, fields, go) => (left-- > 0 ? fault(operation, fields, go) : go())
  }
  const lost: Intercept = async (_operation, _fields, go) => {
    await go()
    throw new LostAnswer()
  }
  const broken: Intercept = async () => {
    throw new CognitoError('InternalErrorException', 'broken')
  }

  test('the endpoint retries a first call that was throttled once', async () => {
    const { answer } = await startAndImpersonate(way, 'alice', { intercept: at('AdminInitiateAuth', once(throttled)) })
    expect(answer.status).toBe(200)
  })
  test.each(['AdminInitiateAuth', 'AdminListGroupsForUser', 'AdminRespondToAuthChallenge'])(
    '%s always throttled: 429',
    async (operation) => {
      const { answer, found } = await startAndImpersonate(way, 'alice', { intercept: at(operation, throttled) })
      expect(answer.status).toBe(429)
      expect(answer.headers.get('retry-after')).toBe('1')
      expect(found).toMatchObject({ state: 'refused', code: 'TooManyRequests' })
    },
  )
  test.each(['AdminInitiateAuth', 'AdminListGroupsForUser', 'AdminRespondToAuthChallenge'])(
    '%s broken: 503',
    async (operation) => {
      const { answer, found } = await startAndImpersonate(way, 'alice', { intercept: at(operation, broken) })
      expect(answer).toMatchObject({ status: 503, body: { status: 'error' } })
      expect(found).toMatchObject({ state: 'refused', code: 'Unavailable' })
    },
  )
  test('the endpoint does not repeat a call whose response was lost, and the record stays issued', async () => {
    const { answer, found, calls, dynamoDB, outputs } = await startAndImpersonate(way, 'alice', {
      intercept: at('AdminRespondToAuthChallenge', lost),
    })
    expect(answer).toMatchObject({ status: 503, body: { status: 'error' } })
    expect(found).toMatchObject({ state: 'issued' })
    expect(calls.filter((call) => call === 'AdminRespondToAuthChallenge')).toHaveLength(1)
    expect((await dynamoDB.send(new ScanCommand({ TableName: outputs.RecordsTableName }))).Count).toBe(1)
  })
})

test('an impersonation makes four calls to Cognito, five with Basic, and two more with a ticket', async () => {
  const { calls, impersonate, prepare, redeem, olivia, basic } = await start()
  const good = ['AdminGetUser', 'AdminInitiateAuth', 'AdminListGroupsForUser', 'AdminRespondToAuthChallenge']
  await impersonate('alice', olivia)
  expect(calls.splice(0).sort()).toEqual(good)
  await impersonate('alice', basic('olivia'))
  expect(calls.splice(0).sort()).toEqual(['AdminInitiateAuth', ...good].sort())
  const { body } = await prepare('alice', olivia)
  expect(calls.splice(0).sort()).toEqual(['AdminGetUser', 'AdminListGroupsForUser'])
  await redeem(body.ticket)
  expect(calls.splice(0).sort()).toEqual(good)
})
