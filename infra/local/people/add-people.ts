// Adds people to a pool of the local Cognito.

import { setPassword } from '../cognito/passwords.ts'
import type { Pool } from '../cognito/pool.ts'
import { addUser, claimAliases } from '../cognito/users.ts'
import type { Person } from './person.ts'
import { nameOf } from './read-people.ts'

export interface AddPeopleOptions {
  /** ms since the epoch */
  now: number
  /** Reports a group that the pool lacked. */
  report(message: string): void
}

/**
 * Makes the groups that the pool lacks.
 * @throws Error naming the person whom the pool refuses, with Cognito's message
 */
export function addPeople(pool: Pool, people: readonly Person[], options: AddPeopleOptions): void {
  for (const [index, person] of people.entries()) {
    try {
      addPerson(pool, person, options)
    } catch (error) {
      throw new Error(`${nameOf(person, index)}: ${(error as Error).message}`, { cause: error })
    }
  }
}

function addPerson(pool: Pool, person: Person, { now, report }: AddPeopleOptions): void {
  const { username, password, attributes = {}, groups = [], enabled = true, status = 'CONFIRMED' } = person
  const user = addUser(pool, username, Object.entries(attributes), status, now)
  claimAliases(pool, user, false)
  if (password !== undefined) setPassword(pool, user, password, status, now)
  for (const GroupName of groups) {
    if (!pool.groups.has(GroupName)) {
      pool.groups.set(GroupName, { GroupName })
      report(`made the group ${GroupName}, which the stack lacks`)
    }
    user.groups.add(GroupName)
  }
  user.enabled = enabled
}
