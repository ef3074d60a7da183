// A pool's settings: which of them a request may set, and Cognito's defaults in the API's words.
// Source: API reference, CreateUserPool, UpdateUserPool, UserPoolType and the types that they name.
import type { LambdaConfig, PoolProperties } from './pool.ts'
import { describeSchema } from './schema.ts'

/** What UpdateUserPool takes, beside UserPoolId and PoolName. */
export const updatable = [
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

/** What only CreateUserPool takes. */
export const lasting = ['AliasAttributes', 'Schema', 'UsernameAttributes', 'UsernameConfiguration'] as const

export const defaultTier = 'ESSENTIALS'

/** How long a temporary password is good, in days; 0 stands for the default. */
export const temporaryPasswordDays = ({ Policies, AdminCreateUserConfig }: PoolProperties): number =>
  Policies?.PasswordPolicy?.TemporaryPasswordValidityDays || AdminCreateUserConfig?.UnusedAccountValidityDays || 7

/** The settings as DescribeUserPool shows them; those that are off by default are absent. */
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
    // The legacy name of the same time is always shown beside it, and refused where it comes back beside it.
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

/** A policy that is given demands what it says; without any, Cognito demands all four kinds of character. */
function passwordPolicy({ Policies }: PoolProperties) {
  const demands = Policies?.PasswordPolicy === undefined
  return {
    MinimumLength: 8,
    RequireLowercase: demands,
    RequireNumbers: demands,
    RequireSymbols: demands,
    RequireUppercase: demands,
    ...Policies?.PasswordPolicy,
  }
}

/** The two names of the pre token generation trigger always hold the same function (API reference, LambdaConfigType). */
function describeTriggers(config: LambdaConfig): LambdaConfig {
  const { PreTokenGeneration: legacy, PreTokenGenerationConfig: versioned, ...others } = config
  const arn = versioned?.LambdaArn ?? legacy
  if (arn === undefined) return others
  const PreTokenGenerationConfig = versioned ?? { LambdaArn: arn, LambdaVersion: 'V1_0' }
  return { ...others, PreTokenGeneration: arn, PreTokenGenerationConfig }
}
