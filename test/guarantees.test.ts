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
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { CognitoError, LostAnswer } from '../infra/local/cognito/server.ts'
import { addPeople } from '../infra/local/people/add-people.ts'
import type { LocalRunOptions } from '../infra/local/run.ts'
import { claimsOf } from './acceptance/client.ts'
import type { Person } from './acceptance/people.ts'
import { sharedAssembly } from './support/assembly.ts'
import { change, type Intercept, startDeployment } from './support/deployment.ts'
import { type Way, ways } from './support/ways.ts'

const assembly = await sharedAssembly()

type Deployment = Awaited<ReturnType<typeof startDeployment>>

/** The deployment of one test. */
let current: Deployment | undefined
afterEach(async () => {
  await current?.close()
  current = undefined
})
async function start(options: LocalRunOptions = {}) {
  current = await startDeployment({ assembly, ...options })
  return current
}

/** @returns the deployment that the tests of a `describe` share. Each test starts with empty `calls` and no fault. */
function share(options: LocalRunOptions = {}) {
  let shared: Deployment
  let fault: Intercept | undefined
  beforeAll(async () => {
    const intercept: Intercept = (operation, fields, go) => (fault ? fault(operation, fields, go) : go())
    shared = await startDeployment({ assembly, intercept, ...options })
  })
  beforeEach(() => {
    fault = undefined
    shared.calls.length = 0
  })
  afterAll(() => shared.close())
  return {
    deployment: () => shared,
    async impersonate(way: Way, username: string, intercept?: Intercept) {
      fault = intercept
      const answer = await shared.impersonateBy(way, username, shared.olivia)
      return { ...shared, answer, found: await shared.record(answer.headers.get('impersonation-id')) }
    },
  }
}

const isTriggers = ({ Handler }: { Handler?: string }) => Handler === 'triggers.handler'
const at =
  (operation: string, fault: Intercept): Intercept =>
  (called, fields, go) =>
    called === operation ? fault(called, fields, go) : go()

const retryAtOnce = change('AWS::Lambda::Function', ({ Handler, Environment }) => {
  if (Handler !== 'endpoint.handler') return
  Environment.Variables.NODE_OPTIONS = `--import ${new URL('./support/no-jitter.js', import.meta.url)}`
})
const unchanged = share({ change: retryAtOnce })

describe.each<[string, Parameters<Deployment['editPool']>[0]]>([
  [
    'from a pool without our PreTokenGeneration',
    ({ LambdaConfig = {} }) => delete LambdaConfig.PreTokenGenerationConfig,
  ],
  [
    'from a pool with PreTokenGeneration V1_0',
    ({ LambdaConfig }) => Object.assign(LambdaConfig?.PreTokenGenerationConfig ?? {}, { LambdaVersion: 'V1_0' }),
  ],
  [
    'from a pool whose plan has no access token claims',
    (pool) => {
      pool.UserPoolTier = 'LITE'
    },
  ],
  [
    'an ID token that lives too long',
    (_, client) => Object.assign(client, { IdTokenValidity: 120, RefreshTokenValidity: 120 }),
  ],
  [
    'an access token that lives too long',
    (_, client) => Object.assign(client, { AccessTokenValidity: 120, RefreshTokenValidity: 120 }),
  ],
])('the endpoint drops, revokes and records unfit tokens: %s,', (_, edit) => {
  let restore = () => {}
  beforeEach(() => {
    restore = unchanged.deployment().editPool(edit)
  })
  afterEach(() => restore())

  test.each(ways)('%s', async (way) => {
    const { answer, found, calls } = await unchanged.impersonate(way, 'alice')
    expect(answer).toMatchObject({ status: 500, body: { status: 'error' } })
    expect(JSON.stringify(answer.body)).not.toContain('eyJ')
    expect(found).toMatchObject({ state: 'discarded', code: 'TokensUnfit' })
    expect(calls.filter((call) => call === 'RevokeToken')).toHaveLength(1)
  })
})

const useMissingTable = (handler: string) =>
  change('AWS::Lambda::Function', ({ Handler, Environment }) => {
    if (Handler === handler) Environment.Variables.RECORDS_TABLE_NAME = 'no-such-table'
  })
async function expectOrdinarySignIn({ signIn }: Deployment) {
  const { AccessToken } = await signIn('alice', undefined, { impersonationId: 'forged' })
  expect(claimsOf(AccessToken)).toMatchObject({ username: 'alice', scope: 'aws.cognito.signin.user.admin' })
  expect(claimsOf(AccessToken)).not.toHaveProperty('act')
}

describe('if the endpoint cannot write the record,', () => {
  const { impersonate } = share({ change: useMissingTable('endpoint.handler') })
  test.each(ways)('it does not ask Cognito for tokens, %s', async (way) => {
    const { answer, calls } = await impersonate(way, 'alice')
    expect(answer).toMatchObject({ status: 503, body: { status: 'error' } })
    expect(answer.headers.get('impersonation-id')).toBeNull()
    expect(calls).not.toContain('AdminRespondToAuthChallenge')
  })
})

describe('if the triggers cannot reach the record,', () => {
  const { impersonate, deployment } = share({ change: useMissingTable('triggers.handler') })
  test.each(ways)('Cognito issues no tokens, %s', async (way) => {
    const { answer, found } = await impersonate(way, 'alice')
    expect(answer).toMatchObject({ status: 503, body: { status: 'error' } })
    expect(found).toMatchObject({ state: 'refused' })
  })
  test('ordinary sign-ins are untouched', () => expectOrdinarySignIn(deployment()))
})

