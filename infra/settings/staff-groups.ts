// The groups whose members have a right: actors, auditors and approvers.

import { actorGroups } from '../../lambda/actor-groups.ts'
import type { MayActAs } from '../../lambda/config.ts'

export interface StaffSettings {
  impersonatorsGroup: string
  mayActAs: MayActAs | 'none'
  auditorsGroup: string
  /** Empty: `auditorsGroup`. */
  approversGroup: string
}

export function staffGroups(settings: StaffSettings): string[] {
  const { auditorsGroup, approversGroup } = settings
  return [...new Set([...actorGroups(settings), auditorsGroup, approversGroup || auditorsGroup])]
}
