// Attaching and detaching change the triggers of an existing pool and nothing else.

import { describe, expect, test } from '@jest/globals'
import { createPoolTriggers } from '../../../lambda/existing-pool/pool-triggers.ts'
import type { NextTriggers } from '../../../lambda/next-triggers.ts'
import { scriptedCognito } from '../../support/cognito-client.ts'
import { createFakeExistingPool, described, existingPoolId, type Pool } from '../../support/fake-existing-pool.ts'
import { smsRoleArn } from '../../support/full-user-pool.ts'

const triggersArn = 'arn:aws:lambda:us-east-1:000000000000:function:ours'
const ownersFunction = 'arn:aws:lambda:us-east-1:000000000000:function:of-the-owner'
const signal = new AbortController().signal

const configOf = (pool: Pool | undefined) => pool?.LambdaConfig as Record<string, unknown>
const slotsWith = (arn: string, LambdaVersion = 'V2_0') => ({
  DefineAuthChallenge: arn,
  CreateAuthChallenge: arn,
  VerifyAuthChallengeResponse: arn,
  PreTokenGenerationConfig: { LambdaVersion, LambdaArn: arn },
})
const withTriggers = (slots: object): Pool => ({ ...described, LambdaConfig: { ...described.LambdaConfig, ...slots } })
/** The pool without its time of modification. */
const untimed = (pool: Pool | undefined) => ({ ...pool, LastModifiedDate: 0 })

function setUp(...options: Parameters<typeof createFakeExistingPool>) {
  return setUpNext({}, ...options)
}

function setUpNext(nextTriggers: NextTriggers, ...options: Parameters<typeof createFakeExistingPool>) {
  const pool = createFakeExistingPool(...options)
  const target = { userPoolId: existingPoolId, triggersArn, nextTriggers, smsRoleArn, signal }
  const { attach, detach } = createPoolTriggers(pool.cognito, [1, 1, 1])
  return {
    pool,
    attach: () => attach(target),
    detach: () => detach(target),
    updates: () => pool.calls.filter((operation) => operation === 'UpdateUserPool').length,
  }
}

