// The guarantees where a deployment has gone wrong, or Cognito misbehaves: each on a local run made so.

import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  DescribeUserPoolClientCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { synthesizeInto } from '../infra/local/cloudformation/assembly.ts'
import { CognitoError, LostAnswer } from '../infra/local/cognito/server.ts'
import type { LocalRunOptions } from '../infra/local/run.ts'
import { claimsOf } from './acceptance/client.ts'
import { change, type Intercept, startDeployment } from './support/deployment.ts'

const assembly = mkdtempSync(join(tmpdir(), 'guarantees-'))
beforeAll(() => synthesizeInto(assembly))
afterAll(() => rmSync(assembly, { recursive: true, force: true }))

let deployment: Awaited<ReturnType<typeof startDeployment>> | undefined
afterEach(() => deployment?.close())

async function start(options: LocalRunOptions = {}) {
  deployment = await startDeployment({ assembly, ...options })
  return deployment
}
async function act(username: string, options: LocalRunOptions) {
  const d = await start(options)
  const answer = await d.impersonate(username, d.olivia)
  return { ...d, answer, found: await d.record(answer.headers.get('impersonation-id')) }
}
const isTriggers = ({ Handler }: { Handler?: string }) => Handler === 'triggers.handler'
const at =
  (operation: string, fault: Intercept): Intercept =>
  (called, fields, go) =>
    called === operation ? fault(called, fields, go) : go()

describe('tokens that are not what was asked for are dropped, revoked and on record', () => {
  const isOurs = ({ GenerateSecret }: { GenerateSecret?: boolean }) => GenerateSecret === true
  test.each<[string, NonNullable<LocalRunOptions['change']>]>([
    [
      'PreTokenGeneration detached',
      change('AWS::Cognito::UserPool', ({ LambdaConfig }) => delete LambdaConfig.PreTokenGenerationConfig),
    ],
    [
      'PreTokenGeneration at V1',
      change('AWS::Cognito::UserPool', ({ LambdaConfig }) => {
        LambdaConfig.PreTokenGenerationConfig.LambdaVersion = 'V1_0'
      }),
    ],
    [
      'a plan without access-token claims',
      change('AWS::Cognito::UserPool', (pool) => {
        pool.UserPoolTier = 'LITE'
      }),
    ],
    [
      'an ID token that lives too long',
      change('AWS::Cognito::UserPoolClient', (client) => {
        if (isOurs(client)) client.IdTokenValidity = 120
      }),
    ],
    [
      'an access token that lives too long',
      change('AWS::Cognito::UserPoolClient', (client) => {
        if (isOurs(client)) client.AccessTokenValidity = 120
      }),
    ],
  ])('%s', async (_, edit) => {
    const { answer, found, calls } = await act('alice', { change: edit })
    expect(answer).toMatchObject({ status: 500, body: { status: 'error' } })
    expect(JSON.stringify(answer.body)).not.toContain('eyJ')
    expect(found).toMatchObject({ state: 'discarded', code: 'TokensUnfit' })
    expect(calls.filter((call) => call === 'RevokeToken')).toHaveLength(1)
  })
})

describe('no token without a record', () => {
  const elsewhere = (handler: string) =>
    change('AWS::Lambda::Function', ({ Handler, Environment }) => {
      if (Handler === handler) Environment.Variables.RECORDS_TABLE_NAME = 'no-such-table'
    })
  test('where the endpoint can’t write it, Cognito is not asked to issue', async () => {
    const { answer, calls } = await act('alice', { change: elsewhere('endpoint.handler') })
    expect(answer).toMatchObject({ status: 503, body: { status: 'error' } })
    expect(answer.headers.get('impersonation-id')).toBeNull()
    expect(calls).not.toContain('AdminRespondToAuthChallenge')
  })
  test('where the triggers can’t reach it, Cognito issues none', async () => {
    const { answer, found } = await act('alice', { change: elsewhere('triggers.handler') })
    expect(answer).toMatchObject({ status: 503, body: { status: 'error' } })
    expect(found).toMatchObject({ state: 'refused' })
  })
})

