// Creates, changes and deletes the template's pools, app clients and groups in the local Cognito.

import { addParts, makePool } from '../cognito/make-pool.ts'
import { type LambdaConfig, type Pool, userPoolArn } from '../cognito/pool.ts'
import type { Cognito, UserPoolDefinition } from '../cognito/server.ts'
import type { Stack } from './stack.ts'
import { type PoolContents, readExistingPools, readUserPools } from './user-pool-definitions.ts'

/** The app clients and triggers of an existing pool that is created because Cognito lacks it. */
export interface OrdinaryPool {
  clientIds: readonly string[]
  /** The names of the owner's groups. */
  groups: readonly string[]
  /** The owner's triggers. */
  triggers: LambdaConfig
  /** Without `custom:`. */
  customAttributes: readonly string[]
}

/**
 * Creates or changes the pools of the template.
 * @param ordinary if set: creates each existing pool that Cognito lacks, with these app clients and triggers
 * @returns a function that undoes the changes, but keeps the pools created for `ordinary`
 * @throws Error naming an existing pool that Cognito lacks, if `ordinary` is undefined
 */
export async function applyUserPools(
  stack: Stack,
  cognito: Cognito,
  now: number,
  ordinary: OrdinaryPool | undefined,
): Promise<() => void> {
  const undoSteps: (() => void)[] = []
  const undo = () => {
    for (const step of undoSteps.splice(0).toReversed()) step()
  }
  try {
    for (const contents of readExistingPools(stack)) {
      const pool = cognito.pools.get(contents.id)
      if (pool) undoSteps.push(change(pool, contents))
      else if (ordinary) await create(cognito, ordinaryPool(stack, contents, ordinary), now)
      else throw new Error(`user pool ${contents.id} does not exist`)
    }
    for (const definition of readUserPools(stack)) {
      const pool = cognito.pools.get(definition.id)
      undoSteps.push(pool ? change(pool, definition) : await create(cognito, definition, now))
    }
  } catch (error) {
    undo()
    throw error
  }
  return undo
}

/** Deletes the stack's pools, app clients and groups, except retained ones and those in its next version. */
export function removeUserPools(stack: Stack, cognito: Cognito, next?: Stack): void {
  const toDelete = (type: string) => {
    const nextResources = next?.resources(type) ?? []
    const isInNext = (poolId: unknown, id: string) =>
      nextResources.some((resource) => resource.id === id && resource.properties.UserPoolId === poolId)
    return stack
      .resources(type)
      .filter(({ retained, id, properties }) => !retained && !isInNext(properties.UserPoolId, id))
  }
  for (const { id, properties } of toDelete('AWS::Cognito::UserPoolClient')) {
    cognito.pools.get(String(properties.UserPoolId))?.clients.delete(id)
  }
  for (const { id, properties } of toDelete('AWS::Cognito::UserPoolGroup')) {
    cognito.pools.get(String(properties.UserPoolId))?.groups.delete(id)
  }
  for (const { id } of toDelete('AWS::Cognito::UserPool')) cognito.pools.delete(id)
}

/** @returns a function that deletes the pool */
async function create(cognito: Cognito, definition: UserPoolDefinition, now: number): Promise<() => void> {
  cognito.pools.set(definition.id, makePool(definition, await cognito.makeKeys(), now))
  return () => cognito.pools.delete(definition.id)
}

/** @returns a function that undoes the change */
function change(pool: Pool, contents: PoolContents & Partial<UserPoolDefinition>): () => void {
  const { properties } = pool
  const clients = contents.clients.map(({ id }) => [id, pool.clients.get(id)] as const)
  const groups = contents.groups.map(
    ({ GroupName }) => [String(GroupName), pool.groups.get(String(GroupName))] as const,
  )
  if (contents.properties) pool.properties = contents.properties
  try {
    addParts(pool, contents)
  } catch (error) {
    pool.properties = properties
    throw error
  }
  return () => {
    if (contents.properties) pool.properties = properties
    for (const [id, client] of clients) restore(pool.clients, id, client)
    for (const [name, group] of groups) restore(pool.groups, name, group)
  }
}

function restore<Value>(map: Map<string, Value>, key: string, before: Value | undefined): void {
  if (before === undefined) map.delete(key)
  else map.set(key, before)
}

/** A pool with AWS's defaults, and with the e-mail address as an alias. */
function ordinaryPool(
  { place: { region, account } }: Stack,
  contents: PoolContents,
  { clientIds, groups, triggers, customAttributes }: OrdinaryPool,
): UserPoolDefinition {
  const ExplicitAuthFlows = ['ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']
  const missing = clientIds.filter((clientId) => !contents.clients.some(({ id }) => id === clientId))
  return {
    ...contents,
    arn: userPoolArn({ id: contents.id, region, account }),
    region,
    account,
    properties: {
      AliasAttributes: ['email'],
      LambdaConfig: triggers,
      ...(customAttributes.length > 0 && { Schema: customAttributes.map((Name) => ({ Name, Mutable: true })) }),
    },
    groups: [...contents.groups, ...groups.map((GroupName) => ({ GroupName }))],
    clients: [...contents.clients, ...missing.map((id) => ({ id, properties: { ExplicitAuthFlows } }))],
  }
}
