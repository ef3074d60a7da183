// Makes the template's pools, app clients and groups in the local Cognito, and takes them away.

import { addParts, makePool } from '../cognito/make-pool.ts'
import { type Pool, userPoolArn } from '../cognito/pool.ts'
import type { Cognito, UserPoolDefinition } from '../cognito/server.ts'
import type { Stack } from './stack.ts'
import { type PoolParts, readForeignPools, readUserPools } from './user-pool-definitions.ts'

/**
 * @param ordinary the app clients of pools that are not there, which are made then; undefined: they must be there
 * @returns what puts everything back
 * @throws Error naming a pool that is not there
 */
export async function applyUserPools(
  stack: Stack,
  cognito: Cognito,
  now: number,
  ordinary: readonly string[] | undefined,
): Promise<() => void> {
  const undo: (() => void)[] = []
  const back = () => {
    for (const step of undo.splice(0).toReversed()) step()
  }
  try {
    for (const parts of readForeignPools(stack)) {
      const pool = cognito.pools.get(parts.id)
      if (pool) undo.push(change(pool, parts))
      else if (ordinary) await make(cognito, ordinaryPool(stack, parts, ordinary), now)
      else throw new Error(`user pool ${parts.id} does not exist`)
    }
    for (const definition of readUserPools(stack)) {
      const pool = cognito.pools.get(definition.id)
      if (pool) undo.push(change(pool, definition))
      else undo.push(await make(cognito, definition, now))
    }
  } catch (error) {
    back()
    throw error
  }
  return back
}

/** Takes away what the stack made and does not retain, unless its `next` version makes it too. */
export function removeUserPools(stack: Stack, cognito: Cognito, next?: Stack): void {
  const leaving = (type: string) => {
    const staying = next?.resources(type) ?? []
    const isStaying = (pool: unknown, id: string) =>
      staying.some((resource) => resource.id === id && resource.properties.UserPoolId === pool)
    return stack
      .resources(type)
      .filter(({ retained, id, properties }) => !retained && !isStaying(properties.UserPoolId, id))
  }
  for (const { id, properties } of leaving('AWS::Cognito::UserPoolClient')) {
    cognito.pools.get(String(properties.UserPoolId))?.clients.delete(id)
  }
  for (const { id, properties } of leaving('AWS::Cognito::UserPoolGroup')) {
    cognito.pools.get(String(properties.UserPoolId))?.groups.delete(id)
  }
  for (const { id } of leaving('AWS::Cognito::UserPool')) cognito.pools.delete(id)
}

async function make(cognito: Cognito, definition: UserPoolDefinition, now: number): Promise<() => void> {
  cognito.pools.set(definition.id, makePool(definition, await cognito.makeKeys(), now))
  return () => cognito.pools.delete(definition.id)
}

function change(pool: Pool, parts: PoolParts & Partial<UserPoolDefinition>): () => void {
  const { properties } = pool
  const clients = parts.clients.map(({ id }) => [id, pool.clients.get(id)] as const)
  const groups = parts.groups.map(({ GroupName }) => [String(GroupName), pool.groups.get(String(GroupName))] as const)
  addParts(pool, parts)
  if (parts.properties) pool.properties = parts.properties
  return () => {
    if (parts.properties) pool.properties = properties
    for (const [id, client] of clients) restore(pool.clients, id, client)
    for (const [name, group] of groups) restore(pool.groups, name, group)
  }
}

function restore<Value>(map: Map<string, Value>, key: string, before: Value | undefined): void {
  if (before === undefined) map.delete(key)
  else map.set(key, before)
}

/** A pool as AWS makes one by default, save that people sign in by e-mail too. */
function ordinaryPool(
  { place: { region, account } }: Stack,
  parts: PoolParts,
  clientIds: readonly string[],
): UserPoolDefinition {
  const ExplicitAuthFlows = ['ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']
  const others = clientIds.filter((clientId) => !parts.clients.some(({ id }) => id === clientId))
  return {
    ...parts,
    arn: userPoolArn({ id: parts.id, region, account }),
    region,
    account,
    properties: { AliasAttributes: ['email'] },
    clients: [...parts.clients, ...others.map((id) => ({ id, properties: { ExplicitAuthFlows } }))],
  }
}
