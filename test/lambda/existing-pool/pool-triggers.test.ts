// What attaching and detaching do to a pool of somebody else's: their triggers, and nothing else.

import { describe, expect, test } from '@jest/globals'
import { createPoolTriggers } from '../../../lambda/existing-pool/pool-triggers.ts'
import { createFakeExistingPool, described, existingPoolId, type Pool } from '../../support/fake-existing-pool.ts'

const arn = 'arn:aws:lambda:us-east-1:000000000000:function:ours'
const former = 'arn:aws:lambda:us-east-1:000000000000:function:ours-before'
const foreign = 'arn:aws:lambda:us-east-1:000000000000:function:of-somebody-else'
const never = new AbortController().signal

const config = (of: Pool | undefined) => of?.LambdaConfig as Record<string, unknown>
const slotsOf = (held: string, LambdaVersion = 'V2_0') => ({
  DefineAuthChallenge: held,
  CreateAuthChallenge: held,
  VerifyAuthChallengeResponse: held,
  PreTokenGenerationConfig: { LambdaVersion, LambdaArn: held },
})
const withTriggers = (slots: object): Pool => ({ ...described, LambdaConfig: { ...described.LambdaConfig, ...slots } })
/** But for when it was last modified. */
const settled = (pool: Pool | undefined) => ({ ...pool, LastModifiedDate: 0 })

function setUp(...given: Parameters<typeof createFakeExistingPool>) {
  const pool = createFakeExistingPool(...given)
  const { attach, detach } = createPoolTriggers(pool.cognito, [1, 1, 1])
  return {
    pool,
    attach: (before?: string) => attach(existingPoolId, arn, never, before),
    detach: () => detach(existingPoolId, arn, never),
    updates: () => pool.calls.filter((operation) => operation === 'UpdateUserPool').length,
  }
}