describe('attach', () => {
  test('adds the four triggers and changes no other setting', async () => {
    const { pool, attach } = setUp()
    await attach()
    expect(untimed(pool.settings)).toEqual(untimed(withTriggers(slotsWith(triggersArn))))
    expect(pool.calls).toEqual([
      'DescribeUserPool',
      'GetUserPoolMfaConfig',
      'UpdateUserPool',
      'DescribeUserPool',
      'GetUserPoolMfaConfig',
    ])
  })

  test('sends every setting back', async () => {
    const { pool, attach } = setUp()
    await attach()
    const { Id, Name, Arn, CreationDate, LastModifiedDate, EstimatedNumberOfUsers, ...rest } = described
    const { SchemaAttributes, AliasAttributes, UsernameConfiguration, Domain, ...settable } = rest
    expect(Object.keys(pool.sent[0] ?? {}).sort()).toEqual([...Object.keys(settable), 'PoolName', 'UserPoolId'].sort())
  })

  test('does nothing the second time', async () => {
    const { pool, attach, updates } = setUp()
    await attach()
    const afterFirst = structuredClone(pool.settings)
    await attach()
    expect([updates(), pool.settings]).toEqual([1, afterFirst])
  })

  test('never updates a pool that already has the triggers, even with unknown settings', async () => {
    const { attach, updates } = setUp({ ...withTriggers(slotsWith(triggersArn)), Novelty: { On: true } })
    await attach()
    expect(updates()).toBe(0)
  })

  test('sends no setting that Cognito returns but rejects', async () => {
    const AdminCreateUserConfig = { ...described.AdminCreateUserConfig, UnusedAccountValidityDays: 3 }
    const UserPoolTags = { ...described.UserPoolTags, 'aws:cloudformation:stack-name': 'owner' }
    const { pool, attach } = setUp({ ...described, UserPoolTags })
    await attach()
    expect(pool.settings?.UserPoolTags).toEqual(UserPoolTags)
    const older = setUp({ ...described, AdminCreateUserConfig })
    // Cognito derives this value from the password policy.
    older.pool.afterUpdate = () => Object.assign(older.pool.settings ?? {}, { AdminCreateUserConfig })
    await older.attach()
    expect(older.pool.sent[0]?.AdminCreateUserConfig).toEqual(described.AdminCreateUserConfig)
  })

  test('sends no feature plan if the pool has none: Cognito then keeps its own', async () => {
    const { UserPoolTier: _, ...pool } = described
    const withoutPlan = setUp(pool)
    await withoutPlan.attach()
    expect(withoutPlan.pool.sent[0]).not.toHaveProperty('UserPoolTier')
  })

  test('adds no setting that the pool lacks', async () => {
    const { pool, attach } = setUp({ Id: existingPoolId, Name: 'bare', DeviceConfiguration: null })
    await attach()
    expect(pool.sent).toEqual([{ UserPoolId: existingPoolId, PoolName: 'bare', LambdaConfig: slotsWith(triggersArn) }])
    const policies = setUp({ Id: existingPoolId, Policies: { SignInPolicy: {} } })
    await policies.attach()
    expect(policies.pool.sent[0]).toHaveProperty('Policies', { SignInPolicy: {} })
    const days = setUp({ Id: existingPoolId, Policies: { PasswordPolicy: { TemporaryPasswordValidityDays: 3 } } })
    await days.attach()
    expect(days.pool.sent[0]).not.toHaveProperty('AdminCreateUserConfig')
  })

  test('keeps the old name of the temporary password period if the pool lacks the new one', async () => {
    const { TemporaryPasswordValidityDays: _, ...PasswordPolicy } = described.Policies.PasswordPolicy
    const AdminCreateUserConfig = { ...described.AdminCreateUserConfig, UnusedAccountValidityDays: 9 }
    const { pool, attach } = setUp({ ...described, Policies: { PasswordPolicy }, AdminCreateUserConfig })
    await attach()
    expect(pool.settings?.AdminCreateUserConfig).toEqual(AdminCreateUserConfig)
  })

  test.each([
    ['of version V1_0', slotsWith(triggersArn, 'V1_0')],
    ['under the old name too', { ...slotsWith(triggersArn, 'V1_0'), PreTokenGeneration: triggersArn }],
    ['under the old name only', { PreTokenGeneration: triggersArn }],
    ['in one slot only', { DefineAuthChallenge: triggersArn }],
    ...Object.keys(slotsWith(triggersArn)).flatMap((slot): [string, object][] => [
      [`except ${slot}`, { ...slotsWith(triggersArn), [slot]: undefined }],
    ]),
  ])('corrects our triggers: %s', async (_, slots) => {
    const { pool, attach } = setUp(withTriggers(slots))
    await attach()
    expect(configOf(pool.settings)).toMatchObject(slotsWith(triggersArn))
    expect([triggersArn, undefined]).toContain(configOf(pool.settings).PreTokenGeneration)
  })

  test('accepts the same settings in another form', async () => {
    const { pool, attach } = setUp()
    pool.afterUpdate = () => {
      const { LambdaConfig, ...rest } = pool.settings ?? {}
      const sameTriggers = { PreTokenGeneration: triggersArn, ...(LambdaConfig as object) }
      pool.settings = {
        SmsConfigurationFailure: 'x',
        ...rest,
        EstimatedNumberOfUsers: 13,
        Novel: null,
        LambdaConfig: sameTriggers,
      }
    }
    await expect(attach()).resolves.toBeUndefined()
  })

  test('accepts unknown values that no update can change', async () => {
    const SchemaAttributes = [{ ...described.SchemaAttributes[0], Novelty: 1 }]
    const { attach } = setUp({ ...described, SchemaAttributes, Schema: SchemaAttributes, Novelty: null })
    await expect(attach()).resolves.toBeUndefined()
  })
})

