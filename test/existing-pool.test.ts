// Deployments to an existing pool: changes, refusals, and the pool after the stack is deleted.

import {
  DeleteUserPoolCommand,
  type LambdaConfigType,
  SetUserPoolSessionConfigurationCommand,
  UpdateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt'
import type { Template } from '../infra/local/cloudformation/template.ts'
import { CognitoError, LostAnswer } from '../infra/local/cognito/server.ts'
import { makeDemoPeople } from '../infra/local/demo/people.ts'
import type { LocalRun } from '../infra/local/run.ts'
import { sharedAssembly } from './support/assembly.ts'
import { change, type Intercept } from './support/deployment.ts'
import { existingPoolSettings, type OpenAccount, openAccount } from './support/existing-pool.ts'
import { type createFullUserPool, everySetting, smsRoleArn } from './support/full-user-pool.ts'

const assembly = await sharedAssembly(existingPoolSettings)

let account: OpenAccount
const open = async () => {
  account = await openAccount(assembly)
}
const close = () => account.close()

const arnOf = (name: string | undefined) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`
const ourTriggers = ({ outputs }: LocalRun) => triggersWith(arnOf(outputs.TriggersFunctionName))
const triggersWith = (arn: string) => ({
  DefineAuthChallenge: arn,
  CreateAuthChallenge: arn,
  VerifyAuthChallengeResponse: arn,
  PreTokenGeneration: arn,
  PreTokenGenerationConfig: { LambdaArn: arn, LambdaVersion: 'V2_0' as const },
})
type PoolState = Awaited<ReturnType<OpenAccount['look']>>
const withTriggers = ({ settings }: PoolState, triggers: LambdaConfigType) => ({
  ...settings,
  LambdaConfig: { ...settings.LambdaConfig, ...triggers },
})

const ownersFunction = arnOf('owners-function')
const setTriggers = (UserPoolId: string, LambdaConfig: LambdaConfigType) => {
  const { PoolName: _, ...settings } = everySetting
  return account.owner.send(new UpdateUserPoolCommand({ UserPoolId, ...settings, LambdaConfig }))
}

/** Renames the trigger function, so that the deployment replaces it. */
function renameTriggers({ Resources }: Template) {
  const triggers = Object.values(Resources).find(({ Properties }) => Properties?.Handler === 'triggers.handler')
  Object.assign(triggers?.Properties ?? {}, { FunctionName: 'renamed' })
}

/** The stack as it is without the setting smsRoleArn. */
function withoutSmsRole(template: Template) {
  withoutPassRole(template)
  Object.assign(
    template,
    JSON.parse(JSON.stringify(template).replace(`"SMS_ROLE_ARN":"${smsRoleArn}"`, '"SMS_ROLE_ARN":""')),
  )
}

/** The role may be passed to another service only. */
function withoutPassRole(template: Template) {
  const passed = '"iam:PassedToService":"cognito-idp.amazonaws.com"'
  Object.assign(
    template,
    JSON.parse(JSON.stringify(template).replace(passed, '"iam:PassedToService":"sns.amazonaws.com"')),
  )
}

/** The function that attaches the triggers logs its pauses, and waits for a hundredth of each. */
const shortenPauses = change('AWS::Lambda::Function', ({ Handler, Environment }) => {
  if (Handler !== 'attach-triggers.handler') return
  Environment.Variables.NODE_OPTIONS = `--import ${new URL('./support/short-pauses.js', import.meta.url)}`
})

/** The pauses that `shortenPauses` logged. */
const pauses = () =>
  account.log
    .flatMap((entry) => (entry.source === 'function' ? [entry.line.message] : []))
    .flatMap((message) => (message as { pause?: number }).pause ?? [])

/** Spells the protected group `admins` in another way. */
function renameGroup(template: Template, name: string) {
  const text = JSON.stringify(template)
  Object.assign(template, JSON.parse(text.replace(/(?<=")admins(?=\\?")/g, name)))
}

/** Changes the template like attachTriggers=false. */
function detachTriggers({ Resources }: Template) {
  for (const [logicalId, { Type }] of Object.entries(Resources)) {
    if (Type === 'Custom::UserPoolTriggers') delete Resources[logicalId]
  }
}

/** Adds a resource that fails after the triggers are attached. */
function failAfterAttaching({ Resources }: Template) {
  const [logicalId = '', triggers] =
    Object.entries(Resources).find(([, { Type }]) => Type === 'Custom::UserPoolTriggers') ?? []
  const ServiceToken = triggers?.Properties?.ServiceToken
  Resources.Late = { Type: 'Custom::Late', DependsOn: logicalId, Properties: { ServiceToken } }
}

describe('a pool with every setting', () => {
  beforeEach(open)
  afterEach(close)

  test('changes only in its triggers: at the first deployment, the next, and two that replace the function', async () => {
    const { id, signIn } = await account.makePool()
    const before = await account.look(id)
    const claims = await signIn()

    const first = await account.deploy(id)
    const { ImpersonationClientId = '', ActorClientId = '' } = first.outputs
    const attached = await account.look(id)
    expect(attached.settings).toEqual(withTriggers(before, ourTriggers(first)))
    expect(attached.groups).toEqual([
      ...before.groups,
      { GroupName: 'impersonators', Description: expect.stringMatching(/^Made for impersonation by /) },
      { GroupName: 'impersonation-auditors', Description: expect.stringMatching(/^Made for impersonation by /) },
    ])
    expect(attached.clients).toEqual(new Set([...before.clients, ImpersonationClientId, ActorClientId]))
    expect(await signIn()).toEqual(claims)

    await account.deploy(id, { previous: first, stamp: 'second' })
    expect(await account.look(id)).toEqual(attached)
    // CloudFormation repeats a Create if it got no response.
    const again = await account.deploy(id)
    expect(await account.look(id)).toEqual(attached)

    const renaming = account.deploy(id, { previous: again, stamp: 'third', change: renameTriggers })
    await expect(renaming).rejects.toThrow('First deploy with attachTriggers=false, then without it.')
    expect(await account.look(id)).toEqual(attached)
    const detached = await account.deploy(id, { previous: again, stamp: 'fourth', change: detachTriggers })
    expect((await account.look(id)).settings).toEqual(before.settings)
    const third = await account.deploy(id, { previous: detached, stamp: 'fifth', change: renameTriggers })
    expect((await account.look(id)).settings).toEqual(withTriggers(before, triggersWith(arnOf('renamed'))))
    expect(await signIn()).toEqual(claims)

    await third.destroy()
    expect(await account.look(id)).toEqual(before)
    expect(await signIn()).toEqual(claims)
  })
})

describe('a deployment is refused, and the pool stays unchanged:', () => {
  beforeEach(open)
  afterEach(close)

  type Changes = Parameters<typeof createFullUserPool>[1]
  const addUnknownSettings: Intercept = async (operation, _, go) => {
    const answer = (await go()) as { UserPool: Record<string, object> }
    if (operation !== 'DescribeUserPool') return answer
    const { Policies, ...settings } = answer.UserPool
    return { UserPool: { ...settings, FutureSetting: { On: true }, Policies: { ...Policies, FuturePolicy: {} } } }
  }
  const rejectUpdates: Intercept = (operation, _, go) => {
    if (operation === 'UpdateUserPool') throw new CognitoError('InvalidParameterException', 'SMS role is not valid')
    return go()
  }

  test.each<[string, Changes, Intercept | undefined, string | RegExp]>([
    [
      'the owner’s functions in our slots',
      { LambdaConfig: { DefineAuthChallenge: ownersFunction, PreTokenGeneration: ownersFunction } },
      undefined,
      new RegExp(`DefineAuthChallenge runs ${ownersFunction};.* PreTokenGenerationConfig runs ${ownersFunction}`),
    ],
    [
      'a pool that requires an attribute besides those of requiredAttributes',
      { Schema: ['email', 'name'].map((Name) => ({ Name, Required: true })) },
      undefined,
      'Invalid write attributes specified while creating a client',
    ],
    ['a Lite pool', { UserPoolTier: 'LITE', UserPoolAddOns: undefined }, undefined, 'feature plan is LITE'],
    [
      'unknown settings',
      {},
      addUnknownSettings,
      /settings that this version does not know.*: (?=.*FutureSetting)(?=.*Policies\.FuturePolicy)/,
    ],
    [
      'settings that Cognito rejects',
      {},
      rejectUpdates,
      /Cognito rejects the user pool's present settings.*SMS role is not valid/,
    ],
  ])('%s', async (_, changes, intercept, message) => {
    const { id } = await account.makePool(changes)
    const before = await account.look(id)
    account.intercept(intercept)
    await expect(account.deploy(id)).rejects.toThrow(message)
    account.intercept(undefined)
    expect(await account.look(id)).toEqual(before)
  })

  test('a role for text messages that nobody may pass: at once, and the message shows the setting', async () => {
    const { id } = await account.makePool()
    const before = await account.look(id)
    const deploying = account.deploy(id, {
      change(template) {
        withoutSmsRole(template)
        shortenPauses(template)
      },
    })
    await expect(deploying).rejects.toThrow(`Deploy with -c smsRoleArn=${smsRoleArn}`)
    expect(await account.look(id)).toEqual(before)
    expect(pauses()).toEqual([])
  })

  test('a role for text messages that the stack names and its function may not pass, after six more tries', async () => {
    const { id } = await account.makePool()
    const before = await account.look(id)
    const deploying = account.deploy(id, {
      change(template) {
        withoutPassRole(template)
        shortenPauses(template)
      },
    })
    await expect(deploying).rejects.toThrow(/AccessDeniedException.*iam:PassRole/)
    expect(await account.look(id)).toEqual(before)
    expect(pauses()).toEqual([100, 500, 1_000, 2_000, 4_000, 8_000])
  })

  test('a protected group that the pool does not have, such as one in other capitals', async () => {
    const { id } = await account.makePool()
    const before = await account.look(id)
    const deploying = account.deploy(id, { change: (template) => renameGroup(template, 'Admins') })
    await expect(deploying).rejects.toThrow(/no group Admins.*The pool's groups: admins/)
    expect(await account.look(id)).toEqual(before)
  })

  test('the owner’s function in one of our slots, where it stays after the stack is deleted', async () => {
    const { id } = await account.makePool()
    const first = await account.deploy(id)
    await setTriggers(id, { ...everySetting.LambdaConfig, ...ourTriggers(first), DefineAuthChallenge: ownersFunction })
    const before = await account.look(id)
    const second = account.deploy(id, { previous: first, stamp: 'second' })
    await expect(second).rejects.toThrow(`DefineAuthChallenge runs ${ownersFunction}`)
    expect(await account.look(id)).toEqual(before)
    await first.destroy()
    const { settings } = await account.look(id)
    expect(settings.LambdaConfig).toEqual({ ...everySetting.LambdaConfig, DefineAuthChallenge: ownersFunction })
  })
})

describe('a deployment', () => {
  beforeEach(open)
  afterEach(close)

  test('detaches the triggers if a later resource fails', async () => {
    const { id, signIn } = await account.makePool()
    const before = await account.look(id)
    const claims = await signIn()
    await expect(account.deploy(id, { change: failAfterAttaching })).rejects.toThrow(
      'Late (Custom::Late) was not created',
    )
    expect(await account.look(id)).toEqual(before)
    expect(await signIn()).toEqual(claims)
  })

  test('warns of a limit on the sessions of a user, with the number', async () => {
    const { id } = await account.makePool()
    const limit = { UserSessionTracking: 'ENABLED' as const, TokenSession: { MaxPerUser: 2 } }
    await account.owner.send(new SetUserPoolSessionConfigurationCommand({ UserPoolId: id, ...limit }))
    await account.deploy(id)
    expect(JSON.stringify(account.log)).toMatch(/"sessions-are-limited","UserPoolId":"[^"]+","MaxPerUser":2/)
  })

  test('keeps a change that others make at the same time', async () => {
    const { id } = await account.makePool()
    const before = await account.look(id)
    let updates = 0
    account.intercept((operation, _, go) => {
      if (operation !== 'UpdateUserPool' || ++updates > 1) return go()
      Object.assign(account.cognito.pools.get(id)?.properties ?? {}, { SmsAuthenticationMessage: 'Anew: {####}' })
      throw new CognitoError('ConcurrentModificationException', 'Only one request at a time')
    })
    const run = await account.deploy(id)
    expect(updates).toBe(2)
    expect((await account.look(id)).settings).toEqual({
      ...withTriggers(before, ourTriggers(run)),
      SmsAuthenticationMessage: 'Anew: {####}',
    })
  })

  test('attaches the triggers even if the response to UpdateUserPool is lost', async () => {
    const { id } = await account.makePool()
    const before = await account.look(id)
    let updates = 0
    account.intercept(async (operation, _, go) => {
      const answer = await go()
      if (operation === 'UpdateUserPool' && ++updates === 1) throw new LostAnswer()
      return answer
    })
    const run = await account.deploy(id)
    expect(updates).toBe(1)
    expect((await account.look(id)).settings).toEqual(withTriggers(before, ourTriggers(run)))
  })

  test('moves to another pool and leaves the former pool as it was', async () => {
    const [former, other] = [await account.makePool(), await account.makePool()]
    const formerBefore = await account.look(former.id)
    const otherBefore = await account.look(other.id)
    const first = await account.deploy(former.id)
    const second = await account.deploy(other.id, { previous: first })
    expect(await account.look(former.id)).toEqual(formerBefore)
    expect((await account.look(other.id)).settings).toEqual(withTriggers(otherBefore, ourTriggers(second)))
    await makeDemoPeople(account.owner, other.id)
    expect(await account.use(second).impersonate('alice')).toMatchObject({ status: 200 })
  })

  test('can be deleted after its pool was deleted', async () => {
    const { id } = await account.makePool({ DeletionProtection: 'INACTIVE' })
    const run = await account.deploy(id)
    await account.owner.send(new DeleteUserPoolCommand({ UserPoolId: id }))
    await run.destroy()
  })
})

// The tests share one deployment. Each starts with the attached triggers.
describe('attached triggers', () => {
  let pool: Awaited<ReturnType<OpenAccount['makePool']>>
  let run: LocalRun
  let attached: PoolState
  beforeAll(async () => {
    await open()
    pool = await account.makePool()
    run = await account.deploy(pool.id)
    await makeDemoPeople(account.owner, pool.id)
    attached = await account.look(pool.id)
  })
  afterEach(async () => {
    account.ownersTriggers.clear()
    account.cognito.pools.get(pool.id)?.enforcedInCustomAuth.delete('PreAuthentication')
    await setTriggers(pool.id, attached.settings.LambdaConfig ?? {})
    expect(await account.look(pool.id)).toEqual(attached)
  })
  afterAll(close)

  test('are kept if a deployment that replaces the function is refused', async () => {
    const before = await account.look(pool.id)
    const second = account.deploy(pool.id, { previous: run, stamp: 'second', change: renameTriggers })
    await expect(second).rejects.toThrow(/cannot be replaced by another in one deployment[^;]*$/)
    expect(await account.look(pool.id)).toEqual(before)
    expect(await account.use(run).impersonate('alice')).toMatchObject({ status: 200 })
  })

  test('allow impersonation, and without one of them nobody can impersonate', async () => {
    const { signIn, impersonate } = account.use(run)
    const { IdToken } = await signIn('olivia')
    const { status, body } = await impersonate('alice', IdToken)
    expect([status, body.userPoolId]).toEqual([200, pool.id])
    const { authorization } = body.session as { authorization: string }
    expect(decomposeUnverifiedJwt(authorization).payload).toMatchObject({
      'cognito:username': 'alice',
      act: { sub: decomposeUnverifiedJwt(IdToken).payload.sub },
    })

    const { PreTokenGenerationConfig, PreTokenGeneration: _, ...challenges } = ourTriggers(run)
    const incomplete: Record<string, LambdaConfigType> = { '500 without PreTokenGeneration': challenges }
    for (const slot of Object.keys(challenges)) {
      incomplete[`503 without ${slot}`] = { ...challenges, PreTokenGenerationConfig, [slot]: undefined }
    }
    for (const [expected, LambdaConfig] of Object.entries(incomplete)) {
      await setTriggers(pool.id, LambdaConfig)
      const refused = await impersonate('alice', IdToken)
      expect([expected, refused.body.session]).toEqual([expect.stringContaining(String(refused.status)), undefined])
    }
  })

  test('are attached again at the next deployment if the owner removed them; until then nobody can impersonate', async () => {
    const claims = await pool.signIn()
    const { record, impersonate } = account.use(run)
    await setTriggers(pool.id, everySetting.LambdaConfig)
    account.log.length = 0

    const { status, headers } = await impersonate('alice')
    expect(status).toBe(503)
    expect(await record(headers.get('impersonation-id'))).toMatchObject({ state: 'refused', code: 'TriggersDetached' })
    const logged = account.log.flatMap((entry) => (entry.source === 'function' ? [entry.line] : []))
    expect(logged).toContainEqual(expect.objectContaining({ outcome: 'TriggersDetached', Decisions: 1 }))
    const error = expect.objectContaining({ message: expect.stringContaining('does not run its triggers') })
    expect(logged).toContainEqual(
      expect.objectContaining({ message: expect.objectContaining({ outcome: 'TriggersDetached', error }) }),
    )
    expect(await pool.signIn()).toEqual(claims)

    const second = await account.deploy(pool.id, { previous: run, stamp: 'second' })
    expect((await account.look(pool.id)).settings.LambdaConfig).toEqual({
      ...everySetting.LambdaConfig,
      ...ourTriggers(second),
    })
    expect(await account.use(second).impersonate('alice')).toMatchObject({ status: 200 })
    await second.close()
  })

  // Users report which triggers Cognito runs in CUSTOM_AUTH; AWS does not document it. infra/docs/existing-pool.md has a table.
  describe('the owner’s sign-in triggers', () => {
    const { PreAuthentication, PostAuthentication } = everySetting.LambdaConfig
    const suspend = () => {
      throw new Error('suspended')
    }
    async function use() {
      const client = account.use(run)
      return { ...client, olivia: (await client.signIn('olivia')).IdToken }
    }

    test('PostAuthentication runs at an impersonation, and PreAuthentication does not', async () => {
      const { impersonate, olivia } = await use()
      const sources: string[] = []
      account.ownersTriggers.set(PreAuthentication, suspend)
      account.ownersTriggers.set(PostAuthentication, (event) => {
        if (event.callerContext.clientId === run.outputs.ImpersonationClientId) sources.push(event.triggerSource)
        return event
      })
      expect(await impersonate('alice', olivia)).toMatchObject({ status: 200 })
      expect(sources).toEqual(['PostAuthentication_Authentication'])
    })

    test('a PostAuthentication that throws leaves the impersonation without tokens', async () => {
      const { impersonate, record, olivia } = await use()
      account.ownersTriggers.set(PostAuthentication, suspend)
      const { status, body, headers } = await impersonate('alice', olivia)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(body.session).toBeUndefined()
      expect(await record(headers.get('impersonation-id'))).not.toHaveProperty('issuedAt')
    })

    test('a PreAuthentication that throws refuses the impersonation if Cognito runs it after all', async () => {
      const { impersonate, olivia } = await use()
      account.ownersTriggers.set(PreAuthentication, suspend)
      account.cognito.pools.get(pool.id)?.enforcedInCustomAuth.add('PreAuthentication')
      const { status, body } = await impersonate('alice', olivia)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(body.session).toBeUndefined()
    })
  })
})