describe('attach', () => {
  test('adds the four triggers, and leaves every other setting as it was', async () => {
    const { pool, attach } = setUp()
    await attach()
    expect(settled(pool.pool)).toEqual(settled(withTriggers(slotsOf(arn))))
    expect(pool.calls).toEqual(['DescribeUserPool', 'UpdateUserPool', 'DescribeUserPool'])
  })

  test('sends back all that there is to set', async () => {
    const { pool, attach } = setUp()
    await attach()
    const { Id, Name, Arn, CreationDate, LastModifiedDate, EstimatedNumberOfUsers, ...rest } = described
    const { SchemaAttributes, AliasAttributes, UsernameConfiguration, Domain, ...settable } = rest
    expect(Object.keys(pool.sent[0] ?? {}).sort()).toEqual([...Object.keys(settable), 'PoolName', 'UserPoolId'].sort())
  })

  test('does nothing the second time', async () => {
    const { pool, attach, updates } = setUp()
    await attach()
    const once = structuredClone(pool.pool)
    await attach()
    expect([updates(), pool.pool]).toEqual([1, once])
  })

  test('needs no update of a pool that has them, whatever else is in it', async () => {
    const { attach, updates } = setUp({ ...withTriggers(slotsOf(arn)), Novelty: { On: true } })
    await attach()
    expect(updates()).toBe(0)
  })

  test('leaves out what Cognito gives but does not take', async () => {
    const AdminCreateUserConfig = { ...described.AdminCreateUserConfig, UnusedAccountValidityDays: 3 }
    const UserPoolTags = { ...described.UserPoolTags, 'aws:cloudformation:stack-name': 'owner' }
    const { pool, attach } = setUp({ ...described, UserPoolTags })
    await attach()
    expect(pool.pool?.UserPoolTags).toEqual(UserPoolTags)
    const older = setUp({ ...described, AdminCreateUserConfig })
    // It follows the password policy from here on.
    older.pool.afterUpdate = () => Object.assign(older.pool.pool ?? {}, { AdminCreateUserConfig })
    await older.attach()
    expect(older.pool.sent[0]?.AdminCreateUserConfig).toEqual(described.AdminCreateUserConfig)
  })

  test('sends no plan where none is given: Cognito leaves that as it is', async () => {
    const { UserPoolTier: _, ...pool } = described
    const given = setUp(pool)
    await given.attach()
    expect(given.pool.sent[0]).not.toHaveProperty('UserPoolTier')
  })

  test('asks for nothing that is not there', async () => {
    const { pool, attach } = setUp({ Id: existingPoolId, Name: 'bare', DeviceConfiguration: null })
    await attach()
    expect(pool.sent).toEqual([{ UserPoolId: existingPoolId, PoolName: 'bare', LambdaConfig: slotsOf(arn) }])
    const policies = setUp({ Id: existingPoolId, Policies: { SignInPolicy: {} } })
    await policies.attach()
    expect(policies.pool.sent[0]).toHaveProperty('Policies', { SignInPolicy: {} })
    const days = setUp({ Id: existingPoolId, Policies: { PasswordPolicy: { TemporaryPasswordValidityDays: 3 } } })
    await days.attach()
    expect(days.pool.sent[0]).not.toHaveProperty('AdminCreateUserConfig')
  })

  test('keeps the older period for accounts where there is no newer one', async () => {
    const { TemporaryPasswordValidityDays: _, ...PasswordPolicy } = described.Policies.PasswordPolicy
    const AdminCreateUserConfig = { ...described.AdminCreateUserConfig, UnusedAccountValidityDays: 9 }
    const { pool, attach } = setUp({ ...described, Policies: { PasswordPolicy }, AdminCreateUserConfig })
    await attach()
    expect(pool.pool?.AdminCreateUserConfig).toEqual(AdminCreateUserConfig)
  })

  test.each([
    ['of an older version', slotsOf(arn, 'V1_0')],
    ['under its older name too', { ...slotsOf(arn, 'V1_0'), PreTokenGeneration: arn }],
    ['under its older name alone', { PreTokenGeneration: arn }],
    ['of the function before', { ...slotsOf(former), PreTokenGeneration: former }],
    ['partly taken away', { DefineAuthChallenge: arn }],
    ...Object.keys(slotsOf(arn)).flatMap((slot): [string, object][] => [
      [`but for ${slot}`, { ...slotsOf(arn), [slot]: undefined }],
      [
        `but for ${slot}, which the function before holds`,
        { ...slotsOf(arn), [slot]: slotsOf(former)[slot as 'CreateAuthChallenge'] },
      ],
    ]),
    ['but for the older name', { ...slotsOf(arn), PreTokenGeneration: former }],
  ])('puts right what is its own, %s', async (_, slots) => {
    const { pool, attach } = setUp(withTriggers(slots))
    await attach(former)
    expect(config(pool.pool)).toMatchObject(slotsOf(arn))
    expect([arn, undefined]).toContain(config(pool.pool).PreTokenGeneration)
  })

  test('takes a pool that says the same in another way for unchanged', async () => {
    const { pool, attach } = setUp()
    pool.afterUpdate = () => {
      const { LambdaConfig, ...rest } = pool.pool ?? {}
      const said = { PreTokenGeneration: arn, ...(LambdaConfig as object) }
      pool.pool = { SmsConfigurationFailure: 'x', ...rest, EstimatedNumberOfUsers: 13, Novel: null, LambdaConfig: said }
    }
    await expect(attach()).resolves.toBeUndefined()
  })
})

