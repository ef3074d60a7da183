// Groups and their members.

import { type Call, poolOf } from './call.ts'
import { CognitoError, invalidParameter, notFound } from './errors.ts'
import { page } from './pages.ts'
import type { Group, Pool } from './pool.ts'
import { groupsOf, userOf } from './users.ts'

export function createGroup(call: Call) {
  const { input } = call
  const pool = poolOf(call)
  if (input.optional('RoleArn') !== undefined) throw invalidParameter('The local Cognito has no IAM roles of groups.')
  const group: Group = {
    GroupName: input.username('GroupName'),
    ...input.pick(['Description', 'Precedence']),
  }
  if (pool.groups.has(group.GroupName))
    throw new CognitoError('GroupExistsException', 'A group with the name already exists.')
  pool.groups.set(group.GroupName, group)
  return { Group: describeGroup(pool, group) }
}

export function getGroup(call: Call) {
  const pool = poolOf(call)
  return { Group: describeGroup(pool, groupOf(call)) }
}

/** Deletes the group and its memberships. */
export function deleteGroup(call: Call) {
  const { groups, users } = poolOf(call)
  const { GroupName } = groupOf(call)
  groups.delete(GroupName)
  for (const user of users.values()) user.groups.delete(GroupName)
  return {}
}

export function listGroups(call: Call) {
  const pool = poolOf(call)
  const { items, NextToken } = page(call.input, 'groups', [...pool.groups.values()])
  return { Groups: items.map((group) => describeGroup(pool, group)), ...(NextToken && { NextToken }) }
}

/** Returns the group's name and the set of the user's groups. @throws CognitoError ResourceNotFoundException, UserNotFoundException */
function membership(call: Call) {
  const { GroupName } = groupOf(call)
  return { groups: userOf(poolOf(call), call.input.username()).groups, name: GroupName }
}

export function adminAddUserToGroup(call: Call) {
  const { groups, name } = membership(call)
  groups.add(name)
  return {}
}

export function adminRemoveUserFromGroup(call: Call) {
  const { groups, name } = membership(call)
  groups.delete(name)
  return {}
}

export function adminListGroupsForUser(call: Call) {
  const pool = poolOf(call)
  const { items, NextToken } = page(call.input, 'groups', groupsOf(pool, userOf(pool, call.input.username())))
  return { Groups: items.map((group) => describeGroup(pool, group)), ...(NextToken && { NextToken }) }
}

/** Finds the group of a request. @throws CognitoError ResourceNotFoundException */
export function groupOf(call: Call): Group {
  const group = poolOf(call).groups.get(call.input.text('GroupName'))
  if (!group) throw notFound('Group not found.')
  return group
}

function describeGroup(pool: Pool, group: Group) {
  const createdAt = pool.createdAt / 1000
  return { ...group, UserPoolId: pool.definition.id, CreationDate: createdAt, LastModifiedDate: createdAt }
}
