// Decides by the record whether its actor may act as this subject: the setting mayActAs.

import type { TriggerConfig } from '../config.ts'
import type { Code } from '../errors.ts'
import type { IssuePolicy } from '../records.ts'
import type { ImpersonationRecord } from '../records-schema.ts'

export type SubjectSettings = Pick<TriggerConfig, 'mayActAs'>

interface Subject {
  /** The subject's groups at Cognito, not those that another trigger gives the tokens. */
  groups: readonly string[]
  settings: SubjectSettings
}

/** Whether the decision needs the record. Without it, a sign-in costs no further call. */
export function needsRecord({ settings }: Subject): boolean {
  return settings.mayActAs !== 'none'
}

/** @returns why the subject is refused, or what the record must still say when it is marked as issued. */
export function subjectPolicy({
  record,
  groups,
  settings,
}: Subject & { record: Pick<ImpersonationRecord, 'allowedGroups' | 'allowsEveryone'> }): { code: Code } | IssuePolicy {
  if (settings.mayActAs === 'none') return {}
  const { allowedGroups = [], allowsEveryone } = record
  const matchedGroups = allowedGroups.filter((name) => groups.includes(name))
  if (allowsEveryone !== true && matchedGroups.length === 0) return { code: 'SubjectNotAllowed' }
  return { matchedGroups }
}