describe('attach refuses, with nothing changed,', () => {
  const { EmailConfiguration } = described
  test.each<[string, Pool, string[]]>([
    ['a Lite pool', { ...described, UserPoolTier: 'LITE' }, ['LITE', 'ESSENTIALS']],
    ['a new setting', { ...described, Novelty: { On: true } }, ['Novelty', arn]],
    [
      'a new setting in a known one',
      { ...described, EmailConfiguration: { ...EmailConfiguration, Novelty: 1 } },
      ['EmailConfiguration.Novelty'],
    ],
    [
      'new settings in a list',
      { ...described, AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'admin_only', Novelty: 1, Other: 2 }] } },
      ['AccountRecoverySetting.RecoveryMechanisms.Novelty, AccountRecoverySetting.RecoveryMechanisms.Other'],
    ],
    [
      'two other triggers',
      withTriggers({ DefineAuthChallenge: foreign, CreateAuthChallenge: foreign }),
      [`${foreign}; Create`],
    ],
    ['a new trigger', withTriggers({ PostSession: foreign }), ['LambdaConfig.PostSession']],
    ...['DefineAuthChallenge', 'CreateAuthChallenge', 'VerifyAuthChallengeResponse', 'PreTokenGeneration'].map(
      (slot): [string, Pool, string[]] => [`another ${slot}`, withTriggers({ [slot]: foreign }), [slot, foreign]],
    ),
    [
      'another PreTokenGenerationConfig',
      withTriggers({ PreTokenGenerationConfig: { LambdaArn: foreign, LambdaVersion: 'V3_0' } }),
      ['PreTokenGenerationConfig', foreign],
    ],
    ['a version of our function that somebody chose', withTriggers({ CreateAuthChallenge: `${arn}:7` }), [`${arn}:7`]],
  ])('%s', async (_name, before, said) => {
    const { pool, attach, updates } = setUp(before)
    const failure = await attach(former).catch(({ message }) => message)
    for (const words of [...said, 'nothing was changed']) expect(failure).toContain(words)
    expect([updates(), pool.pool]).toEqual([0, before])
  })

  test('but not for what nobody can set', async () => {
    const SchemaAttributes = [{ ...described.SchemaAttributes[0], Novelty: 1 }]
    const { attach } = setUp({ ...described, SchemaAttributes, Schema: SchemaAttributes, Novelty: null })
    await expect(attach()).resolves.toBeUndefined()
  })
})

