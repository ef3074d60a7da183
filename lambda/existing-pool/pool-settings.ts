// Reads a user pool's settings with DescribeUserPool and writes them with UpdateUserPool.

import { buffer } from 'node:stream/consumers'
import {
  type CognitoIdentityProviderClient,
  type CreateUserPoolRequest,
  DescribeUserPoolCommand,
  GetUserPoolMfaConfigCommand,
  type LambdaConfigType,
  type SmsConfigurationType,
  UpdateUserPoolCommand,
  type UpdateUserPoolRequest,
  type UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider'
import { isObject } from '../json.ts'

/** The settings in the JSON response, including those that this SDK does not know. */
export interface PoolSettings extends Record<string, unknown> {
  Name?: string
  UserPoolTier?: string
  LambdaConfig?: LambdaConfigType
  SmsConfiguration?: SmsConfigurationType
}

export interface DescribedPool {
  settings: PoolSettings
  /** Paths of possible settings that this SDK does not know. An update would reset them. */
  unknown: string[]
}

type Settable = Exclude<keyof UpdateUserPoolRequest, 'UserPoolId' | 'PoolName'>

/** The settings that UpdateUserPool accepts. If a newer SDK adds one, this is a type error until it is added here. */
const settable = Object.keys({
  AccountRecoverySetting: true,
  AcrConfiguration: true,
  AdminCreateUserConfig: true,
  AutoVerifiedAttributes: true,
  DcrConfiguration: true,
  DeletionProtection: true,
  DeviceConfiguration: true,
  EmailConfiguration: true,
  EmailVerificationMessage: true,
  EmailVerificationSubject: true,
  IssuerConfiguration: true,
  KeyConfiguration: true,
  LambdaConfig: true,
  MfaConfiguration: true,
  Policies: true,
  SmsAuthenticationMessage: true,
  SmsConfiguration: true,
  SmsVerificationMessage: true,
  UserAttributeUpdateSettings: true,
  UserPoolAddOns: true,
  UserPoolTags: true,
  UserPoolTier: true,
  VerificationMessageTemplate: true,
} satisfies Record<Settable, true>)

/** Settings that no update changes: only DescribeUserPool or CreateUserPool has them. `Name` is sent as PoolName. */
const readOnly = Object.keys({
  AliasAttributes: true,
  Arn: true,
  CreationDate: true,
  CustomDomain: true,
  Domain: true,
  EmailConfigurationFailure: true,
  EstimatedNumberOfUsers: true,
  Id: true,
  LastModifiedDate: true,
  Name: true,
  Schema: true,
  SchemaAttributes: true,
  SmsConfigurationFailure: true,
  Status: true,
  UsernameAttributes: true,
  UsernameConfiguration: true,
} satisfies Record<Exclude<keyof UserPoolType | keyof CreateUserPoolRequest, Settable | 'PoolName'>, true>)

/** Settings that change by themselves, without an update. */
const volatileSettings = [
  // The old name of the password policy's TemporaryPasswordValidityDays. Cognito sets it to the same value.
  'AdminCreateUserConfig.UnusedAccountValidityDays',
  'EmailConfigurationFailure',
  'EstimatedNumberOfUsers',
  'LastModifiedDate',
  'SmsConfigurationFailure',
  'Status',
]

/** Keeps the JSON of the response, since the SDK drops settings that it does not know. @throws AWS's errors. */
export async function describePool(
  cognito: CognitoIdentityProviderClient,
  UserPoolId: string,
  abortSignal: AbortSignal,
): Promise<DescribedPool> {
  const command = new DescribeUserPoolCommand({ UserPoolId })
  let body = ''
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const { response } = result as { response: { body: Uint8Array | AsyncIterable<Uint8Array> } }
      const bytes = response.body instanceof Uint8Array ? response.body : await buffer(response.body)
      body = Buffer.from(bytes).toString('utf8')
      response.body = bytes
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'keepBody' },
  )
  const { UserPool } = await cognito.send(command, { abortSignal })
  const { UserPool: settings } = JSON.parse(body) as { UserPool: PoolSettings }
  const unknown = unreadPaths({ read: UserPool, raw: settings }).filter(
    (path) => !readOnly.includes(path.split('.')[0] ?? ''),
  )
  return { settings, unknown }
}

