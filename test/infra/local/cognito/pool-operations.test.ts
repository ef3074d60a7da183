// CreateUserPool, UpdateUserPool, DeleteUserPool, and the app clients and groups of a created pool.
import type {
  CognitoIdentityProvider,
  CreateUserPoolRequest,
  UpdateUserPoolRequest,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { CognitoError } from '../../../../infra/local/cognito/errors.ts'
import { createFullUserPool, everySetting } from '../../../support/full-user-pool.ts'
import { claimsOf, errorOf, failure, poolId, question, startPool } from './fixture.ts'

let pool: Awaited<ReturnType<typeof startPool>>
let sdk: CognitoIdentityProvider
let made: string[]
beforeAll(async () => {
  pool = await startPool()
  sdk = pool.sdk
})
afterAll(() => pool.close())
beforeEach(() => {
  made = []
})
afterEach(() => {
  for (const id of made) pool.pools.delete(id)
})

async function make(changes: Parameters<typeof createFullUserPool>[1] = {}) {
  const id = await createFullUserPool(sdk, changes)
  made.push(id)
  return id
}
async function makePlain(changes: Partial<CreateUserPoolRequest> = {}) {
  const { UserPool } = await sdk.createUserPool({ PoolName: 'plain', ...changes })
  made.push(UserPool?.Id ?? '')
  return UserPool?.Id ?? ''
}
const describePool = async (UserPoolId: string) => (await sdk.describeUserPool({ UserPoolId })).UserPool ?? {}

/** The update request that changes nothing. */
async function unchanged(UserPoolId: string): Promise<UpdateUserPoolRequest> {
  const { Id, Name, Arn, CreationDate, LastModifiedDate, EstimatedNumberOfUsers, ...settings } =
    await describePool(UserPoolId)
  const { SchemaAttributes, AliasAttributes, UsernameConfiguration, AdminCreateUserConfig, ...rest } = settings
  const { UnusedAccountValidityDays, ...admin } = AdminCreateUserConfig ?? {}
  return { UserPoolId, ...rest, AdminCreateUserConfig: admin, ...(Name !== undefined && { PoolName: Name }) }
}

describe('DescribeUserPool', () => {
  test('shows Cognito’s defaults for a pool without settings', async () => {
    const id = await makePlain()
    expect(id).toMatch(/^us-east-1_[A-Za-z0-9]{9}$/)
    const { SchemaAttributes, ...shown } = await describePool(id)
    expect(shown).toEqual({
      Id: id,
      Name: 'plain',
      Arn: `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${id}`,
      Policies: {
        PasswordPolicy: {
          MinimumLength: 8,
          RequireLowercase: true,
          RequireNumbers: true,
          RequireSymbols: true,
          RequireUppercase: true,
          TemporaryPasswordValidityDays: 7,
        },
        SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD'] },
      },
      DeletionProtection: 'INACTIVE',
      LambdaConfig: {},
      VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_CODE' },
      MfaConfiguration: 'OFF',
      EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT' },
      UserPoolTags: {},
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: false, UnusedAccountValidityDays: 7 },
      UserPoolTier: 'ESSENTIALS',
      EstimatedNumberOfUsers: 0,
      CreationDate: new Date(pool.clock.now),
      LastModifiedDate: new Date(pool.clock.now),
    })
    expect(SchemaAttributes?.map(({ Name }) => Name)).toEqual(
      expect.arrayContaining(['sub', 'email', 'email_verified', 'phone_number', 'updated_at']),
    )
  })

  test('shows every setting and the custom attributes', async () => {
    const { PoolName, LambdaConfig, Policies, AdminCreateUserConfig, ...settings } = everySetting
    const shown = await describePool(await make())
    expect(shown).toMatchObject({ ...settings, Name: PoolName, LambdaConfig, Policies })
    expect(shown.AdminCreateUserConfig).toEqual({ ...AdminCreateUserConfig, UnusedAccountValidityDays: 3 })
    expect(shown).toMatchObject({ AliasAttributes: ['email'], UsernameConfiguration: { CaseSensitive: false } })
    expect(shown.SchemaAttributes).toContainEqual(expect.objectContaining({ Name: 'email', Required: true }))
    expect(shown.SchemaAttributes).toContainEqual(expect.objectContaining({ Name: 'custom:tenant', Mutable: false }))
  })

  test('counts the users', async () => {
    const UserPoolId = await makePlain()
    await sdk.adminCreateUser({ UserPoolId, Username: 'alice' })
    expect((await describePool(UserPoolId)).EstimatedNumberOfUsers).toBe(1)
  })

  test('shows the pre token generation trigger under both its names', async () => {
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:tokens'
    const both = (LambdaVersion: string) => ({
      PreTokenGeneration: arn,
      PreTokenGenerationConfig: { LambdaArn: arn, LambdaVersion },
    })
    const legacy = await makePlain({ LambdaConfig: { PreTokenGeneration: arn } })
    expect((await describePool(legacy)).LambdaConfig).toEqual(both('V1_0'))
    const PreTokenGenerationConfig = { LambdaArn: arn, LambdaVersion: 'V2_0' as const }
    const versioned = await makePlain({ LambdaConfig: { PreTokenGenerationConfig } })
    expect((await describePool(versioned)).LambdaConfig).toEqual(both('V2_0'))
  })
})

