// The actors' groups, and whom their members may act as: the settings impersonatorsGroup and mayActAs.

import type { MayActAs } from './config.ts'

/** Whom an actor may act as: everyone, or the members of these groups. Protected subjects are refused in both cases. */
export interface Allowed {
  everyone: boolean
  groups: string[]
}

interface ActorSettings {
  impersonatorsGroup: string
  mayActAs: MayActAs | 'none'
}

/** In `mayActAs`, the name for everyone. It is never the name of a group, although Cognito accepts it as one. */
const everyone = '*'

/** The groups whose members may impersonate. */
export function actorGroups({ impersonatorsGroup, mayActAs }: ActorSettings): string[] {
  return mayActAs === 'none' ? [impersonatorsGroup] : Object.keys(mayActAs)
}

/** The groups of subjects that `mayActAs` names. */
export function subjectGroups({ mayActAs }: Pick<ActorSettings, 'mayActAs'>): string[] {
  const names = mayActAs === 'none' ? [] : Object.values(mayActAs).flat()
  return [...new Set(names)].filter((name) => name !== everyone)
}

/** @returns whom a member of all these groups may act as, or undefined if none of them is an actors' group. */
export function allowedBy(settings: ActorSettings, memberOf: readonly string[]): Allowed | undefined {
  if (!actorGroups(settings).some((group) => memberOf.includes(group))) return undefined
  if (settings.mayActAs === 'none') return { everyone: true, groups: [] }
  const subjects = Object.entries(settings.mayActAs).flatMap(([group, names]) =>
    memberOf.includes(group) ? names : [],
  )
  return {
    everyone: subjects.includes(everyone),
    groups: [...new Set(subjects)].filter((name) => name !== everyone),
  }
}