describe('attach refuses and changes nothing:', () => {
  const { EmailConfiguration } = described
  test.each<[string, Pool, string[]]>([
    ['a Lite pool', { ...described, UserPoolTier: 'LITE' }, ['LITE', 'ESSENTIALS']],
    ['an unknown setting', { ...described, Novelty: { On: true } }, ['Novelty', triggersArn]],
    [
      'an unknown setting within a known one',
      { ...described, EmailConfiguration: { ...EmailConfiguration, Novelty: 1 } },
      ['EmailConfiguration.Novelty'],
    ],
    [
      'unknown settings in a list',
      { ...described, AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'admin_only', Novelty: 1, Other: 2 }] } },
      ['AccountRecoverySetting.RecoveryMechanisms.Novelty, AccountRecoverySetting.RecoveryMechanisms.Other'],
    ],
    [
      'two of the owner’s functions',
      withTriggers({ DefineAuthChallenge: ownersFunction, CreateAuthChallenge: ownersFunction }),
      [`${ownersFunction}; Create`],
    ],
    ['an unknown trigger', withTriggers({ PostSession: ownersFunction }), ['LambdaConfig.PostSession']],
    ...['DefineAuthChallenge', 'CreateAuthChallenge', 'VerifyAuthChallengeResponse', 'PreTokenGeneration'].map(
      (slot): [string, Pool, string[]] => [
        `the owner’s function in ${slot}`,
        withTriggers({ [slot]: ownersFunction }),
        [slot, ownersFunction],
      ],
    ),
    [
      'the owner’s function in PreTokenGenerationConfig',
      withTriggers({ PreTokenGenerationConfig: { LambdaArn: ownersFunction, LambdaVersion: 'V3_0' } }),
      ['PreTokenGenerationConfig', ownersFunction],
    ],
    [
      'a fixed version of our function',
      withTriggers({ CreateAuthChallenge: `${triggersArn}:7` }),
      [`${triggersArn}:7`],
    ],
  ])('%s', async (_name, before, facts) => {
    const { pool, attach, updates } = setUp(before)
    const failure = await attach().catch(({ message }) => message)
    for (const words of [...facts, 'Nothing was changed']) expect(failure).toContain(words)
    expect([updates(), pool.settings]).toEqual([0, before])
  })
})

test.each([
  [{ UserSessionTracking: 'ENABLED', TokenSession: { MaxPerUser: 3 } }, 3],
  [{ UserSessionTracking: 'DISABLED', TokenSession: { MaxPerUser: 20 } }, undefined],
])('reads the limit on sessions: %j', async (configuration, limit) => {
  const { client, calls } = scriptedCognito({ GetUserPoolSessionConfiguration: configuration })
  const { sessionLimit } = createPoolTriggers(client)
  expect(await sessionLimit({ userPoolId: existingPoolId, signal })).toBe(limit)
  expect(calls).toEqual([{ operation: 'GetUserPoolSessionConfiguration', input: { UserPoolId: existingPoolId } }])
})

describe('the role for text messages', () => {
  const otherRole = 'arn:aws:iam::000000000000:role/other'
  const eums = { ...described, SmsConfiguration: { EumsSms: { CallerArn: otherRole } } }
  const sns = { ...described, SmsConfiguration: { SnsCallerArn: otherRole } }

  test.each([
    ['of SNS', sns],
    ['of End User Messaging', eums],
  ])('%s stops an attachment and a detachment at once if nobody may pass it', async (_, settings) => {
    const attaching = setUp(settings)
    await expect(attaching.attach()).rejects.toThrow(`Nothing was changed. Deploy with -c smsRoleArn=${otherRole}.`)
    const detaching = setUp({ ...settings, LambdaConfig: slotsWith(triggersArn) })
    await expect(detaching.detach()).rejects.toThrow(`-c smsRoleArn=${otherRole}`)
    expect([attaching.pool.calls, detaching.pool.calls]).toEqual([['DescribeUserPool'], ['DescribeUserPool']])
  })

  test('is not needed for a pool that already has the triggers', async () => {
    const { attach, updates } = setUp({ ...sns, LambdaConfig: slotsWith(triggersArn) })
    await attach()
    expect(updates()).toBe(0)
  })

  test('may be missing in the pool', async () => {
    const { attach, updates } = setUp({ ...described, SmsConfiguration: undefined })
    await attach()
    expect(updates()).toBe(1)
  })

  test('is retried if Cognito denies the right to pass it, which can be too new', async () => {
    const { attach, updates } = setUp(described, { UpdateUserPool: [{ __type: 'AccessDeniedException' }] })
    await attach()
    expect(updates()).toBe(2)
  })
})

test.each(['attach', 'detach'] as const)('%s reports a setting of MFA that the update reset', async (way) => {
  const pool = setUp(way === 'attach' ? described : withTriggers(slotsWith(triggersArn)))
  pool.pool.afterUpdate = () => {
    pool.pool.mfa = { ...pool.pool.mfa, SoftwareTokenMfaConfiguration: { Enabled: false }, WebAuthnConfiguration: {} }
  }
  await expect(pool[way]()).rejects.toThrow(
    'other settings have changed: MFA.SoftwareTokenMfaConfiguration.Enabled, MFA.WebAuthnConfiguration.RelyingPartyId',
  )
})

