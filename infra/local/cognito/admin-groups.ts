// Groups: who is in which.
import { invalidParameter, notFound } from './errors.ts'
import { type Call, type Group, type Pool, poolOf } from './pool.ts'
import { groupsOf, userOf } from './users.ts'

function membership(call: Call) {
  const pool = poolOf(call)
  const group = pool.groups.get(call.input.text('GroupName'))
  if (!group) throw notFound('Group not found.')
  return { groups: userOf(pool, call.input.username()).groups, name: group.GroupName }
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

/** Up to 60 a page. The token says where the next one begins. */
export function adminListGroupsForUser(call: Call) {
  const pool = poolOf(call)
  const limit = call.input.number('Limit', 0, 60) || 60
  const start = readToken(call.input.optional('NextToken'))
  const groups = groupsOf(pool, userOf(pool, call.input.username()))
  const end = start + limit
  return {
    Groups: groups.slice(start, end).map((group) => describe(pool, group)),
    ...(end < groups.length ? { NextToken: Buffer.from(`groups:${end}`).toString('base64') } : {}),
  }
}

function readToken(token: string | undefined): number {
  if (token === undefined) return 0
  const [, start] = /^groups:(\d+)$/.exec(Buffer.from(token, 'base64').toString()) ?? []
  if (start === undefined) throw invalidParameter('Invalid pagination token.')
  return Number(start)
}

function describe(pool: Pool, group: Group) {
  const at = pool.createdAt / 1000
  return { ...group, UserPoolId: pool.definition.id, CreationDate: at, LastModifiedDate: at }
}
