// CreateUserPool, DescribeUserPool, UpdateUserPool and DeleteUserPool.
import { mixedCase, secret } from '../random.ts'
import { type Call, poolOf } from './call.ts'
import { CognitoError, invalidParameter } from './errors.ts'
import { makePool } from './make-pool.ts'
import { type Pool, type PoolProperties, userPoolArn } from './pool.ts'
import { describeSettings, fixedSettings, updatableSettings } from './pool-defaults.ts'
import { assertConsistent, assertTier, isAwsTag } from './pool-rules.ts'

export async function createUserPool(call: Call) {
  const { input, pools, now, region, account } = call
  const requested: PoolProperties = input.pick([...updatableSettings, ...fixedSettings])
  const properties = { ...requested, UserPoolName: input.text('PoolName') }
  assertConsistent({ requested })
  assertTier({ after: properties })
  const id = `${region}_${secret(9, mixedCase)}`
  const arn = userPoolArn({ id, region, account })
  const definition = { id, arn, region, account, properties: { ...properties }, clients: [], groups: [] }
  const pool = makePool(definition, await call.makeKeys(), now)
  pools.set(id, pool)
  return { UserPool: describePool(pool) }
}

export const describeUserPool = (call: Call) => ({ UserPool: describePool(poolOf(call)) })

function describePool(pool: Pool) {
  return {
    ...describeSettings(pool.properties),
    Id: pool.definition.id,
    Name: pool.properties.UserPoolName ?? pool.definition.id,
    Arn: pool.definition.arn,
    EstimatedNumberOfUsers: pool.users.size,
    CreationDate: pool.createdAt / 1000,
    LastModifiedDate: pool.modifiedAt / 1000,
  }
}

/**
 * Sets the settings of the request, and every other setting to its default: "If you don't provide a value for an
 * attribute, Amazon Cognito sets it to its default value" (API reference, UpdateUserPool). Users report that Cognito in
 * fact keeps some: Policies, UserPoolTags, AccountRecoverySetting, EmailConfiguration, SmsConfiguration,
 * MfaConfiguration, UserPoolTier. This server resets them too, because callers must not rely on that.
 * It keeps the name (it has no default), DcrConfiguration (the reference says so) and the tags that AWS sets.
 */
export function updateUserPool(call: Call) {
  const { input, now } = call
  const pool = poolOf(call)
  const before = pool.properties
  const requested: PoolProperties = input.pick(updatableSettings)
  assertConsistent({ requested, before })
  assertMayPassRoles(call, requested)
  const name = input.optional('PoolName')
  const awsTags = Object.entries(before.UserPoolTags ?? {}).filter(([key]) => isAwsTag(key))
  const kept = Object.entries(before).filter(([key]) => !updatableSettings.some((setting) => setting === key))
  const after: PoolProperties = {
    ...Object.fromEntries(kept),
    ...(before.DcrConfiguration !== undefined && { DcrConfiguration: before.DcrConfiguration }),
    ...requested,
    UserPoolTags: { ...requested.UserPoolTags, ...Object.fromEntries(awsTags) },
    ...(name !== undefined && { UserPoolName: name }),
  }
  assertTier({ after, before })
  pool.properties = after
  pool.modifiedAt = now
  return {}
}

/** Users report that the right is checked even if the role stays the same. */
function assertMayPassRoles(
  { mayPassRole }: Call,
  { SmsConfiguration: { SnsCallerArn, EumsSms } = {} }: PoolProperties,
) {
  const role = [SnsCallerArn, EumsSms?.CallerArn].find((arn) => arn !== undefined && !mayPassRole(arn))
  if (role === undefined) return
  throw new CognitoError('AccessDeniedException', `not authorized to perform: iam:PassRole on resource: ${role}`)
}

export function deleteUserPool(call: Call) {
  const { definition, properties } = poolOf(call)
  if (properties.DeletionProtection === 'ACTIVE')
    throw invalidParameter(
      'The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.',
    )
  call.pools.delete(definition.id)
  return {}
}