describe('changes by others at the same time', () => {
  test('are kept: each try reads the pool again', async () => {
    const { pool, attach } = setUp(described, {
      UpdateUserPool: [{ __type: 'ConcurrentModificationException' }],
      DescribeUserPool: [
        () => {},
        () => Object.assign(pool.settings ?? {}, { SmsAuthenticationMessage: 'new: {####}' }),
      ],
    })
    await attach()
    expect(pool.settings).toMatchObject({
      SmsAuthenticationMessage: 'new: {####}',
      LambdaConfig: slotsWith(triggersArn),
    })
  })

  test('are reported if they follow the update: with the names of the settings, not their values', async () => {
    const { pool, attach } = setUp()
    pool.afterUpdate = () =>
      Object.assign(pool.settings ?? {}, {
        SmsAuthenticationMessage: 'private: {####}',
        LambdaConfig: { ...slotsWith(triggersArn), ...described.LambdaConfig, PreSignUp: undefined },
        Policies: { ...described.Policies, PasswordPolicy: { MinimumLength: 6 } },
      })
    const failure: string = await attach().catch(({ message }) => message)
    expect(failure).toContain('SmsAuthenticationMessage')
    expect(failure).toContain('LambdaConfig.PreSignUp')
    expect(failure).not.toContain('AuthChallenge')
    expect(failure).toContain('Policies.PasswordPolicy.MinimumLength')
    expect(failure).not.toContain('private')
  })
})

describe('a failed call', () => {
  test.each([
    'ConcurrentModificationException',
    'TooManyRequestsException',
    'ThrottlingException',
    'InternalErrorException',
    'AccessDeniedException',
  ])('is retried after %s', async (__type) => {
    const { pool, attach } = setUp(described, { DescribeUserPool: [{ __type }], UpdateUserPool: [{ __type }] })
    await attach()
    expect(configOf(pool.settings)).toMatchObject(slotsWith(triggersArn))
    expect(pool.sent).toHaveLength(1)
  })

  test('is no failure if only the response was lost: reading the pool shows the update', async () => {
    const { pool, attach, updates } = setUp(described, { UpdateUserPool: ['lost'] })
    await attach()
    expect(updates()).toBe(1)
    expect(untimed(pool.settings)).toEqual(untimed(withTriggers(slotsWith(triggersArn))))
  })

  test('whose response was lost does not hide a reset setting', async () => {
    const { pool, attach } = setUp(described, { UpdateUserPool: ['lost'] })
    pool.afterUpdate = () => Object.assign(pool.settings ?? {}, { MfaConfiguration: 'OFF' })
    await expect(attach()).rejects.toThrow('MfaConfiguration')
  })

  test('is reported after the last try, with the cause and what to do', async () => {
    const { attach } = setUp(described, {
      UpdateUserPool: Array(9).fill({ __type: 'AccessDeniedException', message: 'PassRole' }),
    })
    const failure = await attach().catch(({ message }) => message)
    const slots = ['Define', 'Create', 'Verify'].map((name) =>
      `${name}AuthChallenge`.replace('yAuthChallenge', 'yAuthChallengeResponse'),
    )
    const steps = [
      ...slots.map((slot) => `${slot}=${triggersArn}`),
      `PreTokenGenerationConfig={LambdaVersion=V2_0,LambdaArn=${triggersArn}}`,
    ]
    for (const words of ['AccessDeniedException: PassRole', 'by hand', steps.join(', ')])
      expect(failure).toContain(words)
  })

  test('is reported if the pool never keeps the update', async () => {
    const { pool, attach } = setUp()
    pool.afterUpdate = () => Object.assign(pool.settings ?? {}, { LambdaConfig: described.LambdaConfig })
    await expect(attach()).rejects.toThrow('does not keep')
  })

  test('is reported with Cognito’s message and what to do if Cognito rejects the present settings', async () => {
    const rejection = { __type: 'InvalidParameterException', message: 'SMS configuration is required' }
    const { pool, attach, updates } = setUp(described, { UpdateUserPool: [rejection] })
    const failure = await attach().catch(({ message }) => message)
    for (const words of [rejection.message, 'Nothing was changed', 'by hand', triggersArn])
      expect(failure).toContain(words)
    expect([updates(), pool.settings]).toEqual([1, described])
  })

  test('is reported with Cognito’s message if the pool does not exist', async () => {
    const pool = createFakeExistingPool()
    pool.settings = undefined
    await expect(
      createPoolTriggers(pool.cognito, []).attach({
        userPoolId: existingPoolId,
        triggersArn,
        nextTriggers: {},
        smsRoleArn,
        signal,
      }),
    ).rejects.toThrow('no such pool')
  })

  test.each(['DescribeUserPool', 'UpdateUserPool'])('of %s stops when the signal aborts', async (operation) => {
    const pool = createFakeExistingPool(described, { [operation]: ['hangs'] })
    const attached = createPoolTriggers(pool.cognito).attach({
      userPoolId: existingPoolId,
      triggersArn,
      nextTriggers: {},
      smsRoleArn,
      signal: AbortSignal.timeout(20),
    })
    await expect(attached).rejects.toMatchObject({ name: 'AbortError' })
    expect(pool.sent).toEqual([])
  })
})