describe('ordinary sign-ins are untouched', () => {
  test.each<[string, NonNullable<LocalRunOptions['change']>]>([
    [
      'by triggers without any setting',
      change('AWS::Lambda::Function', (fn) => {
        if (isTriggers(fn)) delete fn.Environment
      }),
    ],
    [
      'by a table that is gone',
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

describe('a right is gone at the next call, though the actor’s token still says that it is there:', () => {
  type Cognito = Awaited<ReturnType<typeof startDeployment>>['cognito']
  const olivia = (UserPoolId: string) => ({ UserPoolId, Username: 'olivia' })
  test.each<[string, (cognito: Cognito, pool: string) => Promise<unknown>]>([
    ['an actor who is disabled', (cognito, pool) => cognito.send(new AdminDisableUserCommand(olivia(pool)))],
    ['an actor who is deleted', (cognito, pool) => cognito.send(new AdminDeleteUserCommand(olivia(pool)))],
    [
      'an actor whose name is another’s now, who may impersonate',
      async (cognito, pool) => {
        await cognito.send(new AdminDeleteUserCommand(olivia(pool)))
        await cognito.send(new AdminCreateUserCommand({ ...olivia(pool), MessageAction: 'SUPPRESS' }))
        await cognito.send(new AdminAddUserToGroupCommand({ ...olivia(pool), GroupName: 'impersonators' }))
      },
    ],
  ])('%s', async (_, withdraw) => {
    const d = await start()
    await withdraw(d.cognito, d.outputs.UserPoolId)
    const answer = await d.impersonate('alice', d.olivia)
    expect(answer.status).toBe(403)
    expect(d.calls).not.toContain('AdminRespondToAuthChallenge')
  })
})

test('an actor whom no group protects may not act as themselves all the same', async () => {
  const edit = change('AWS::Lambda::Function', (fn) => {
    if (isTriggers(fn)) fn.Environment.Variables.PROTECTED_GROUPS = '["admins"]'
  })
  const { answer, found } = await act('olivia', { change: edit })
  expect(answer.status).toBe(403)
  expect(found).toMatchObject({ state: 'refused', code: 'SubjectIsActor' })
})

test('a refresh token of the impersonation client is of no use, even where its flow is open', async () => {
  let refreshToken = ''
  const keep: Intercept = async (_operation, _fields, go) => {
    const answer = await go()
    refreshToken = (answer as { AuthenticationResult: { RefreshToken: string } }).AuthenticationResult.RefreshToken
    return answer
  }
  const edit = change('AWS::Cognito::UserPoolClient', (client) => {
    if (client.GenerateSecret) client.ExplicitAuthFlows.push('ALLOW_REFRESH_TOKEN_AUTH')
  })
  const { cognito, outputs, answer } = await act('alice', {
    change: edit,
    intercept: at('AdminRespondToAuthChallenge', keep),
  })
  expect(answer.status).toBe(200)
  const { UserPoolId, ImpersonationClientId: ClientId } = outputs
  const { UserPoolClient } = await cognito.send(new DescribeUserPoolClientCommand({ UserPoolId, ClientId }))
  const SECRET_HASH = createHmac('sha256', UserPoolClient?.ClientSecret ?? '')
    .update(`alice${ClientId}`)
    .digest('base64')
  const refresh = new InitiateAuthCommand({
    ClientId,
    AuthFlow: 'REFRESH_TOKEN_AUTH',
    AuthParameters: { REFRESH_TOKEN: refreshToken, SECRET_HASH },
  })
  await expect(cognito.send(refresh)).rejects.toMatchObject({ name: 'UserLambdaValidationException' })
})

describe('when Cognito misbehaves', () => {
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

  test('a first call that is throttled once is sent again', async () => {
    const { answer } = await act('alice', { intercept: at('AdminInitiateAuth', once(throttled)) })
    expect(answer.status).toBe(200)
  })
  test.each(['AdminInitiateAuth', 'AdminListGroupsForUser', 'AdminRespondToAuthChallenge'])(
    '%s throttled for good is 429',
    async (operation) => {
      const { answer, found } = await act('alice', { intercept: at(operation, throttled) })
      expect(answer.status).toBe(429)
      expect(answer.headers.get('retry-after')).toBe('1')
      expect(found).toMatchObject({ state: 'refused', code: 'TooManyRequests' })
    },
  )
  test.each(['AdminInitiateAuth', 'AdminListGroupsForUser', 'AdminRespondToAuthChallenge'])(
    '%s broken is 503',
    async (operation) => {
      const { answer, found } = await act('alice', { intercept: at(operation, broken) })
      expect(answer).toMatchObject({ status: 503, body: { status: 'error' } })
      expect(found).toMatchObject({ state: 'refused', code: 'Unavailable' })
    },
  )
  test('an answer that is lost is not asked for again, and its record stays issued', async () => {
    const { answer, found, calls, dynamoDB, outputs } = await act('alice', {
      intercept: at('AdminRespondToAuthChallenge', lost),
    })
    expect(answer).toMatchObject({ status: 503, body: { status: 'error' } })
    expect(found).toMatchObject({ state: 'issued' })
    expect(calls.filter((call) => call === 'AdminRespondToAuthChallenge')).toHaveLength(1)
    expect((await dynamoDB.send(new ScanCommand({ TableName: outputs.RecordsTableName }))).Count).toBe(1)
  })
})

test('an impersonation takes two Cognito calls in a row and two beside, an ordinary sign-in no call of ours', async () => {
  const { calls, impersonate, olivia, basic } = await start()
  const good = ['AdminGetUser', 'AdminInitiateAuth', 'AdminListGroupsForUser', 'AdminRespondToAuthChallenge']
  await impersonate('alice', olivia)
  expect(calls.splice(0).sort()).toEqual(good)
  await impersonate('alice', basic('olivia'))
  expect(calls.splice(0).sort()).toEqual(['AdminInitiateAuth', ...good].sort())
})
