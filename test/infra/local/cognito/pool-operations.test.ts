// CreateUserPool, UpdateUserPool, DeleteUserPool, and the app clients and groups of a pool that was made so.
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

/** What is sent to leave a pool as it is, by whoever knows how. */
async function whole(UserPoolId: string): Promise<UpdateUserPoolRequest> {
  const { Id, Name, Arn, CreationDate, LastModifiedDate, EstimatedNumberOfUsers, ...settings } =
    await describePool(UserPoolId)
  const { SchemaAttributes, AliasAttributes, UsernameConfiguration, AdminCreateUserConfig, ...rest } = settings
  const { UnusedAccountValidityDays, ...admin } = AdminCreateUserConfig ?? {}
  return { UserPoolId, ...rest, AdminCreateUserConfig: admin, ...(Name !== undefined && { PoolName: Name }) }
}

describe('a pool', () => {
  test('without any setting is shown with Cognito’s defaults', async () => {
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

  test('with every setting is shown with each of them, and with its own attributes', async () => {
    const { PoolName, LambdaConfig, Policies, AdminCreateUserConfig, ...settings } = everySetting
    const shown = await describePool(await make())
    expect(shown).toMatchObject({ ...settings, Name: PoolName, LambdaConfig, Policies })
    expect(shown.AdminCreateUserConfig).toEqual({ ...AdminCreateUserConfig, UnusedAccountValidityDays: 3 })
    expect(shown).toMatchObject({ AliasAttributes: ['email'], UsernameConfiguration: { CaseSensitive: false } })
    expect(shown.SchemaAttributes).toContainEqual(expect.objectContaining({ Name: 'email', Required: true }))
    expect(shown.SchemaAttributes).toContainEqual(expect.objectContaining({ Name: 'custom:tenant', Mutable: false }))
  })

  test('counts its users', async () => {
    const UserPoolId = await makePlain()
    await sdk.adminCreateUser({ UserPoolId, Username: 'alice' })
    expect((await describePool(UserPoolId)).EstimatedNumberOfUsers).toBe(1)
  })

  test('with a name for each of its triggers shows the pre token generation by both names', async () => {
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:tokens'
    const both = (LambdaVersion: string) => ({
      PreTokenGeneration: arn,
      PreTokenGenerationConfig: { LambdaArn: arn, LambdaVersion },
    })
    const old = await makePlain({ LambdaConfig: { PreTokenGeneration: arn } })
    expect((await describePool(old)).LambdaConfig).toEqual(both('V1_0'))
    const PreTokenGenerationConfig = { LambdaArn: arn, LambdaVersion: 'V2_0' as const }
    const versioned = await makePlain({ LambdaConfig: { PreTokenGenerationConfig } })
    expect((await describePool(versioned)).LambdaConfig).toEqual(both('V2_0'))
  })
})

describe('UpdateUserPool', () => {
  test('given everything leaves everything, and tells when it was', async () => {
    const id = await make()
    const before = await describePool(id)
    pool.clock.now += 1000
    await sdk.updateUserPool(await whole(id))
    expect(await describePool(id)).toEqual({ ...before, LastModifiedDate: new Date(pool.clock.now) })
  })

  // API reference, UpdateUserPool: an omitted setting is set to its default. `undefined`: DescribeUserPool is silent.
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
  /** Settings that another one can't do without. */
  const dependents: Record<string, (keyof UpdateUserPoolRequest)[]> = {
    AutoVerifiedAttributes: ['UserAttributeUpdateSettings'],
    UserPoolTier: ['UserPoolAddOns'],
  }

  test.each(Object.entries(defaults))('not given %s sets it to its default, and nothing else', async (name, value) => {
    const setting = name as keyof UpdateUserPoolRequest
    const id = await make()
    const before = await describePool(id)
    const gone = [setting, ...(dependents[name] ?? [])]
    const request = await whole(id)
    await sdk.updateUserPool({ ...request, ...Object.fromEntries(gone.map((each) => [each, undefined])) })
    const after = await describePool(id)
    expect(after[setting as keyof typeof after]).toEqual(value)
    const others = Object.keys({ ...before, ...after }).filter(
      (each) =>
        !['LastModifiedDate', ...gone, ...(name === 'Policies' ? ['AdminCreateUserConfig'] : [])].includes(each),
    )
    for (const each of others as (keyof typeof after)[]) expect(after[each]).toEqual(before[each])
  })

  test('given a part of a setting sets the rest of it to its default', async () => {
    const id = await make()
    const request = await whole(id)
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

  test('given one trigger takes the others away', async () => {
    const id = await make()
    const LambdaConfig = { PreSignUp: everySetting.LambdaConfig.PreSignUp }
    await sdk.updateUserPool({ ...(await whole(id)), LambdaConfig })
    expect((await describePool(id)).LambdaConfig).toEqual(LambdaConfig)
  })

  test('keeps what it can’t change: the name, the registration of clients, aliases, attributes and AWS’s own tags', async () => {
    const id = await make()
    const { Name, DcrConfiguration, AliasAttributes, SchemaAttributes } = await describePool(id)
    const own = { 'aws:cloudformation:stack-name': 'owner' }
    Object.assign(pool.pools.get(id)?.properties.UserPoolTags ?? {}, own)
    await sdk.updateUserPool({ UserPoolId: id })
    expect(await describePool(id)).toMatchObject({ Name, DcrConfiguration, AliasAttributes, SchemaAttributes })
    expect((await describePool(id)).UserPoolTags).toEqual(own)
    await sdk.updateUserPool({ UserPoolId: id, PoolName: 'renamed', DcrConfiguration: { EnableStatus: 'Disabled' } })
    expect(await describePool(id)).toMatchObject({ Name: 'renamed', DcrConfiguration: { EnableStatus: 'Disabled' } })
  })

  test('ignores what it does not know, and null', async () => {
    const id = await make()
    const signature = `AWS4-HMAC-SHA256 Credential=a/20300101/us-east-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`
    const { LambdaConfig, ...request } = await whole(id)
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
      'both names of the time of a temporary password',
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
      'an attribute to verify before its change that is not verified at all',
      { AutoVerifiedAttributes: [] },
      'InvalidParameterException',
    ],
    ['a tag of AWS’s own', { UserPoolTags: { 'aws:cloudformation:stack-name': 'x' } }, 'UserPoolTaggingException'],
    ['a plan below what is set', { UserPoolTier: 'ESSENTIALS' }, 'TierChangeNotAllowedException'],
  ])('refuses %s, and changes nothing', async (_, change, name) => {
    const id = await make()
    const before = await describePool(id)
    expect(await errorOf(sdk.updateUserPool({ ...(await whole(id)), ...change }))).toBe(name)
    expect(await describePool(id)).toEqual(before)
  })

  test('refuses the access token’s claims on a Lite pool', async () => {
    const PreTokenGenerationConfig = { LambdaArn: arn('tokens'), LambdaVersion: 'V2_0' as const }
    const id = await makePlain({ UserPoolTier: 'LITE' })
    const update = { UserPoolId: id, UserPoolTier: 'LITE' as const, LambdaConfig: { PreTokenGenerationConfig } }
    expect(await errorOf(sdk.updateUserPool(update))).toBe('FeatureUnavailableInTierException')
    expect(await errorOf(makePlain({ UserPoolTier: 'LITE', LambdaConfig: { PreTokenGenerationConfig } }))).toBe(
      'FeatureUnavailableInTierException',
    )
  })

  test('of a pool that is not there is ResourceNotFoundException', async () => {
    expect(await errorOf(sdk.updateUserPool({ UserPoolId: 'us-east-1_nowhere12' }))).toBe('ResourceNotFoundException')
  })

  test('counts from the next sign-in on', async () => {
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

  test('beside another can be made to fail', async () => {
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
  test('takes the pool away', async () => {
    const UserPoolId = await makePlain()
    await sdk.deleteUserPool({ UserPoolId })
    expect(await errorOf(describePool(UserPoolId))).toBe('ResourceNotFoundException')
  })

  test('refuses a pool that is protected', async () => {
    const UserPoolId = await makePlain({ DeletionProtection: 'ACTIVE' })
    expect(await errorOf(sdk.deleteUserPool({ UserPoolId }))).toBe('InvalidParameterException')
    expect((await describePool(UserPoolId)).Id).toBe(UserPoolId)
  })
})

describe('an app client', () => {
  test('is made, and signs people in by the pool’s issuer', async () => {
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

  test('is made, shown, listed, and goes with its memberships', async () => {
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

  test('refuses an IAM role by name', async () => {
    const UserPoolId = await makePlain()
    expect(await failure(sdk.createGroup({ UserPoolId, GroupName, RoleArn: 'arn:aws:iam::1:role/x' }))).toMatchObject({
      name: 'InvalidParameterException',
      message: 'The local Cognito has no IAM roles of groups.',
    })
  })

  test('of a name that is taken is GroupExistsException', async () => {
    const UserPoolId = await makePlain()
    await sdk.createGroup({ UserPoolId, GroupName })
    expect(await errorOf(sdk.createGroup({ UserPoolId, GroupName }))).toBe('GroupExistsException')
  })

  test.each(['getGroup', 'deleteGroup'] as const)(
    'that is not there: %s is ResourceNotFoundException',
    async (call) => {
      const UserPoolId = await makePlain()
      expect(await errorOf(sdk[call]({ UserPoolId, GroupName }))).toBe('ResourceNotFoundException')
    },
  )
})