describe('detach', () => {
  test('removes our triggers and changes no other setting', async () => {
    const { pool, detach } = setUp(withTriggers({ ...slotsWith(triggersArn), PreTokenGeneration: triggersArn }))
    await detach()
    expect(untimed(pool.settings)).toEqual(untimed(described))
  })

  test('leaves a slot that now runs the owner’s function', async () => {
    const { pool, detach } = setUp(withTriggers({ ...slotsWith(triggersArn), CreateAuthChallenge: ownersFunction }))
    await detach()
    expect(untimed(pool.settings)).toEqual(untimed(withTriggers({ CreateAuthChallenge: ownersFunction })))
  })

  test.each<[string, Pool]>([
    ['a pool without our triggers', described],
    ['a pool with the owner’s triggers', withTriggers(slotsWith(ownersFunction))],
    ['a Lite pool', { ...described, UserPoolTier: 'LITE' }],
    ['a pool with unknown settings', { ...described, Novelty: 1 }],
  ])('does nothing to %s', async (_, before) => {
    const { pool, detach, updates } = setUp(before)
    await detach()
    expect([updates(), pool.settings]).toEqual([0, before])
  })

  test('does nothing if the pool is deleted, before or during the update', async () => {
    const { pool, detach } = setUp(withTriggers(slotsWith(triggersArn)), {
      UpdateUserPool: [() => (pool.settings = undefined)],
    })
    await detach()
    await detach()
    expect(pool.sent).toEqual([])
  })

  test('fails if the pool exists and Cognito lacks a resource that its settings name', async () => {
    const gone = { __type: 'ResourceNotFoundException', message: 'no such key' }
    const { pool, detach } = setUp(withTriggers(slotsWith(triggersArn)), { UpdateUserPool: Array(9).fill(gone) })
    await expect(detach()).rejects.toThrow('no such key')
    expect(pool.settings).toEqual(withTriggers(slotsWith(triggersArn)))
  })

  test('refuses to reset unknown settings and says what to do', async () => {
    const before = { ...withTriggers(slotsWith(triggersArn)), Novelty: 1 }
    const { pool, detach } = setUp(before)
    await expect(detach()).rejects.toThrow(/Novelty.*by hand, then delete again/)
    expect(pool.settings).toEqual(before)
  })
})