describe('UpdateUserPool', () => {
  test('keeps every setting that the request repeats, and updates LastModifiedDate', async () => {
    const id = await make()
    const before = await describePool(id)
    pool.clock.now += 1000
    await sdk.updateUserPool(await unchanged(id))
    expect(await describePool(id)).toEqual({ ...before, LastModifiedDate: new Date(pool.clock.now) })
  })

  // API reference, UpdateUserPool: an omitted setting gets its default. `undefined`: DescribeUserPool leaves it out.
  const policies = {
    PasswordPolicy: expect.objectContaining({ MinimumLength: 8, TemporaryPasswordValidityDays: 7 }),
    SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD'] },
  }
  const defaults: { [Setting in keyof Omit<typeof everySetting, 'PoolName' | 'DcrConfiguration'>]: unknown } = {
    AccountRecoverySetting: undefined,
    AcrConfiguration: undefined,
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: false, UnusedAccountValidityDays: 3 },
    AutoVerifiedAttributes: undefined,
    DeletionProtection: 'INACTIVE',
    DeviceConfiguration: undefined,
    EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT' },
    EmailVerificationMessage: undefined,
    EmailVerificationSubject: undefined,
    IssuerConfiguration: undefined,
    KeyConfiguration: undefined,
    LambdaConfig: {},
    MfaConfiguration: 'OFF',
    Policies: policies,
    SmsAuthenticationMessage: undefined,
    SmsConfiguration: undefined,
    SmsVerificationMessage: undefined,
    UserAttributeUpdateSettings: undefined,
    UserPoolAddOns: undefined,
    UserPoolTags: {},
    UserPoolTier: 'ESSENTIALS',
    VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_CODE' },
  }
  /** A request that omits the setting must omit these too. */
  const dependents: Record<string, (keyof UpdateUserPoolRequest)[]> = {
    AutoVerifiedAttributes: ['UserAttributeUpdateSettings'],
    UserPoolTier: ['UserPoolAddOns'],
  }

  test.each(Object.entries(defaults))('sets an omitted %s to its default and nothing else', async (name, value) => {
    const setting = name as keyof UpdateUserPoolRequest
    const id = await make()
    const before = await describePool(id)
    const omitted = [setting, ...(dependents[name] ?? [])]
    const request = await unchanged(id)
    await sdk.updateUserPool({ ...request, ...Object.fromEntries(omitted.map((each) => [each, undefined])) })
    const after = await describePool(id)
    expect(after[setting as keyof typeof after]).toEqual(value)
    const others = Object.keys({ ...before, ...after }).filter(
      (each) =>
        !['LastModifiedDate', ...omitted, ...(name === 'Policies' ? ['AdminCreateUserConfig'] : [])].includes(each),
    )
    for (const each of others as (keyof typeof after)[]) expect(after[each]).toEqual(before[each])
  })

  test('sets the omitted parts of a setting to their defaults', async () => {
    const id = await make()
    const request = await unchanged(id)
    await sdk.updateUserPool({ ...request, Policies: { PasswordPolicy: { MinimumLength: 20 } } })
    expect((await describePool(id)).Policies).toEqual({
      PasswordPolicy: {
        MinimumLength: 20,
        RequireLowercase: false,
        RequireNumbers: false,
        RequireSymbols: false,
        RequireUppercase: false,
        TemporaryPasswordValidityDays: 7,
      },
      SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD'] },
    })
  })

  test('removes the triggers that the request omits', async () => {
    const id = await make()
    const LambdaConfig = { PreSignUp: everySetting.LambdaConfig.PreSignUp }
    await sdk.updateUserPool({ ...(await unchanged(id)), LambdaConfig })
    expect((await describePool(id)).LambdaConfig).toEqual(LambdaConfig)
  })

  test('keeps the name, DcrConfiguration, the aliases, the attributes and AWS’s tags', async () => {
    const id = await make()
    const { Name, DcrConfiguration, AliasAttributes, SchemaAttributes } = await describePool(id)
    const awsTags = { 'aws:cloudformation:stack-name': 'owner' }
    Object.assign(pool.pools.get(id)?.properties.UserPoolTags ?? {}, awsTags)
    await sdk.updateUserPool({ UserPoolId: id })
    expect(await describePool(id)).toMatchObject({ Name, DcrConfiguration, AliasAttributes, SchemaAttributes })
    expect((await describePool(id)).UserPoolTags).toEqual(awsTags)
    await sdk.updateUserPool({ UserPoolId: id, PoolName: 'renamed', DcrConfiguration: { EnableStatus: 'Disabled' } })
    expect(await describePool(id)).toMatchObject({ Name: 'renamed', DcrConfiguration: { EnableStatus: 'Disabled' } })
  })

  test('ignores unknown settings and null', async () => {
    const id = await make()
    const signature = `AWS4-HMAC-SHA256 Credential=a/20300101/us-east-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`
    const { LambdaConfig, ...request } = await unchanged(id)
    const response = await fetch(pool.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'AWSCognitoIdentityProviderService.UpdateUserPool', authorization: signature },
      body: JSON.stringify({ ...request, LambdaConfig: null, FutureSetting: { a: 1 }, SchemaAttributes: [] }),
    })
    expect(response.status).toBe(200)
    const after = await describePool(id)
    expect(after.LambdaConfig).toEqual({})
    expect(after).not.toHaveProperty('FutureSetting')
    expect(after.SchemaAttributes).not.toEqual([])
  })

  const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`
  test.each<[string, Partial<UpdateUserPoolRequest>, string]>([
    [
      'both settings for the lifetime of a temporary password',
      { AdminCreateUserConfig: { UnusedAccountValidityDays: 3 } },
      'InvalidParameterException',
    ],
    [
      'two functions for pre token generation',
      {
        LambdaConfig: {
          PreTokenGeneration: arn('one'),
          PreTokenGenerationConfig: { LambdaArn: arn('other'), LambdaVersion: 'V2_0' },
        },
      },
      'InvalidParameterException',
    ],
    [
      'AttributesRequireVerificationBeforeUpdate with an attribute that is not in AutoVerifiedAttributes',
      { AutoVerifiedAttributes: [] },
      'InvalidParameterException',
    ],
    ['a tag with AWS’s prefix', { UserPoolTags: { 'aws:cloudformation:stack-name': 'x' } }, 'UserPoolTaggingException'],
    [
      'an unknown threat protection of custom authentication',
      {
        UserPoolAddOns: {
          AdvancedSecurityMode: 'AUDIT',
          AdvancedSecurityAdditionalFlows: { CustomAuthMode: 'OFF' as 'AUDIT' },
        },
      },
      'InvalidParameterException',
    ],
    ['a plan that lacks a setting’s feature', { UserPoolTier: 'ESSENTIALS' }, 'TierChangeNotAllowedException'],
  ])('refuses %s and changes nothing', async (_, change, name) => {
    const id = await make()
    const before = await describePool(id)
    expect(await errorOf(sdk.updateUserPool({ ...(await unchanged(id)), ...change }))).toBe(name)
    expect(await describePool(id)).toEqual(before)
  })

  test('refuses a V2_0 trigger on a Lite pool', async () => {
    const PreTokenGenerationConfig = { LambdaArn: arn('tokens'), LambdaVersion: 'V2_0' as const }
    const id = await makePlain({ UserPoolTier: 'LITE' })
    const update = { UserPoolId: id, UserPoolTier: 'LITE' as const, LambdaConfig: { PreTokenGenerationConfig } }
    expect(await errorOf(sdk.updateUserPool(update))).toBe('FeatureUnavailableInTierException')
    expect(await errorOf(makePlain({ UserPoolTier: 'LITE', LambdaConfig: { PreTokenGenerationConfig } }))).toBe(
      'FeatureUnavailableInTierException',
    )
  })

  test('accepts threat protection of custom authentication alone on a Plus pool, and refuses it on other plans', async () => {
    const UserPoolAddOns = {
      AdvancedSecurityMode: 'OFF' as const,
      AdvancedSecurityAdditionalFlows: { CustomAuthMode: 'AUDIT' as const },
    }
    const id = await makePlain({ UserPoolTier: 'PLUS', UserPoolAddOns })
    expect((await describePool(id)).UserPoolAddOns).toEqual(UserPoolAddOns)
    expect(await errorOf(makePlain({ UserPoolTier: 'ESSENTIALS', UserPoolAddOns }))).toBe(
      'FeatureUnavailableInTierException',
    )
  })

  test('answers ResourceNotFoundException for an unknown pool', async () => {
    expect(await errorOf(sdk.updateUserPool({ UserPoolId: 'us-east-1_nowhere12' }))).toBe('ResourceNotFoundException')
  })

  test('takes effect at the next sign-in', async () => {
    const started = await startPool({ triggers: question })
    try {
      await started.addUser('alice')
      const signIn = () =>
        failure(
          started.sdk.adminInitiateAuth({
            UserPoolId: poolId,
            ClientId: 'open',
            AuthFlow: 'CUSTOM_AUTH',
            AuthParameters: { USERNAME: 'alice' },
          }),
        )
      expect(await signIn()).toMatchObject({ name: 'nothing' })
      await started.sdk.updateUserPool({ UserPoolId: poolId })
      expect(await signIn()).toMatchObject({
        name: 'InvalidParameterException',
        message: 'Custom auth lambda trigger is not configured for the user pool.',
      })
    } finally {
      await started.close()
    }
  })

  test('can be made to fail as during another update', async () => {
    const busy = await startPool({
      intercept: (operation, _, run) => {
        if (operation === 'UpdateUserPool') throw new CognitoError('ConcurrentModificationException', 'Busy')
        return run()
      },
    })
    try {
      expect(await errorOf(busy.sdk.updateUserPool({ UserPoolId: poolId }))).toBe('ConcurrentModificationException')
    } finally {
      await busy.close()
    }
  })
})

describe('DeleteUserPool', () => {
  test('deletes the pool', async () => {
    const UserPoolId = await makePlain()
    await sdk.deleteUserPool({ UserPoolId })
    expect(await errorOf(describePool(UserPoolId))).toBe('ResourceNotFoundException')
  })

  test('refuses a pool with DeletionProtection', async () => {
    const UserPoolId = await makePlain({ DeletionProtection: 'ACTIVE' })
    expect(await errorOf(sdk.deleteUserPool({ UserPoolId }))).toBe('InvalidParameterException')
    expect((await describePool(UserPoolId)).Id).toBe(UserPoolId)
  })
})

describe('an app client', () => {
  test('is created and issues tokens with the pool’s issuer', async () => {
    const UserPoolId = await makePlain({ IssuerConfiguration: { Type: 'UPDATED' } })
    const { UserPoolClient } = await sdk.createUserPoolClient({
      UserPoolId,
      ClientName: 'web',
      GenerateSecret: true,
      ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH'],
    })
    const ClientId = UserPoolClient?.ClientId ?? ''
    expect(UserPoolClient).toMatchObject({ ClientName: 'web', UserPoolId })
    expect(UserPoolClient?.ClientSecret).toMatch(/^[a-z0-9]{51}$/)
    expect((await sdk.describeUserPoolClient({ UserPoolId, ClientId })).UserPoolClient).toEqual(UserPoolClient)
    const open = await sdk.createUserPoolClient({
      UserPoolId,
      ClientName: 'open',
      ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH'],
    })
    await sdk.adminCreateUser({ UserPoolId, Username: 'alice' })
    await sdk.adminSetUserPassword({ UserPoolId, Username: 'alice', Password: 'Alice-Local-1!', Permanent: true })
    const signedIn = await sdk.adminInitiateAuth({
      UserPoolId,
      ClientId: open.UserPoolClient?.ClientId,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'alice', PASSWORD: 'Alice-Local-1!' },
    })
    const { iss } = claimsOf(signedIn.AuthenticationResult?.IdToken ?? '')
    expect(iss).toBe(`https://issuer-cognito-idp.us-east-1.amazonaws.com/${UserPoolId}`)
  })
})

