// The people of a local run, and those who can try it out.

import { demoPeople } from '../demo/people.ts'
import { type FunctionSettings, othersGroups } from '../lambda/function-settings.ts'
import type { Person } from './person.ts'

/** @param people `demo`: the demo people, in the groups of the deployment */
export function peopleOf(people: readonly Person[] | 'demo', settings: FunctionSettings): readonly Person[] {
  if (people !== 'demo') return people
  return demoPeople({
    impersonators: settings.impersonatorsGroup,
    'impersonation-auditors': settings.auditorsGroup,
    admins: othersGroups(settings)[0],
  })
}

/** Finds somebody who may impersonate and can sign in. */
export function findActor(people: readonly Person[], { impersonatorsGroup }: FunctionSettings): Person | undefined {
  return findMember(people, impersonatorsGroup)
}

/** Finds somebody who sees and ends every impersonation and can sign in. */
export function findAuditor(people: readonly Person[], { auditorsGroup }: FunctionSettings): Person | undefined {
  return findMember(people, auditorsGroup)
}

function findMember(people: readonly Person[], group: string | undefined): Person | undefined {
  return people.find(
    ({ groups = [], password, enabled = true, status = 'CONFIRMED' }) =>
      groups.some((name) => name === group) && password && enabled && status === 'CONFIRMED',
  )
}

/** Finds somebody whom the actor may act as. */
export function findSubject(people: readonly Person[], { protectedGroups }: FunctionSettings): Person | undefined {
  return people.find(
    ({ groups = [], enabled = true, status = 'CONFIRMED' }) =>
      enabled && status === 'CONFIRMED' && !groups.some((group) => protectedGroups.includes(group)),
  )
}

/** The custom attributes of these people, without `custom:`. */
export function customAttributesOf(people: readonly Person[]): string[] {
  const names = people.flatMap(({ attributes = {} }) => Object.keys(attributes))
  return [...new Set(names.flatMap((name) => /^custom:(.+)$/.exec(name)?.slice(1) ?? []))]
}
