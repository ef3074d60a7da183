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
  settings: Pick<Settings, 'impersonatorsGroup' | 'auditorsGroup' | 'protectedGroups'>,
  protectedGroupsAreSet: boolean,
): PoolGroups {
  const ours = [settings.impersonatorsGroup, settings.auditorsGroup]
  const others = settings.protectedGroups.filter((name) => !ours.includes(name))
  if (origin !== 'existing') return { made: [...ours, ...others], required: [] }
  if (!protectedGroupsAreSet) {
    const names = ours.map((name) => `"${name}"`).join(' and ')
    throw new Error(
      `setting protectedGroups is not set, but on an existing pool it must name the groups that nobody may act as, as the pool spells them, and ${names}: for example protectedGroups=${ours},Admins`,
    )
  }
  return { made: ours, required: others }
}