describe('a group', () => {
  const GroupName = 'support'

  test('is created, described, listed, and deleted with its memberships', async () => {
    const UserPoolId = await makePlain()
    const { Group } = await sdk.createGroup({ UserPoolId, GroupName, Description: 'the desk', Precedence: 3 })
    expect(Group).toMatchObject({ UserPoolId, GroupName, Description: 'the desk', Precedence: 3 })
    expect((await sdk.getGroup({ UserPoolId, GroupName })).Group).toEqual(Group)
    expect((await sdk.listGroups({ UserPoolId })).Groups).toEqual([Group])
    await sdk.adminCreateUser({ UserPoolId, Username: 'olivia' })
    await sdk.adminAddUserToGroup({ UserPoolId, Username: 'olivia', GroupName })
    await sdk.deleteGroup({ UserPoolId, GroupName })
    expect(await errorOf(sdk.getGroup({ UserPoolId, GroupName }))).toBe('ResourceNotFoundException')
    await sdk.createGroup({ UserPoolId, GroupName })
    expect((await sdk.adminListGroupsForUser({ UserPoolId, Username: 'olivia' })).Groups).toEqual([])
  })

  test('is refused by name if it has an IAM role', async () => {
    const UserPoolId = await makePlain()
    expect(await failure(sdk.createGroup({ UserPoolId, GroupName, RoleArn: 'arn:aws:iam::1:role/x' }))).toMatchObject({
      name: 'InvalidParameterException',
      message: 'The local Cognito has no IAM roles of groups.',
    })
  })

  test('with a taken name is answered with GroupExistsException', async () => {
    const UserPoolId = await makePlain()
    await sdk.createGroup({ UserPoolId, GroupName })
    expect(await errorOf(sdk.createGroup({ UserPoolId, GroupName }))).toBe('GroupExistsException')
  })

  test.each(['getGroup', 'deleteGroup'] as const)(
    'that does not exist is answered with ResourceNotFoundException by %s',
    async (call) => {
      const UserPoolId = await makePlain()
      expect(await errorOf(sdk[call]({ UserPoolId, GroupName }))).toBe('ResourceNotFoundException')
    },
  )
})
