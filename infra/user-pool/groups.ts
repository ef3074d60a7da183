// The groups that a deployment needs: those that it makes, and those that the pool must have.

import { actorGroups, subjectGroups } from '../../lambda/actor-groups.ts'
import type { Settings } from '../settings/settings.ts'
import { type StaffSettings, staffGroups } from '../settings/staff-groups.ts'
import type { SelectedPool } from './select-pool.ts'

export interface PoolGroups {
  /** Made unless the pool has them. */
  made: string[]
  /** Groups that an existing pool must have. Making them would be wrong: an empty group from a typo protects nobody. */
  required: string[]
}

/**
 * @param protectedGroupsAreSet false: `settings` has the default
 * @throws Error if the pool exists already and protectedGroups is not set
 */
export function groupsFor(
  { origin }: Pick<SelectedPool, 'origin'>,
  settings: StaffSettings & Pick<Settings, 'protectedGroups' | 'approvalGroups'>,
  protectedGroupsAreSet: boolean,
): PoolGroups {
  const staff = staffGroups(settings)
  const made = withoutActorGroups(staff, settings)
  const others = [...staff, ...settings.protectedGroups, ...settings.approvalGroups, ...subjectGroups(settings)]
  const required = [...new Set(others)].filter((name) => !made.includes(name))
  if (origin !== 'existing') return { made: [...made, ...required], required: [] }
  if (!protectedGroupsAreSet) {
    const names = staff.map((name) => `"${name}"`).join(' and ')
    throw new Error(
      `setting protectedGroups is not set, but on an existing pool it must name the groups that nobody may act as, as the pool spells them, and ${names}: for example protectedGroups=${staff},Admins`,
    )
  }
  return { made, required }
}

/**
 * The actors' groups of `mayActAs` are required, except for `impersonatorsGroup`. Otherwise, the stack would make an empty group
 * from a typo, and the right group would be unprotected.
 */
function withoutActorGroups(staff: readonly string[], settings: StaffSettings): string[] {
  const required = actorGroups(settings).filter((name) => name !== settings.impersonatorsGroup)
  return staff.filter((name) => !required.includes(name))
}
