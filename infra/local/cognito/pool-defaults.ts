// A pool's settings: their names, their defaults, and how DescribeUserPool shows them.
// Source: API reference, CreateUserPool, UpdateUserPool, UserPoolType and the types they refer to.
import type { LambdaConfig, PoolProperties } from './pool.ts'
import { describeSchema } from './schema.ts'

/** The settings that UpdateUserPool accepts, besides UserPoolId and PoolName. */
export const updatableSettings = [
  'AccountRecoverySetting',
  'AcrConfiguration',
  'AdminCreateUserConfig',
  'AutoVerifiedAttributes',
  'DcrConfiguration',
  'DeletionProtection',
  'DeviceConfiguration',
  'EmailConfiguration',
  'EmailVerificationMessage',
  'EmailVerificationSubject',
  'IssuerConfiguration',
  'KeyConfiguration',
  'LambdaConfig',
  'MfaConfiguration',
  'Policies',
  'SmsAuthenticationMessage',
  'SmsConfiguration',
  'SmsVerificationMessage',
  'UserAttributeUpdateSettings',
  'UserPoolAddOns',
  'UserPoolTags',
  'UserPoolTier',
  'VerificationMessageTemplate',
] as const

/** The settings that only CreateUserPool accepts. */
export const fixedSettings = ['AliasAttributes', 'Schema', 'UsernameAttributes', 'UsernameConfiguration'] as const

export const defaultTier = 'ESSENTIALS'

/** How long a temporary password is valid, in days. A setting of 0 means the default. */
export const temporaryPasswordDays = ({ Policies, AdminCreateUserConfig }: PoolProperties): number =>
  Policies?.PasswordPolicy?.TemporaryPasswordValidityDays || AdminCreateUserConfig?.UnusedAccountValidityDays || 7

/** The settings as DescribeUserPool shows them. A setting that is off by default is left out. */
export function describeSettings(properties: PoolProperties): Record<string, unknown> {
  const { UserPoolName, Schema, EnabledMfas: _, ...settings } = properties
  const days = temporaryPasswordDays(properties)
  return {
    DeletionProtection: 'INACTIVE',
    EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT' },
    MfaConfiguration: 'OFF',
    UserPoolTags: {},
    UserPoolTier: defaultTier,
    ...settings,
    Policies: {
      PasswordPolicy: { ...passwordPolicy(properties), TemporaryPasswordValidityDays: days },
      SignInPolicy: settings.Policies?.SignInPolicy ?? { AllowedFirstAuthFactors: ['PASSWORD'] },
    },
    // The legacy name of TemporaryPasswordValidityDays. Cognito always shows both and refuses a request with both.
    AdminCreateUserConfig: {
      AllowAdminCreateUserOnly: false,
      ...settings.AdminCreateUserConfig,
      UnusedAccountValidityDays: days,
    },
    VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_CODE', ...settings.VerificationMessageTemplate },
    LambdaConfig: describeTriggers(settings.LambdaConfig ?? {}),
    SchemaAttributes: describeSchema(Schema ?? []),
  }
}

/** A pool without a policy requires all four kinds of character. A policy requires only the kinds it names. */
function passwordPolicy({ Policies }: PoolProperties) {
  const isDefault = Policies?.PasswordPolicy === undefined
  return {
    MinimumLength: 8,
    RequireLowercase: isDefault,
    RequireNumbers: isDefault,
    RequireSymbols: isDefault,
    RequireUppercase: isDefault,
    ...Policies?.PasswordPolicy,
  }
}

/** Shows the pre token generation trigger under both its names (API reference, LambdaConfigType). */
function describeTriggers(config: LambdaConfig): LambdaConfig {
  const { PreTokenGeneration: legacy, PreTokenGenerationConfig: versioned, ...others } = config
  const arn = versioned?.LambdaArn ?? legacy
  if (arn === undefined) return others
  const PreTokenGenerationConfig = versioned ?? { LambdaArn: arn, LambdaVersion: 'V1_0' }
  return { ...others, PreTokenGeneration: arn, PreTokenGenerationConfig }
}
