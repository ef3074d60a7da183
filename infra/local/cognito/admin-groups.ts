// Groups: who is in which.
import { describeGroup, groupOf } from './groups.ts'
import { page } from './pages.ts'
import { type Call, poolOf } from './pool.ts'
import { groupsOf, userOf } from './users.ts'

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
