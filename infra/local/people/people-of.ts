// The people of a local run, and those who can try it out.

import { type Allowed, allowedBy } from '../../../lambda/actor-groups.ts'
import { demoPeople } from '../demo/people.ts'
import { actorGroupsOf, type FunctionSettings } from '../lambda/function-settings.ts'
import type { Person } from './person.ts'

/** @param people `demo`: the demo people, in the groups of the deployment */
export function peopleOf(people: readonly Person[] | 'demo', settings: FunctionSettings): readonly Person[] {
  if (people !== 'demo') return people
  return demoPeople({
    impersonators: settings.impersonatorsGroup,
    'impersonation-auditors': settings.auditorsGroup,
    admins: firstProtected(settings),
    vips: settings.approvalGroups[0],
    customers: allowedFor([settings.impersonatorsGroup ?? ''], settings)?.groups[0],
  })
}

/** The first protected group that gives its members no right. */
function firstProtected(settings: FunctionSettings): string | undefined {
  const staff = [...actorGroupsOf(settings), settings.auditorsGroup, settings.approversGroup]
  return settings.protectedGroups.find((name) => !staff.includes(name))
}

/** Whom a member of these groups may act as. */
function allowedFor(groups: readonly string[], settings: FunctionSettings): Allowed | undefined {
  const { impersonatorsGroup, mayActAs } = settings
  return impersonatorsGroup === undefined ? undefined : allowedBy({ impersonatorsGroup, mayActAs }, groups)
}

/** Finds somebody who may impersonate and can sign in. */
export function findActor(people: readonly Person[], settings: FunctionSettings): Person | undefined {
  return findMember(people, actorGroupsOf(settings))
}

/** Finds somebody who sees and ends every impersonation and can sign in. */
export function findAuditor(people: readonly Person[], { auditorsGroup }: FunctionSettings): Person | undefined {
  return findMember(people, [auditorsGroup])
}

function findMember(people: readonly Person[], groupNames: readonly (string | undefined)[]): Person | undefined {
  return people.find(
    ({ groups = [], password, enabled = true, status = 'CONFIRMED' }) =>
      groups.some((name) => groupNames.includes(name)) && password && enabled && status === 'CONFIRMED',
  )
}

/** Finds somebody whom the actor of `findActor` may act as without an approval. */
export function findSubject(people: readonly Person[], settings: FunctionSettings): Person | undefined {
  const allowed = allowedFor(findActor(people, settings)?.groups ?? [], settings) ?? { everyone: true, groups: [] }
  return people.find(
    ({ groups = [], enabled = true, status = 'CONFIRMED' }) =>
      enabled &&
      status === 'CONFIRMED' &&
      (allowed.everyone || groups.some((name) => allowed.groups.includes(name))) &&
      !groups.some((name) => [...settings.protectedGroups, ...settings.approvalGroups].includes(name)),
  )
}

/** The custom attributes of these people, without `custom:`. */
export function customAttributesOf(people: readonly Person[]): string[] {
  const names = people.flatMap(({ attributes = {} }) => Object.keys(attributes))
  return [...new Set(names.flatMap((name) => /^custom:(.+)$/.exec(name)?.slice(1) ?? []))]
}
