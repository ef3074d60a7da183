// A deployment on a user pool that somebody else made: what it changes there, what it refuses to touch, what it leaves.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DeleteUserPoolCommand,
  type LambdaConfigType,
  UpdateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt'
import { synthesizeInto } from '../infra/local/cloudformation/assembly.ts'
import type { Template } from '../infra/local/cloudformation/stack.ts'
import { CognitoError, LostAnswer } from '../infra/local/cognito/server.ts'
import { makeDemoPeople } from '../infra/local/demo/people.ts'
import type { LocalRun } from '../infra/local/run.ts'
import type { Intercept } from './support/deployment.ts'
import { nameInTemplate, type OpenAccount, openAccount } from './support/existing-pool.ts'
import { type createFullUserPool, everySetting } from './support/full-user-pool.ts'

const assembly = mkdtempSync(join(tmpdir(), 'existing-pool-'))
beforeAll(() => synthesizeInto(assembly, { userPoolId: nameInTemplate }))
afterAll(() => rmSync(assembly, { recursive: true }))

let account: OpenAccount
beforeEach(async () => {
  account = await openAccount(assembly)
})
afterEach(() => account.close())

const arnOf = (name: string | undefined) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`
const ours = ({ outputs }: LocalRun) => slots(arnOf(outputs.TriggersFunctionName))
const slots = (arn: string) => ({
  DefineAuthChallenge: arn,
  CreateAuthChallenge: arn,
  VerifyAuthChallengeResponse: arn,
  PreTokenGeneration: arn,
  PreTokenGenerationConfig: { LambdaArn: arn, LambdaVersion: 'V2_0' as const },
})
type Look = Awaited<ReturnType<OpenAccount['look']>>
const withTriggers = ({ settings }: Look, triggers: LambdaConfigType) => ({
  ...settings,
  LambdaConfig: { ...settings.LambdaConfig, ...triggers },
})

const foreign = arnOf('foreign')
const setTriggers = (UserPoolId: string, LambdaConfig: LambdaConfigType) => {
  const { PoolName: _, ...settings } = everySetting
  return account.owner.send(new UpdateUserPoolCommand({ UserPoolId, ...settings, LambdaConfig }))
}

/** Another name for the triggers' function, as a new one would have. */
function renameTriggers({ Resources }: Template) {
  const triggers = Object.values(Resources).find(({ Properties }) => Properties?.Handler === 'triggers.handler')
  Object.assign(triggers?.Properties ?? {}, { FunctionName: 'renamed' })
}

/** One more resource, which fails once the triggers are on the pool. */
function failAfterwards({ Resources }: Template) {
  const [logicalId = '', triggers] =
    Object.entries(Resources).find(([, { Type }]) => Type === 'Custom::UserPoolTriggers') ?? []
  const ServiceToken = triggers?.Properties?.ServiceToken
  Resources.Late = { Type: 'Custom::Late', DependsOn: logicalId, Properties: { ServiceToken } }
}

describe('a pool with every setting', () => {
  test('is changed in nothing but its triggers by a deployment, by the next, and by one with another function', async () => {
    const { id, signIn } = await account.makePool()
    const before = await account.look(id)
    const claims = await signIn()

    const first = await account.deploy(id)
    const { ImpersonationClientId = '', ActorClientId = '' } = first.outputs
    const attached = await account.look(id)
    expect(attached.settings).toEqual(withTriggers(before, ours(first)))
    expect(attached.groups).toEqual([
      ...before.groups,
      { GroupName: 'impersonators', Description: expect.stringMatching(/^Made for impersonation by /) },
    ])
    expect(attached.clients).toEqual(new Set([...before.clients, ImpersonationClientId, ActorClientId]))
    expect(await signIn()).toEqual(claims)

    await account.deploy(id, { previous: first, stamp: 'second' })
    expect(await account.look(id)).toEqual(attached)
    // As when CloudFormation never heard of the first: it asks to create once more.
    const again = await account.deploy(id)
    expect(await account.look(id)).toEqual(attached)

    const third = await account.deploy(id, { previous: again, stamp: 'third', change: renameTriggers })
    expect((await account.look(id)).settings).toEqual(withTriggers(before, slots(arnOf('renamed'))))
    expect(await signIn()).toEqual(claims)

    await third.destroy()
    expect(await account.look(id)).toEqual(before)
    expect(await signIn()).toEqual(claims)
  })
})

describe('refused, with the pool as it was:', () => {
  type Changes = Parameters<typeof createFullUserPool>[1]
  const future: Intercept = async (operation, _, go) => {
    const answer = (await go()) as { UserPool: Record<string, object> }
    if (operation !== 'DescribeUserPool') return answer
    const { Policies, ...settings } = answer.UserPool
    return { UserPool: { ...settings, FutureSetting: { On: true }, Policies: { ...Policies, FuturePolicy: {} } } }
  }
  const refusal: Intercept = (operation, _, go) => {
    if (operation === 'UpdateUserPool') throw new CognitoError('InvalidParameterException', 'SMS role is not valid')
    return go()
  }

  test.each<[string, Changes, Intercept | undefined, string | RegExp]>([
    [
      'triggers that are somebody else’s',
      { LambdaConfig: { DefineAuthChallenge: foreign, PreTokenGeneration: foreign } },
      undefined,
      new RegExp(`DefineAuthChallenge runs ${foreign};.* PreTokenGenerationConfig runs ${foreign}`),
    ],
    ['a Lite pool', { UserPoolTier: 'LITE', UserPoolAddOns: undefined }, undefined, 'feature plan is LITE'],
    [
      'settings that nobody knows yet',
      {},
      future,
      /settings that this version does not know.*: (?=.*FutureSetting)(?=.*Policies\.FuturePolicy)/,
    ],
    [
      'settings that Cognito does not take back',
      {},
      refusal,
      /does not take the user pool's settings back.*SMS role is not valid/,
    ],
  ])('%s', async (_, changes, intercept, message) => {
    const { id } = await account.makePool(changes)
    const before = await account.look(id)
    account.intercept(intercept)
    await expect(account.deploy(id)).rejects.toThrow(message)
    account.intercept(undefined)
    expect(await account.look(id)).toEqual(before)
  })

  test('an update, where somebody else has taken a slot meanwhile, which stays when the stack goes', async () => {
    const { id } = await account.makePool()
    const first = await account.deploy(id)
    await setTriggers(id, { ...everySetting.LambdaConfig, ...ours(first), DefineAuthChallenge: foreign })
    const before = await account.look(id)
    const second = account.deploy(id, { previous: first, stamp: 'second' })
    await expect(second).rejects.toThrow(`DefineAuthChallenge runs ${foreign}`)
    expect(await account.look(id)).toEqual(before)
    await first.destroy()
    const { settings } = await account.look(id)
    expect(settings.LambdaConfig).toEqual({ ...everySetting.LambdaConfig, DefineAuthChallenge: foreign })
  })
})

describe('a deployment', () => {
  test('that fails after the triggers were put on takes them off', async () => {
    const { id, signIn } = await account.makePool()
    const before = await account.look(id)
    const claims = await signIn()
    await expect(account.deploy(id, { change: failAfterwards })).rejects.toThrow('Late (Custom::Late) was not created')
    expect(await account.look(id)).toEqual(before)
    expect(await signIn()).toEqual(claims)
  })

  test('that fails after the triggers were moved moves them back, and all goes on as before', async () => {
    const { id } = await account.makePool()
    const first = await account.deploy(id)
    await makeDemoPeople(account.owner, id)
    const before = await account.look(id)
    const change = (template: Template) => {
      renameTriggers(template)
      failAfterwards(template)
    }
    await expect(account.deploy(id, { previous: first, stamp: 'second', change })).rejects.toThrow('Late')
    expect(await account.look(id)).toEqual(before)
    expect(await account.use(first).impersonate('alice')).toMatchObject({ status: 200 })
  })

  test('beside another change starts again from what is there then', async () => {
    const { id } = await account.makePool()
    const before = await account.look(id)
    let beside = 0
    account.intercept((operation, _, go) => {
      if (operation !== 'UpdateUserPool' || ++beside > 1) return go()
      Object.assign(account.cognito.pools.get(id)?.properties ?? {}, { SmsAuthenticationMessage: 'Anew: {####}' })
      throw new CognitoError('ConcurrentModificationException', 'Only one request at a time')
    })
    const run = await account.deploy(id)
    expect(beside).toBe(2)
    expect((await account.look(id)).settings).toEqual({
      ...withTriggers(before, ours(run)),
      SmsAuthenticationMessage: 'Anew: {####}',
    })
  })

  test('that never hears whether the pool took the triggers finds out', async () => {
    const { id } = await account.makePool()
    const before = await account.look(id)
    let lost = 0
    account.intercept(async (operation, _, go) => {
      const answer = await go()
      if (operation === 'UpdateUserPool' && ++lost === 1) throw new LostAnswer()
      return answer
    })
    const run = await account.deploy(id)
    expect(lost).toBe(1)
    expect((await account.look(id)).settings).toEqual(withTriggers(before, ours(run)))
  })

  test('moved to another pool leaves the former one as it was', async () => {
    const [one, other] = [await account.makePool(), await account.makePool()]
    const before = await account.look(one.id)
    const otherBefore = await account.look(other.id)
    const first = await account.deploy(one.id)
    const second = await account.deploy(other.id, { previous: first })
    expect(await account.look(one.id)).toEqual(before)
    expect((await account.look(other.id)).settings).toEqual(withTriggers(otherBefore, ours(second)))
    await makeDemoPeople(account.owner, other.id)
    expect(await account.use(second).impersonate('alice')).toMatchObject({ status: 200 })
  })
})

describe('triggers that are on the pool', () => {
  test('let actors act, all together, and nobody where one is missing', async () => {
    const { id } = await account.makePool()
    const run = await account.deploy(id)
    const { signIn, impersonate } = account.use(run)
    await makeDemoPeople(account.owner, id)
    const { IdToken } = await signIn('olivia')
    const { status, body } = await impersonate('alice', IdToken)
    expect([status, body.userPoolId]).toEqual([200, id])
    const { authorization } = body.session as { authorization: string }
    expect(decomposeUnverifiedJwt(authorization).payload).toMatchObject({
      'cognito:username': 'alice',
      act: { sub: decomposeUnverifiedJwt(IdToken).payload.sub },
    })

    const { PreTokenGenerationConfig, PreTokenGeneration: _, ...challenges } = ours(run)
    const parts: Record<string, LambdaConfigType> = { '500 without PreTokenGeneration': challenges }
    for (const slot of Object.keys(challenges)) {
      parts[`503 without ${slot}`] = { ...challenges, PreTokenGenerationConfig, [slot]: undefined }
    }
    for (const [expected, LambdaConfig] of Object.entries(parts)) {
      await setTriggers(id, LambdaConfig)
      const refused = await impersonate('alice', IdToken)
      expect([expected, refused.body.session]).toEqual([expect.stringContaining(String(refused.status)), undefined])
    }
  })

  test('taken away by the owner’s own deployment leave nobody to act, until another puts them back', async () => {
    const { id, signIn } = await account.makePool()
    const first = await account.deploy(id)
    await makeDemoPeople(account.owner, id)
    const claims = await signIn()
    const { record, impersonate } = account.use(first)
    await setTriggers(id, everySetting.LambdaConfig)

    const { status, headers } = await impersonate('alice')
    expect(status).toBe(503)
    expect(await record(headers.get('impersonation-id'))).toMatchObject({ state: 'refused', code: 'TriggersDetached' })
    const printed = account.log.flatMap((entry) => (entry.source === 'function' ? [entry.line] : []))
    expect(printed).toContainEqual(expect.objectContaining({ outcome: 'TriggersDetached', Decisions: 1 }))
    const error = expect.objectContaining({ message: expect.stringContaining('does not run its triggers') })
    expect(printed).toContainEqual(
      expect.objectContaining({ message: expect.objectContaining({ outcome: 'TriggersDetached', error }) }),
    )
    expect(await signIn()).toEqual(claims)

    const second = await account.deploy(id, { previous: first, stamp: 'second' })
    expect((await account.look(id)).settings.LambdaConfig).toEqual({ ...everySetting.LambdaConfig, ...ours(second) })
    expect(await account.use(second).impersonate('alice')).toMatchObject({ status: 200 })
  })
})

test('a stack whose pool is gone already can go', async () => {
  const { id } = await account.makePool({ DeletionProtection: 'INACTIVE' })
  const run = await account.deploy(id)
  await account.owner.send(new DeleteUserPoolCommand({ UserPoolId: id }))
  await run.destroy()
})
