// Makes pools from their definitions.
import { randomBytes } from 'node:crypto'
import { assertAttributeLists } from './attribute-permissions.ts'
import { assertClientSettings } from './client-rules.ts'
import type { Keys } from './keys.ts'
import type { Client, Group, Pool, UserPoolDefinition } from './pool.ts'

export function makePool(definition: UserPoolDefinition, keys: Keys, now: number): Pool {
  const pool: Pool = {
    definition,
    properties: definition.properties,
    clients: new Map(),
    groups: new Map(),
    users: new Map(),
    sessions: new Map(),
    families: new Map(),
    refreshTokens: new Map(),
    keys,
    enforcedInCustomAuth: new Set(),
    decoySecret: randomBytes(32),
    createdAt: now,
    modifiedAt: now,
  }
  addParts(pool, definition)
  return pool
}

/**
 * Adds app clients and groups. Replaces those of the same id or name.
 * @throws CognitoError InvalidParameterException, before any change, for settings that CreateUserPoolClient refuses
 */
export function addParts(pool: Pool, { clients, groups }: Pick<UserPoolDefinition, 'clients' | 'groups'>) {
  for (const client of clients) {
    assertClientSettings(client)
    assertAttributeLists(pool.properties, client.properties)
  }
  for (const { id, secret, properties } of clients) {
    const client: Client = { id, secret, properties }
    pool.clients.set(id, client)
  }
  for (const { UserPoolId: _, ...properties } of groups) {
    const group: Group = { ...properties, GroupName: String(properties.GroupName) }
    pool.groups.set(group.GroupName, group)
  }
}
