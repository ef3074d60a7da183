// CreateUserPool, DescribeUserPool, UpdateUserPool and DeleteUserPool.
import { mixedCase, secret } from '../random.ts'
import { invalidParameter } from './errors.ts'
import { makePool } from './make-pool.ts'
import { type Call, type Pool, type PoolProperties, poolOf, userPoolArn } from './pool.ts'
import { describeSettings, lasting, updatable } from './pool-defaults.ts'
import { assertConsistent, assertTier, isReserved } from './pool-rules.ts'

export async function createUserPool(call: Call) {
  const { input, pools, now, region, account } = call
  const given: PoolProperties = input.pick([...updatable, ...lasting])
  const properties = { ...given, UserPoolName: input.text('PoolName') }
  assertConsistent(given, {})
  assertTier(properties)
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
 * Sets the pool's settings to those of the request, and every other one to its default: "If you don't provide a value
 * for an attribute, Amazon Cognito sets it to its default value" (API reference, UpdateUserPool). Users have measured
 * that some settings are kept in fact (Policies, UserPoolTags, AccountRecoverySetting, EmailConfiguration,
 * SmsConfiguration, MfaConfiguration, UserPoolTier); here they go as well, since nobody may count on that.
 * Only the name, which has no default, DcrConfiguration, of which the reference says so, and AWS's own tags stay.
 */
export function updateUserPool(call: Call) {
  const { input, now } = call
  const pool = poolOf(call)
  const before = pool.properties
  const given: PoolProperties = input.pick(updatable)
  assertConsistent(given, before)
  const name = input.optional('PoolName')
  const ownTags = Object.entries(before.UserPoolTags ?? {}).filter(([key]) => isReserved(key))
  const kept = Object.entries(before).filter(([key]) => !updatable.some((setting) => setting === key))
  const after: PoolProperties = {
    ...Object.fromEntries(kept),
    ...(before.DcrConfiguration !== undefined && { DcrConfiguration: before.DcrConfiguration }),
    ...given,
    UserPoolTags: { ...given.UserPoolTags, ...Object.fromEntries(ownTags) },
    ...(name !== undefined && { UserPoolName: name }),
  }
  assertTier(after, before)
  pool.properties = after
  pool.modifiedAt = now
  return {}
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
