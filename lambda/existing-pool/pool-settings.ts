// A user pool's settings, as DescribeUserPool gives them and UpdateUserPool takes them back.

import { buffer } from 'node:stream/consumers'
import {
  type CognitoIdentityProviderClient,
  type CreateUserPoolRequest,
  DescribeUserPoolCommand,
  type LambdaConfigType,
  UpdateUserPoolCommand,
  type UpdateUserPoolRequest,
  type UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider'

/** As in the answer's JSON: what this SDK does not know is in it too. */
export interface PoolSettings extends Record<string, unknown> {
  Name?: string
  UserPoolTier?: string
  LambdaConfig?: LambdaConfigType
}

export interface DescribedPool {
  settings: PoolSettings
  /** Paths of what may be a setting, but this SDK does not know: an update would reset it. */
  unknown: string[]
}

type Settable = Exclude<keyof UpdateUserPoolRequest, 'UserPoolId' | 'PoolName'>

/** What UpdateUserPool takes. A newer SDK's key that is missing here is an error of types. */
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

/** What DescribeUserPool alone has, or CreateUserPool sets for good: no update changes it. `Name` is sent as PoolName. */
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

/** What changes by itself. */
const unsteady = [
  // The older name of the password policy's TemporaryPasswordValidityDays, which it follows.
  'AdminCreateUserConfig.UnusedAccountValidityDays',
  'EmailConfigurationFailure',
  'EstimatedNumberOfUsers',
  'LastModifiedDate',
  'SmsConfigurationFailure',
  'Status',
]

/** @throws AWS's errors. */
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
  const unknown = missingFrom(UserPool, settings).filter((path) => !readOnly.includes(path.split('.')[0] ?? ''))
  return { settings, unknown }
}

/** Sends back every setting. @throws AWS's errors. */
export async function updatePool(
  cognito: CognitoIdentityProviderClient,
  UserPoolId: string,
  settings: PoolSettings,
  abortSignal: AbortSignal,
): Promise<void> {
  await cognito.send(new UpdateUserPoolCommand({ UserPoolId, ...accepted(settings) }), { abortSignal })
}

/** The settings as UpdateUserPool takes them. */
function accepted(settings: PoolSettings): Omit<UpdateUserPoolRequest, 'UserPoolId'> {
  const given = Object.entries(settings).filter(([key]) => settable.includes(key))
  const request: Omit<UpdateUserPoolRequest, 'UserPoolId'> = Object.fromEntries(given)
  request.PoolName = settings.Name
  // Cognito gives both out, and takes only the newer one back.
  if (request.Policies?.PasswordPolicy?.TemporaryPasswordValidityDays !== undefined) {
    const { UnusedAccountValidityDays: _, ...rest } = request.AdminCreateUserConfig ?? {}
    if (request.AdminCreateUserConfig) request.AdminCreateUserConfig = rest
  }
  // Tags of AWS itself stay by themselves, and nobody else may set them.
  if (request.UserPoolTags) {
    request.UserPoolTags = Object.fromEntries(
      Object.entries(request.UserPoolTags).filter(([key]) => !key.toLowerCase().startsWith('aws:')),
    )
  }
  return request
}

/** Paths of the settings that are not alike, but for what changes by itself. Order is nothing, and empty is absent. */
export function differences(one: PoolSettings, other: PoolSettings): string[] {
  const differing = (given: unknown, found: unknown, path: string): string[] => {
    const [a, b] = [given ?? {}, found ?? {}]
    if (!isObject(a) || !isObject(b)) return canonical(a) === canonical(b) ? [] : [path]
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
      differing(a[key], b[key], path ? `${path}.${key}` : key),
    )
  }
  return differing(one, other, '').filter((path) => !unsteady.includes(path))
}

/** Paths of what is in `raw`, but that the SDK left out as it read it. */
function missingFrom(read: unknown, raw: unknown, path = ''): string[] {
  if (raw === null || raw === undefined) return []
  if (read === undefined) return [path]
  if (Array.isArray(raw) && Array.isArray(read))
    return raw.flatMap((item, index) => missingFrom(read[index], item, path))
  if (!isObject(raw) || !isObject(read)) return []
  return Object.entries(raw).flatMap(([key, value]) => missingFrom(read[key], value, path ? `${path}.${key}` : key))
}

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const inner = Array.isArray(value)
    ? value.map(canonical)
    : Object.entries(value).flatMap(([key, item]) => (canonical(item) === absent ? [] : [`${key}: ${canonical(item)}`]))
  return inner.length > 0 ? JSON.stringify(inner.sort()) : absent
}

const absent = 'null'

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
