// Decides the caller's roles: in general, and on one record.

import { actorGroups } from '../actor-groups.ts'
import type { OversightConfig } from '../config.ts'
import type { Caller } from '../http/authenticate.ts'
import type { Users } from '../http/users.ts'
import type { ImpersonationRecord, Role } from '../records-schema.ts'

/** The roles of a caller who is not an impersonated session. An approver reads prepared impersonations, and cannot end them. */
export type GeneralRole = Exclude<Role, 'session'> | 'approver'

type RoleSettings = Pick<
  OversightConfig,
  'actorClientIds' | 'subjectClientIds' | 'auditorsGroup' | 'approversGroup' | 'impersonatorsGroup' | 'mayActAs'
>

/** The parts of a record that decide who may see it. */
type Parties = Pick<ImpersonationRecord, 'actorSub' | 'subjectSub'>

/**
 * The roles that the caller's token claims. An impersonated session has none: see `isOwnRecord`. A user who is signed in with
 * a subjects' client is only a subject, because this sign-in may be of any age.
 */
export function claimedRoles(caller: Caller, config: RoleSettings): GeneralRole[] {
  if (caller.impersonated) return []
  if (config.subjectClientIds.includes(caller.clientId)) return ['subject']
  if (!config.actorClientIds.includes(caller.clientId)) return []
  const groups = groupsOfRoles(config)
  return (['auditor', 'approver', 'actor'] as const).filter((role) =>
    groups[role].some((name) => caller.groups.includes(name)),
  )
}

/** The groups of each role. A member of one of them has the role. */
function groupsOfRoles(config: RoleSettings): Record<GeneralRole, readonly string[]> {
  return {
    auditor: [config.auditorsGroup],
    approver: [config.approversGroup],
    actor: actorGroups(config),
    subject: [],
  }
}

/** @returns a function that gives the claimed roles which Cognito confirms now. It calls nothing if none is claimed. */
export function createConfirmRoles(options: {
  config: RoleSettings & Pick<OversightConfig, 'lookUpGroup'>
  users: Pick<Users, 'groupsOf' | 'isActive'>
}) {
  const { config, users } = options
  const groups = groupsOfRoles(config)

  return async function confirmRoles(caller: Caller, signal: AbortSignal): Promise<GeneralRole[]> {
    const claimed = claimedRoles(caller, config)
    if (!config.lookUpGroup || claimed.length === 0) return claimed
    // One look-up for all roles: by default, auditors are approvers.
    const among = [...new Set(claimed.flatMap((role) => groups[role]))]
    const lookUp = async (): Promise<string[]> =>
      among.length > 0 ? users.groupsOf({ username: caller.username, among }, signal) : []
    const [active, memberOf] = await Promise.all([users.isActive(caller, signal), lookUp()])
    const isConfirmed = (role: GeneralRole) =>
      role === 'subject' || groups[role].some((name) => memberOf.includes(name))
    return active ? claimed.filter(isConfirmed) : []
  }
}

/** The caller's role on this record. Undefined: the caller must not learn that it exists. */
export function roleOn(
  record: Parties & Pick<ImpersonationRecord, 'state'>,
  caller: Caller,
  roles: readonly GeneralRole[],
): GeneralRole | undefined {
  if (roles.includes('actor') && record.actorSub === caller.sub) return 'actor'
  if (roles.includes('subject') && record.subjectSub === caller.sub) return 'subject'
  if (roles.includes('auditor')) return 'auditor'
  return roles.includes('approver') && record.state === 'prepared' ? 'approver' : undefined
}

/** Whether the record that an impersonated session names agrees with the session's token. */
export function isOwnRecord(record: Parties & Pick<ImpersonationRecord, 'clientId'>, session: Caller): boolean {
  return (
    record.clientId === session.clientId && record.subjectSub === session.sub && record.actorSub === session.actorSub
  )
}
