// Existing pools with their own triggers in the slots that impersonation needs: before, during and after attachment.

import { fileURLToPath } from 'node:url'
import {
  AdminInitiateAuthCommand,
  AdminUpdateUserAttributesCommand,
  CreateUserPoolClientCommand,
  type LambdaConfigType,
  RespondToAuthChallengeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt'
import type { Template } from '../infra/local/cloudformation/template.ts'
import { makeDemoPeople } from '../infra/local/demo/people.ts'
import { type Functions, startFunctions } from '../infra/local/lambda/functions.ts'
import { ownerFunction, permissionsOfCognito } from '../infra/local/lambda/owner-functions.ts'
import type { LocalRun } from '../infra/local/run.ts'
import type { NextTriggers } from '../lambda/next-triggers.ts'
import { sharedAssembly } from './support/assembly.ts'
import { existingPoolSettings, type OpenAccount, openAccount } from './support/existing-pool.ts'

const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`
const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const definitions = [
  ownerFunction({ arn: arnOf('own-triggers'), directory: folder('./support/own-triggers') }),
  ownerFunction({ arn: arnOf('passwordless'), directory: folder('./example/passwordless') }),
]

const tokens = (LambdaVersion: 'V1_0' | 'V2_0' | 'V3_0'): NextTriggers => ({
  PreTokenGenerationConfig: { LambdaVersion, LambdaArn: arnOf('own-triggers') },
})
const passwordless = {
  DefineAuthChallenge: arnOf('passwordless'),
  CreateAuthChallenge: arnOf('passwordless'),
  VerifyAuthChallengeResponse: arnOf('passwordless'),
}

const settings = {
  none: {},
  V1_0: tokens('V1_0'),
  V2_0: tokens('V2_0'),
  V3_0: tokens('V3_0'),
  passwordless,
  all: { ...passwordless, ...tokens('V2_0') },
}
type Name = keyof typeof settings

const assembly = await sharedAssembly({ ...existingPoolSettings, nextTriggers: settings.all })

/** Replaces the setting `all` in the synthesized template. */
function setNextTriggers(template: Template, name: Name) {
  const text = name === 'none' ? '' : JSON.stringify(settings[name])
  const replaced = JSON.stringify(template).replaceAll(
    JSON.stringify(JSON.stringify(settings.all)),
    JSON.stringify(text),
  )
  Object.assign(template, JSON.parse(replaced))
}

let account: OpenAccount
let owners: Functions
async function open() {
  account = await openAccount(assembly)
  owners = startFunctions({
    definitions,
    permissions: permissionsOfCognito(definitions),
    environment: {},
    log: () => {},
  })
  account.registerFunctions(
    definitions.map(({ arn }) => arn),
    owners,
  )
}
async function close() {
  await account.close()
  await owners.close()
}

const claimsOf = (token: unknown) => decomposeUnverifiedJwt(String(token)).payload as Record<string, unknown>

async function setUp(name: Name, slots: LambdaConfigType = settings[name]) {
  const { id, signIn } = await account.makePool({ LambdaConfig: slots })
  const deploy = ({ as = name, change, ...options }: Parameters<OpenAccount['deploy']>[1] & { as?: Name } = {}) =>
    account.deploy(id, {
      ...options,
      change(template) {
        setNextTriggers(template, as)
        change?.(template)
      },
    })
  /** Sets the nickname, which selects the behaviour of the owner's function. */
  const behave = (Username: string, nickname: string) =>
    account.owner.send(
      new AdminUpdateUserAttributesCommand({
        UserPoolId: id,
        Username,
        UserAttributes: [{ Name: 'nickname', Value: nickname }],
      }),
    )
  return { id, signIn, deploy, behave }
}

async function impersonate(run: LocalRun) {
  const { status, headers, body } = await account.use(run).impersonate('alice')
  const session = body.session as { authorization: string; accessToken: string } | undefined
  const record = await account.use(run).record(headers.get('impersonation-id'))
  return {
    status,
    record,
    id: session && claimsOf(session.authorization),
    access: session && claimsOf(session.accessToken),
  }
}

describe.each(['V1_0', 'V2_0', 'V3_0'] as const)('a pool whose own PreTokenGeneration is of %s', (version) => {
  type Phase = Awaited<ReturnType<typeof observe>>
  let [before, attached, deleted]: Phase[] = []
  let session: Awaited<ReturnType<typeof impersonate>>

  /** @returns the pool's settings, and the claims or the error of each kind of sign-in */
  async function observe({ id, signIn, behave }: Awaited<ReturnType<typeof setUp>>) {
    // Cognito removes an attribute whose value is empty.
    await behave('zoe', '')
    const claims = await signIn()
    const errors: Record<string, string> = {}
    for (const nickname of ['throws', 'text', 'no response', 'crashes']) {
      await behave('zoe', nickname)
      errors[nickname] = await signIn().then(String, ({ name, message }) => `${name}: ${message}`)
    }
    return { settings: (await account.look(id)).settings, claims, errors }
  }

  // One deployment: before it, with it, and after its stack is deleted.
  beforeAll(async () => {
    await open()
    const pool = await setUp(version)
    before = await observe(pool)
    const run = await pool.deploy()
    attached = await observe(pool)
    await makeDemoPeople(account.owner, pool.id)
    session = await impersonate(run)
    await run.destroy()
    deleted = await observe(pool)
  })
  afterAll(close)

  test('keeps its tokens, and adds its claims to impersonated sessions', () => {
    const { claims } = before as Phase
    expect(claims[0]).toHaveProperty('tenant_id', 'tenant-7')
    expect('tenant_id' in (claims[1] ?? {})).toBe(version !== 'V1_0')
    expect(attached?.claims).toEqual(claims)
    expect(session).toMatchObject({
      status: 200,
      id: { tenant_id: 'tenant-7', act: { sub: expect.any(String) }, impersonation_id: expect.any(String) },
      access: { act: { sub: expect.any(String) }, impersonation_id: expect.any(String) },
    })
    expect('tenant_id' in (session.access ?? {})).toBe(version !== 'V1_0')
    expect(deleted?.claims).toEqual(claims)
  })

  test('has its settings again after the stack is deleted', () => {
    expect(deleted?.settings).toEqual(before?.settings)
    expect(deleted?.settings.LambdaConfig).toMatchObject(settings[version])
  })

  test('returns the errors of its own trigger unchanged', () => {
    const exception = expect.stringContaining('Exception')
    expect(before?.errors).toEqual({
      throws: expect.stringContaining('zoe may not sign in today'),
      text: exception,
      'no response': exception,
      crashes: exception,
    })
    expect(attached?.errors).toEqual(before?.errors)
    expect(deleted?.errors).toEqual(before?.errors)
  })
})

describe('if the pool’s own PreTokenGeneration', () => {
  let pool: Awaited<ReturnType<typeof setUp>>
  let run: LocalRun
  // The tests share one deployment: each sets the behaviour first.
  beforeAll(async () => {
    await open()
    pool = await setUp('V2_0')
    run = await pool.deploy()
    await makeDemoPeople(account.owner, pool.id)
  })
  afterAll(close)

  test.each([
    ['throws', 422, 'SubjectRefused'],
    ['hangs', 503, 'NextTriggerFailed'],
    ['crashes', 503, 'NextTriggerFailed'],
    ['text', 503, 'NextTriggerFailed'],
    ['no response', 503, 'NextTriggerFailed'],
    ['a list of claims', 503, 'NextTriggerFailed'],
    ['joins admins', 403, 'SubjectProtected'],
  ])('does “%s”, the impersonation is refused with %s %s and gets no token', async (nickname, status, code) => {
    await pool.behave('alice', nickname)
    const refused = await impersonate(run)
    expect(refused).toMatchObject({ status, record: { state: 'refused', code } })
    expect(refused.id).toBeUndefined()
  })

  test('suppresses and forges our claims, the tokens have our claims and the owner’s', async () => {
    await pool.behave('alice', 'suppresses')
    const { status, record, id, access } = await impersonate(run)
    expect(status).toBe(200)
    for (const claims of [id, access]) {
      expect(claims).toMatchObject({
        act: { sub: record?.actorSub },
        impersonation_id: record?.id,
        tenant_id: 'tenant-7',
      })
    }
  })

  test('adds scopes, the tokens have them without the self-service scope', async () => {
    await pool.behave('alice', 'scopes')
    const { status, access } = await impersonate(run)
    expect([status, access?.scope]).toEqual([200, 'orders/read'])
  })

  test('overrides groups, the tokens have those groups', async () => {
    await pool.behave('alice', 'joins gold')
    const { id, access } = await impersonate(run)
    expect([id?.['cognito:groups'], access?.['cognito:groups']]).toEqual([['gold'], ['gold']])
  })
})

describe('a passwordless pool', () => {
  beforeEach(open)
  afterEach(close)

  async function signInByCode(UserPoolId: string, answers: string[]) {
    const { UserPoolClient } = await account.owner.send(
      new CreateUserPoolClientCommand({
        UserPoolId,
        ClientName: 'passwordless',
        ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      }),
    )
    const ClientId = UserPoolClient?.ClientId
    const started = await account.owner.send(
      new AdminInitiateAuthCommand({
        UserPoolId,
        ClientId,
        AuthFlow: 'CUSTOM_AUTH',
        AuthParameters: { USERNAME: 'zoe' },
      }),
    )
    let { Session } = started
    for (const ANSWER of answers) {
      const answered = await account.owner.send(
        new RespondToAuthChallengeCommand({
          ClientId,
          ChallengeName: 'CUSTOM_CHALLENGE',
          Session,
          ChallengeResponses: { USERNAME: 'zoe', ANSWER },
        }),
      )
      if (answered.AuthenticationResult) return claimsOf(answered.AuthenticationResult.IdToken)['cognito:username']
      Session = answered.Session
    }
    return started.ChallengeParameters
  }

  test.each(['passwordless', 'all'] as const)(
    'signs in by code as before, and by grant only for impersonation: %s',
    async (name) => {
      const { id, deploy } = await setUp(name)
      const before = await account.look(id)
      const steps = async () => [
        await signInByCode(id, []),
        await signInByCode(id, ['000000', '424242']),
        await signInByCode(id, ['1', '2', '3']).catch((error) => error.name),
      ]
      const results = await steps()
      expect(results).toEqual([{ sentTo: 'e-mail', USERNAME: 'zoe' }, 'zoe', 'NotAuthorizedException'])

      const run = await deploy()
      expect(await steps()).toEqual(results)
      await makeDemoPeople(account.owner, id)
      expect(await impersonate(run)).toMatchObject({ status: 200, id: { act: { sub: expect.any(String) } } })

      await run.destroy()
      expect((await account.look(id)).settings).toEqual(before.settings)
      expect(await steps()).toEqual(results)
    },
  )
})

describe('a deployment', () => {
  beforeEach(open)
  afterEach(close)

  test('without nextTriggers is refused, and the pool still runs our triggers and the owner’s', async () => {
    const { id, signIn, deploy } = await setUp('V2_0')
    const first = await deploy()
    const claims = await signIn()
    const before = await account.look(id)
    const forgetful = deploy({ as: 'none', previous: first, stamp: 'second' })
    await expect(forgetful).rejects.toThrow('nextTriggers no longer names')
    expect(await account.look(id)).toEqual(before)
    expect(await signIn()).toEqual(claims)
  })

  test('may add a function to nextTriggers if the pool runs it', async () => {
    const { id, deploy } = await setUp('passwordless', { ...passwordless, ...tokens('V2_0') })
    await expect(deploy()).rejects.toThrow(
      `PreTokenGenerationConfig runs ${arnOf('own-triggers')} (V2_0). Nothing was changed. To have impersonation run them, deploy with -c 'nextTriggers=`,
    )
    const before = await account.look(id)
    const run = await deploy({ as: 'all' })
    await run.destroy()
    expect((await account.look(id)).settings).toEqual(before.settings)
  })

  test('that fails after attaching puts the owner’s triggers back', async () => {
    const { id, signIn, deploy } = await setUp('V1_0')
    const before = await account.look(id)
    const claims = await signIn()
    const failing = deploy({
      change({ Resources }) {
        const [logicalId = '', triggers] =
          Object.entries(Resources).find(([, { Type }]) => Type === 'Custom::UserPoolTriggers') ?? []
        const ServiceToken = triggers?.Properties?.ServiceToken
        Resources.Late = { Type: 'Custom::Late', DependsOn: logicalId, Properties: { ServiceToken } }
      },
    })
    await expect(failing).rejects.toThrow('Late')
    expect(await account.look(id)).toEqual(before)
    expect(await signIn()).toEqual(claims)
  })
})