describe('the owner’s functions that nextTriggers names', () => {
  const tokens = (LambdaVersion: 'V1_0' | 'V2_0' | 'V3_0', LambdaArn = ownersFunction) => ({ LambdaVersion, LambdaArn })
  const passwordless = {
    DefineAuthChallenge: ownersFunction,
    CreateAuthChallenge: ownersFunction,
    VerifyAuthChallengeResponse: ownersFunction,
  }

  test.each<[string, NextTriggers, object, string]>([
    ['the challenges', passwordless, passwordless, 'V2_0'],
    [
      'PreTokenGeneration V1_0, under both names',
      { PreTokenGenerationConfig: tokens('V1_0') },
      { PreTokenGeneration: ownersFunction, PreTokenGenerationConfig: tokens('V1_0') },
      'V2_0',
    ],
    [
      'PreTokenGeneration V1_0, under the old name',
      { PreTokenGenerationConfig: tokens('V1_0') },
      { PreTokenGeneration: ownersFunction },
      'V2_0',
    ],
    [
      'PreTokenGeneration V2_0',
      { PreTokenGenerationConfig: tokens('V2_0') },
      { PreTokenGenerationConfig: tokens('V2_0') },
      'V2_0',
    ],
    [
      'PreTokenGeneration V3_0',
      { PreTokenGenerationConfig: tokens('V3_0') },
      { PreTokenGenerationConfig: tokens('V3_0') },
      'V3_0',
    ],
  ])('give their slots to ours, and get them back: %s', async (_, next, slots, version) => {
    const before = withTriggers(slots)
    const { pool, attach, detach } = setUpNext(next, before)
    await attach()
    expect(configOf(pool.settings)).toMatchObject(slotsWith(triggersArn, version))
    expect([triggersArn, undefined]).toContain(configOf(pool.settings).PreTokenGeneration)
    await detach()
    const { PreTokenGenerationConfig: theirs } = next
    expect(untimed(pool.settings)).toEqual(
      untimed(withTriggers({ ...slots, ...(theirs && { PreTokenGenerationConfig: theirs }) })),
    )
  })

  test.each<[string, NextTriggers, object]>([
    ['of another slot', { DefineAuthChallenge: ownersFunction }, { CreateAuthChallenge: ownersFunction }],
    [
      'of another event version',
      { PreTokenGenerationConfig: tokens('V2_0') },
      { PreTokenGenerationConfig: tokens('V1_0') },
    ],
    [
      'of PreTokenGeneration only',
      { PreTokenGenerationConfig: tokens('V2_0') },
      { DefineAuthChallenge: ownersFunction, PreTokenGenerationConfig: tokens('V2_0') },
    ],
    [
      'which another has replaced',
      { DefineAuthChallenge: ownersFunction },
      { DefineAuthChallenge: `${ownersFunction}-2` },
    ],
  ])('are no other function: %s', async (_, next, slots) => {
    const before = withTriggers(slots)
    const { pool, attach, updates } = setUpNext(next, before)
    await expect(attach()).rejects.toThrow('Nothing was changed')
    expect([updates(), pool.settings]).toEqual([0, before])
  })

  test('stay away from a slot that the owner has changed since', async () => {
    const { pool, detach } = setUpNext(
      passwordless,
      withTriggers({ ...slotsWith(triggersArn), CreateAuthChallenge: `${ownersFunction}-2` }),
    )
    await detach()
    expect(untimed(pool.settings)).toEqual(
      untimed(withTriggers({ ...passwordless, CreateAuthChallenge: `${ownersFunction}-2` })),
    )
  })

  test('a refusal shows the setting to add, and following it works', async () => {
    const slots = { VerifyAuthChallengeResponse: ownersFunction, PreTokenGeneration: ownersFunction }
    const before = withTriggers({ DefineAuthChallenge: ownersFunction, ...slots })
    const first = setUpNext({ DefineAuthChallenge: ownersFunction }, before)
    const failure: string = await first.attach().catch(({ message }) => message)
    const [, setting = ''] = /-c 'nextTriggers=({.*})'/.exec(failure) ?? []
    expect(JSON.parse(setting)).toEqual({
      DefineAuthChallenge: ownersFunction,
      VerifyAuthChallengeResponse: ownersFunction,
      PreTokenGenerationConfig: tokens('V1_0'),
    })
    await setUpNext(JSON.parse(setting), before).attach()
  })

  test('a refusal does not suggest our own function', async () => {
    const { attach } = setUp(withTriggers({ CreateAuthChallenge: `${triggersArn}:7` }))
    const failure = await attach().catch(({ message }) => message)
    expect(failure).not.toContain('nextTriggers=')
    expect(failure).toContain('Remove these functions from the slots')
  })

  test('a refusal does not suggest the trigger function of another deployment, since a pool can have only one', async () => {
    const others = 'arn:aws:lambda:us-east-1:000000000000:function:Other-triggers-05955157'
    const { attach, updates } = setUp(withTriggers({ ...slotsWith(others), DefineAuthChallenge: ownersFunction }))
    const failure = await attach().catch(({ message }) => message)
    expect(failure).not.toContain('nextTriggers=')
    expect(failure).toContain(`${others} seems to be the trigger function of another deployment of impersonation`)
    expect(updates()).toBe(0)
  })
})
