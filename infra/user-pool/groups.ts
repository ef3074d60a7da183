// The groups that a deployment needs: those that it makes, and those that the pool must have.

import type { Settings } from '../settings/settings.ts'
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
  { impersonatorsGroup, protectedGroups }: Pick<Settings, 'impersonatorsGroup' | 'protectedGroups'>,
  protectedGroupsAreSet: boolean,
): PoolGroups {
  const others = protectedGroups.filter((name) => name !== impersonatorsGroup)
  if (origin !== 'existing') return { made: [impersonatorsGroup, ...others], required: [] }
  if (!protectedGroupsAreSet) {
    throw new Error(
      `setting protectedGroups is not set, but on an existing pool it must name the groups that nobody may act as, as the pool spells them, and "${impersonatorsGroup}": for example protectedGroups=${impersonatorsGroup},Admins`,
    )
  }
  return { made: [impersonatorsGroup], required: others }
}