test('ordinary sign-ins are untouched if the triggers have no settings', async () => {
  const edit = change('AWS::Lambda::Function', (fn) => {
    if (isTriggers(fn)) delete fn.Environment
  })
  await expectOrdinarySignIn(await start({ change: edit }))
})

describe('a withdrawn right is gone at the next call, although the actor’s token is valid:', () => {
  type Actor = { UserPoolId: string; Username: string }
  const groups = ['impersonators']

  test.each<[string, (cognito: Deployment['cognito'], actor: Actor) => Promise<unknown>]>([
    ['an actor who is disabled', (cognito, actor) => cognito.send(new AdminDisableUserCommand(actor))],
    [
      'an actor whose password was reset',
      async (cognito, actor) => {
        const UserAttributes = [
          { Name: 'email', Value: 'actor@example.com' },
          { Name: 'email_verified', Value: 'true' },
        ]
        await cognito.send(new AdminUpdateUserAttributesCommand({ ...actor, UserAttributes }))
        await cognito.send(new AdminResetUserPasswordCommand(actor))
      },
    ],
    ['an actor who is deleted', (cognito, actor) => cognito.send(new AdminDeleteUserCommand(actor))],
    [
      'an actor whose username now belongs to another actor',
      async (cognito, actor) => {
        await cognito.send(new AdminDeleteUserCommand(actor))
        await cognito.send(new AdminCreateUserCommand({ ...actor, MessageAction: 'SUPPRESS' }))
        for (const GroupName of groups) await cognito.send(new AdminAddUserToGroupCommand({ ...actor, GroupName }))
      },
    ],
  ])('%s', async (name, withdraw) => {
    const { pool, outputs, cognito, signIn, prepare, redeem, impersonate, record, calls } = unchanged.deployment()
    const { UserPoolId } = outputs
    const actor = { username: name.replaceAll(' ', '-'), password: 'Actor-Local-1!' }
    addPeople(pool, [{ ...actor, groups }], { now: Date.now(), report: () => {} })
    const { IdToken } = await signIn(actor.username as Person, actor.password)
    const { body } = await prepare('alice', IdToken)
    await withdraw(cognito, { UserPoolId, Username: actor.username })
    const answers = [await redeem(body.ticket), await impersonate('alice', IdToken), await prepare('alice', IdToken)]
    for (const { status, headers } of answers) {
      expect([status, headers.get('impersonation-error')]).toEqual([403, 'ActorNotAllowed'])
      expect(await record(headers.get('impersonation-id'))).toMatchObject({ state: 'refused' })
    }
    expect(calls).not.toContain('AdminRespondToAuthChallenge')
  })
})

describe('an actor cannot act as themselves, even if no group protects them,', () => {
  const { impersonate } = share({
    change: change('AWS::Lambda::Function', (fn) => {
      if (isTriggers(fn)) fn.Environment.Variables.PROTECTED_GROUPS = '["admins"]'
    }),
  })
  test.each(ways)('%s', async (way) => {
    const { answer, found } = await impersonate(way, 'olivia')
    expect(answer.status).toBe(403)
    expect(found).toMatchObject({ state: 'refused', code: 'SubjectIsActor' })
  })
})

test.each(ways)('%s, a refresh token brings no tokens, although Cognito allows the flow', async (way) => {
  let refreshToken = ''
  const keep: Intercept = async (_operation, _fields, go) => {
    const answer = await go()
    refreshToken = (answer as { AuthenticationResult: { RefreshToken: string } }).AuthenticationResult.RefreshToken
    return answer
  }
  const { cognito, outputs, answer } = await unchanged.impersonate(
    way,
    'alice',
    at('AdminRespondToAuthChallenge', keep),
  )
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
  const { send, olivia, run, calls } = unchanged.deployment()
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
  const countRecords = async () => {
    const { dynamoDB, outputs } = unchanged.deployment()
    return (await dynamoDB.send(new ScanCommand({ TableName: outputs.RecordsTableName }))).Count ?? 0
  }

  test('the endpoint retries a first call that was throttled once', async () => {
    const { answer } = await unchanged.impersonate(way, 'alice', at('AdminInitiateAuth', once(throttled)))
    expect(answer.status).toBe(200)
  })
  test.each(['AdminInitiateAuth', 'AdminListGroupsForUser', 'AdminRespondToAuthChallenge'])(
    '%s always throttled: 429',
    async (operation) => {
      const { answer, found } = await unchanged.impersonate(way, 'alice', at(operation, throttled))
      expect(answer.status).toBe(429)
      expect(answer.headers.get('retry-after')).toBe('1')
      expect(found).toMatchObject({ state: 'refused', code: 'TooManyRequests' })
    },
  )
  test.each(['AdminInitiateAuth', 'AdminListGroupsForUser', 'AdminRespondToAuthChallenge'])(
    '%s broken: 503',
    async (operation) => {
      const { answer, found } = await unchanged.impersonate(way, 'alice', at(operation, broken))
      expect(answer).toMatchObject({ status: 503, body: { status: 'error' } })
      expect(found).toMatchObject({ state: 'refused', code: 'Unavailable' })
    },
  )
  test('the endpoint does not repeat a call whose response was lost, and the record stays issued', async () => {
    const before = await countRecords()
    const { answer, found, calls } = await unchanged.impersonate(way, 'alice', at('AdminRespondToAuthChallenge', lost))
    expect(answer).toMatchObject({ status: 503, body: { status: 'error' } })
    expect(found).toMatchObject({ state: 'issued' })
    expect(calls.filter((call) => call === 'AdminRespondToAuthChallenge')).toHaveLength(1)
    expect(await countRecords()).toBe(before + 1)
  })
})

test('an impersonation makes four calls to Cognito, five with Basic, and two more with a ticket', async () => {
  // A deployment of its own: the first call starts the functions.
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
