// A user pool with a value in every setting. A deployment must keep all of them.

import {
  type CognitoIdentityProviderClient,
  CreateUserPoolCommand,
  type CreateUserPoolRequest,
  DescribeUserPoolCommand,
  type LambdaConfigType,
  type UpdateUserPoolRequest,
  type UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider'

type Triggers = 'DefineAuthChallenge' | 'CreateAuthChallenge' | 'VerifyAuthChallengeResponse'
type PreTokenGeneration = 'PreTokenGeneration' | 'PreTokenGenerationConfig'

/** T with every member required, at every depth. */
type Complete<T> = T extends (infer Item)[]
  ? Complete<Item>[]
  : T extends object
    ? { [Name in keyof T]-?: Complete<NonNullable<T[Name]>> }
    : NonNullable<T>

/** Every setting of UpdateUserPool in the SDK's types. If a newer SDK adds one, `everySetting` becomes a type error. */
type Everything = Complete<
  Omit<UpdateUserPoolRequest, 'UserPoolId' | 'LambdaConfig' | 'AdminCreateUserConfig'> & {
    // The slots for our triggers are free.
    LambdaConfig: Omit<LambdaConfigType, Triggers | PreTokenGeneration>
    // The old name of the password policy's TemporaryPasswordValidityDays. Cognito refuses both names together.
    AdminCreateUserConfig: Omit<
      NonNullable<UpdateUserPoolRequest['AdminCreateUserConfig']>,
      'UnusedAccountValidityDays'
    >
  }
>

/** The ARN of a function of the pool's owner. */
export const ownersFunction = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:owner-${name}`
/** A pool has one role for text messages: the settings of SNS and of End User Messaging exclude each other. */
export const smsRoleArn = 'arn:aws:iam::000000000000:role/sms'
const kmsKey = 'arn:aws:kms:us-east-1:000000000000:key/3f1a6f1e-8a0f-4b6e-9d0a-2f6c1b7a5d10'

/** Each value differs from Cognito's default. */
export const everySetting = {
  PoolName: 'customers',
  Policies: {
    PasswordPolicy: {
      MinimumLength: 11,
      RequireLowercase: true,
      RequireNumbers: false,
      RequireSymbols: false,
      RequireUppercase: true,
      PasswordHistorySize: 5,
      TemporaryPasswordValidityDays: 3,
    },
    SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP'] },
  },
  DeletionProtection: 'ACTIVE',
  LambdaConfig: {
    PreSignUp: ownersFunction('pre-sign-up'),
    CustomMessage: ownersFunction('custom-message'),
    PostConfirmation: ownersFunction('post-confirmation'),
    PreAuthentication: ownersFunction('pre-authentication'),
    PostAuthentication: ownersFunction('post-authentication'),
    UserMigration: ownersFunction('user-migration'),
    CustomSMSSender: { LambdaArn: ownersFunction('sms-sender'), LambdaVersion: 'V1_0' },
    CustomEmailSender: { LambdaArn: ownersFunction('email-sender'), LambdaVersion: 'V1_0' },
    InboundFederation: { LambdaArn: ownersFunction('inbound-federation'), LambdaVersion: 'V1_0' },
    KMSKeyID: kmsKey,
  },
  AutoVerifiedAttributes: ['email'],
  SmsVerificationMessage: 'By text: {####}',
  EmailVerificationMessage: 'By mail: {####}',
  EmailVerificationSubject: 'A code for you',
  VerificationMessageTemplate: {
    SmsMessage: 'By text: {####}',
    EmailMessage: 'By mail: {####}',
    EmailSubject: 'A code for you',
    EmailMessageByLink: 'Please {##follow this link##}',
    EmailSubjectByLink: 'A link for you',
    DefaultEmailOption: 'CONFIRM_WITH_LINK',
  },
  SmsAuthenticationMessage: 'To sign in: {####}',
  UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
  MfaConfiguration: 'OPTIONAL',
  DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true },
  EmailConfiguration: {
    SourceArn: 'arn:aws:ses:us-east-1:000000000000:identity/hello@example.com',
    ReplyToEmailAddress: 'reply@example.com',
    EmailSendingAccount: 'DEVELOPER',
    From: 'Example <hello@example.com>',
    ConfigurationSet: 'mail',
  },
  SmsConfiguration: {
    SnsCallerArn: smsRoleArn,
    ExternalId: 'customers',
    SnsRegion: 'us-west-2',
    EumsSms: {
      CallerArn: smsRoleArn,
      ExternalId: 'customers',
      OriginationIdentity: 'EXAMPLE',
      ConfigurationSetName: 'texts',
      InEntityId: 'entity',
      InTemplateId: 'template',
      Region: 'us-east-1',
    },
  },
  UserPoolTags: { team: 'accounts', stage: 'live' },
  AdminCreateUserConfig: {
    AllowAdminCreateUserOnly: true,
    InviteMessageTemplate: {
      SMSMessage: '{username}: {####}',
      EmailMessage: 'Welcome {username}: {####}',
      EmailSubject: 'Welcome',
    },
  },
  UserPoolAddOns: {
    AdvancedSecurityMode: 'ENFORCED',
    AdvancedSecurityAdditionalFlows: { CustomAuthMode: 'ENFORCED' },
  },
  DcrConfiguration: {
    EnableStatus: 'Enabled',
    OpenDcrEnabled: true,
    AuthenticatedGrantTypes: ['code'],
    OpenDcrGrantTypes: ['code'],
    AllowedScopes: ['orders/read'],
  },
  AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_phone_number', Priority: 1 }] },
  UserPoolTier: 'PLUS',
  KeyConfiguration: { KeyType: 'CUSTOMER_MANAGED_KEY', KmsKeyArn: kmsKey },
  IssuerConfiguration: { Type: 'UPDATED' },
  AcrConfiguration: { Level2: { AcrValue: 'urn:example:acr:2' } },
} satisfies Everything

/** Settings that only CreateUserPool can set. */
const createOnly = {
  AliasAttributes: ['email'],
  UsernameConfiguration: { CaseSensitive: false },
  Schema: [
    { Name: 'email', AttributeDataType: 'String', Required: true, Mutable: true },
    { Name: 'tenant', AttributeDataType: 'String', Mutable: false },
  ],
} satisfies Partial<CreateUserPoolRequest>

/**
 * Creates the pool.
 * @param changes replace values of `everySetting`; undefined leaves a setting out
 * @returns the pool id
 */
export async function createFullUserPool(
  cognito: CognitoIdentityProviderClient,
  changes: { [Name in keyof CreateUserPoolRequest]?: CreateUserPoolRequest[Name] } = {},
): Promise<string> {
  const { UserPool } = await cognito.send(new CreateUserPoolCommand({ ...everySetting, ...createOnly, ...changes }))
  return UserPool?.Id ?? ''
}

/** The settings from DescribeUserPool, without those that change by themselves. */
export async function describeUserPool(
  cognito: CognitoIdentityProviderClient,
  UserPoolId: string,
): Promise<Omit<UserPoolType, 'LastModifiedDate' | 'EstimatedNumberOfUsers'>> {
  const { UserPool } = await cognito.send(new DescribeUserPoolCommand({ UserPoolId }))
  const { LastModifiedDate: _, EstimatedNumberOfUsers: __, ...settings } = UserPool ?? {}
  return settings
}