/** The settings of MFA, most of which DescribeUserPool does not show. @throws AWS's errors. */
export async function readMfa(
  cognito: CognitoIdentityProviderClient,
  UserPoolId: string,
  abortSignal: AbortSignal,
): Promise<PoolSettings> {
  const { $metadata: _, ...mfa } = await cognito.send(new GetUserPoolMfaConfigCommand({ UserPoolId }), { abortSignal })
  return { ...mfa }
}

/** Sends every setting. @throws AWS's errors. */
export async function updatePool(
  cognito: CognitoIdentityProviderClient,
  UserPoolId: string,
  settings: PoolSettings,
  abortSignal: AbortSignal,
): Promise<void> {
  await cognito.send(new UpdateUserPoolCommand({ UserPoolId, ...toUpdateRequest(settings) }), { abortSignal })
}

/** The settings in the form that UpdateUserPool accepts. */
function toUpdateRequest(settings: PoolSettings): Omit<UpdateUserPoolRequest, 'UserPoolId'> {
  const entries = Object.entries(settings).filter(([key]) => settable.includes(key))
  const request: Omit<UpdateUserPoolRequest, 'UserPoolId'> = Object.fromEntries(entries)
  request.PoolName = settings.Name
  // DescribeUserPool returns both of these settings. UpdateUserPool accepts only the newer one.
  if (request.Policies?.PasswordPolicy?.TemporaryPasswordValidityDays !== undefined) {
    const { UnusedAccountValidityDays: _, ...rest } = request.AdminCreateUserConfig ?? {}
    if (request.AdminCreateUserConfig) request.AdminCreateUserConfig = rest
  }
  // An update keeps the tags of AWS, and must not contain them.
  if (request.UserPoolTags) {
    request.UserPoolTags = Object.fromEntries(
      Object.entries(request.UserPoolTags).filter(([key]) => !key.toLowerCase().startsWith('aws:')),
    )
  }
  return request
}

/** Paths of the settings that differ, except the volatile ones. Array order is ignored; empty equals missing. */
export function differences(one: PoolSettings, other: PoolSettings): string[] {
  const differing = (oneValue: unknown, otherValue: unknown, path: string): string[] => {
    const [a, b] = [oneValue ?? {}, otherValue ?? {}]
    if (!isObject(a) || !isObject(b)) return canonical(a) === canonical(b) ? [] : [path]
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
      differing(a[key], b[key], path ? `${path}.${key}` : key),
    )
  }
  return differing(one, other, '').filter((path) => !volatileSettings.includes(path))
}

/** Paths of the values in the JSON (`raw`) that the SDK's result (`read`) lacks. */
function unreadPaths({ read, raw, path = '' }: { read: unknown; raw: unknown; path?: string }): string[] {
  if (raw === null || raw === undefined) return []
  if (read === undefined) return [path]
  if (Array.isArray(raw) && Array.isArray(read))
    return raw.flatMap((item, index) => unreadPaths({ read: read[index], raw: item, path }))
  if (!isObject(raw) || !isObject(read)) return []
  return Object.entries(raw).flatMap(([key, value]) =>
    unreadPaths({ read: read[key], raw: value, path: path ? `${path}.${key}` : key }),
  )
}

/** A text that is equal for equal values. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const inner = Array.isArray(value)
    ? value.map(canonical)
    : Object.entries(value).flatMap(([key, item]) => (canonical(item) === absent ? [] : [`${key}: ${canonical(item)}`]))
  return inner.length > 0 ? JSON.stringify(inner.sort()) : absent
}

const absent = 'null'
