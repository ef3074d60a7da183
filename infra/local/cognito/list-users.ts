// ListUsers and ListUsersInGroup.
import { describeUser } from './admin-users.ts'
import { type Call, poolOf } from './call.ts'
import { invalidParameter } from './errors.ts'
import { groupOf } from './groups.ts'
import { page, pageOfUsers } from './pages.ts'
import type { User } from './pool.ts'
import { readFilter, searchable } from './user-filter.ts'
import { listAttributes } from './users.ts'

export function listUsers(call: Call) {
  const { input } = call
  const everyone = [...poolOf(call).users.values()]
  const found = everyone.filter(readFilter(input.optional('Filter') ?? ''))
  const names = input.list('AttributesToGet')
  assertPresent(names ?? [], { everyone, found })
  const { items, ...next } = pageOfUsers(input, found)
  return { Users: items.map((user) => describeUserType(user, names)), ...next }
}

export function listUsersInGroup(call: Call) {
  const { GroupName } = groupOf(call)
  const members = [...poolOf(call).users.values()].filter(({ groups }) => groups.has(GroupName))
  const { items, ...next } = page(call.input, 'members', members)
  return { Users: items.map((user) => describeUserType(user)), ...next }
}

/**
 * "Amazon Cognito returns an error if not all users in the results have set a value for the attribute you request.
 * Attributes that you can't filter on [...] must have a value set in every user profile" (API reference, ListUsers).
 */
function assertPresent(names: string[], { everyone, found }: { everyone: User[]; found: User[] }) {
  const isMissing = (name: string) =>
    (searchable.has(name) ? found : everyone).some((user) => name !== 'sub' && !user.attributes.has(name))
  if (names.some(isMissing)) throw invalidParameter('One or more requested attributes do not exist.')
}

/** The API's UserType. */
function describeUserType(user: User, names?: string[]) {
  const Attributes = listAttributes(user).filter(({ Name }) => names === undefined || names.includes(Name))
  return { ...describeUser(user), Attributes }
}