describe('a change by somebody else', () => {
  test('is kept: the next try starts from it', async () => {
    const { pool, attach } = setUp(described, {
      UpdateUserPool: [{ __type: 'ConcurrentModificationException' }],
      DescribeUserPool: [() => {}, () => Object.assign(pool.pool ?? {}, { SmsAuthenticationMessage: 'new: {####}' })],
    })
    await attach()
    expect(pool.pool).toMatchObject({ SmsAuthenticationMessage: 'new: {####}', LambdaConfig: slotsOf(arn) })
  })

  test('after the update is told of, by name alone', async () => {
    const { pool, attach } = setUp()
    pool.afterUpdate = () =>
      Object.assign(pool.pool ?? {}, {
        SmsAuthenticationMessage: 'private: {####}',
        LambdaConfig: { ...slotsOf(arn), ...described.LambdaConfig, PreSignUp: undefined },
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

describe('a failure', () => {
  test.each([
    'ConcurrentModificationException',
    'TooManyRequestsException',
    'ThrottlingException',
    'InternalErrorException',
    'AccessDeniedException',
  ])('that passes is waited for: %s', async (__type) => {
    const { pool, attach } = setUp(described, { DescribeUserPool: [{ __type }], UpdateUserPool: [{ __type }] })
    await attach()
    expect(config(pool.pool)).toMatchObject(slotsOf(arn))
    expect(pool.sent).toHaveLength(1)
  })

  test('of the answer alone is seen by looking', async () => {
    const { pool, attach, updates } = setUp(described, { UpdateUserPool: ['lost'] })
    await attach()
    expect(updates()).toBe(1)
    expect(settled(pool.pool)).toEqual(settled(withTriggers(slotsOf(arn))))
  })

  test('of the answer alone is no excuse for what was reset', async () => {
    const { pool, attach } = setUp(described, { UpdateUserPool: ['lost'] })
    pool.afterUpdate = () => Object.assign(pool.pool ?? {}, { MfaConfiguration: 'OFF' })
    await expect(attach()).rejects.toThrow('MfaConfiguration')
  })

  test('that stays is told with its cause and a way out', async () => {
    const { attach } = setUp(described, {
      UpdateUserPool: Array(9).fill({ __type: 'AccessDeniedException', message: 'PassRole' }),
    })
    const failure = await attach().catch(({ message }) => message)
    const slots = ['Define', 'Create', 'Verify'].map((name) =>
      `${name}AuthChallenge`.replace('yAuthChallenge', 'yAuthChallengeResponse'),
    )
    const byHand = [
      ...slots.map((slot) => `${slot}=${arn}`),
      `PreTokenGenerationConfig={LambdaVersion=V2_0,LambdaArn=${arn}}`,
    ]
    for (const words of ['AccessDeniedException: PassRole', 'by hand', byHand.join(', ')])
      expect(failure).toContain(words)
  })

  test('of a pool that forgets what it is told ends', async () => {
    const { pool, attach } = setUp()
    pool.afterUpdate = () => Object.assign(pool.pool ?? {}, { LambdaConfig: described.LambdaConfig })
    await expect(attach()).rejects.toThrow('does not keep')
  })

  test('of Cognito to take its own settings back is told with its words and a way out', async () => {
    const refusal = { __type: 'InvalidParameterException', message: 'SMS configuration is required' }
    const { pool, attach, updates } = setUp(described, { UpdateUserPool: [refusal] })
    const failure = await attach().catch(({ message }) => message)
    for (const words of [refusal.message, 'nothing was changed', 'by hand', arn]) expect(failure).toContain(words)
    expect([updates(), pool.pool]).toEqual([1, described])
  })

  test('to find the pool is Cognito’s to word', async () => {
    const pool = createFakeExistingPool()
    pool.pool = undefined
    await expect(createPoolTriggers(pool.cognito, []).attach(existingPoolId, arn, never)).rejects.toThrow(
      'no such pool',
    )
  })

  test.each(['DescribeUserPool', 'UpdateUserPool'])('to answer %s ends with the caller’s time', async (operation) => {
    const pool = createFakeExistingPool(described, { [operation]: ['hangs'] })
    const attached = createPoolTriggers(pool.cognito).attach(existingPoolId, arn, AbortSignal.timeout(20))
    await expect(attached).rejects.toThrow()
    expect(pool.sent).toEqual([])
  })
})

describe('detach', () => {
  test('takes off what is its own, and leaves every other setting as it was', async () => {
    const { pool, detach } = setUp(withTriggers({ ...slotsOf(arn), PreTokenGeneration: arn }))
    await detach()
    expect(settled(pool.pool)).toEqual(settled(described))
  })

  test('leaves what somebody else has put there since', async () => {
    const { pool, detach } = setUp(withTriggers({ ...slotsOf(arn), CreateAuthChallenge: foreign }))
    await detach()
    expect(settled(pool.pool)).toEqual(settled(withTriggers({ CreateAuthChallenge: foreign })))
  })

  test.each<[string, Pool]>([
    ['a pool without them', described],
    ['a pool with others', withTriggers(slotsOf(foreign))],
    ['a Lite pool', { ...described, UserPoolTier: 'LITE' }],
    ['a pool with new settings', { ...described, Novelty: 1 }],
  ])('does nothing to %s', async (_, before) => {
    const { pool, detach, updates } = setUp(before)
    await detach()
    expect([updates(), pool.pool]).toEqual([0, before])
  })

  test('does nothing where the pool is gone, before or meanwhile', async () => {
    const { pool, detach } = setUp(withTriggers(slotsOf(arn)), { UpdateUserPool: [() => (pool.pool = undefined)] })
    await detach()
    await detach()
    expect(pool.sent).toEqual([])
  })

  test('is not done while the pool is there and Cognito misses something that its settings name', async () => {
    const gone = { __type: 'ResourceNotFoundException', message: 'no such key' }
    const { pool, detach } = setUp(withTriggers(slotsOf(arn)), { UpdateUserPool: Array(9).fill(gone) })
    await expect(detach()).rejects.toThrow('no such key')
    expect(pool.pool).toEqual(withTriggers(slotsOf(arn)))
  })

  test('says what to do where it would reset what it does not know', async () => {
    const before = { ...withTriggers(slotsOf(arn)), Novelty: 1 }
    const { pool, detach } = setUp(before)
    await expect(detach()).rejects.toThrow(/Novelty.*by hand, then delete again/)
    expect(pool.pool).toEqual(before)
  })
})
