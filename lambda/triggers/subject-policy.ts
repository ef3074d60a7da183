// Decides by the record whether its actor may act as this subject: the settings mayActAs and approvalGroups.

import type { TriggerConfig } from '../config.ts'
import type { Code } from '../errors.ts'
import type { IssuePolicy } from '../records.ts'
import type { ImpersonationRecord } from '../records-schema.ts'

export type SubjectSettings = Pick<TriggerConfig, 'mayActAs' | 'approvalGroups'>

/** The attributes of the record that the policy compares. */
export type Decisive = Pick<
  ImpersonationRecord,
  'actorSub' | 'allowedGroups' | 'allowsEveryone' | 'approvalRequired' | 'approvedBySub' | 'approvedSubjectSub'
>

interface Question {
  record: Decisive
  /** The subject. */
  sub: string
  /** The subject's groups in the pool, not those that the pool's own trigger sets. */
  groups: readonly string[]
  settings: SubjectSettings
}

/** Whether the trigger must read the record. If not, the sign-in makes no further call. */
export function needsRecord({ mayActAs, approvalGroups }: SubjectSettings): boolean {
  return mayActAs !== 'none' || approvalGroups.length > 0
}

/** @returns the code of the refusal, or the conditions under which the record may be marked as issued. */
export function subjectPolicy(question: Question): { code: Code } | IssuePolicy {
  const matchedGroups = matchGroups(question)
  if (matchedGroups === 'none') return { code: 'SubjectNotAllowed' }
  const right = matchedGroups && { matchedGroups }
  if (!needsApproval(question)) return { ...right }
  return isApproved(question) ? { ...right, approved: true } : { code: 'ApprovalRequired' }
}

/** @returns undefined without mayActAs. Empty: the actor may act as everyone. */
function matchGroups({ record, groups, settings }: Question): string[] | 'none' | undefined {
  if (settings.mayActAs === 'none') return undefined
  const { allowedGroups = [], allowsEveryone } = record
  const matchedGroups = allowedGroups.filter((name) => groups.includes(name))
  return allowsEveryone !== true && matchedGroups.length === 0 ? 'none' : matchedGroups
}

/**
 * Decides by the subject's groups now, and by the record: the requested name may have meant another user when the
 * impersonation was prepared or approved.
 */
function needsApproval({ record, groups, settings }: Question): boolean {
  if (groups.some((name) => settings.approvalGroups.includes(name))) return true
  return record.approvalRequired === true || record.approvedSubjectSub !== undefined
}

/** The approver, the actor and the subject are three people. The approval is for one subject. */
function isApproved({ record: { actorSub, approvedBySub, approvedSubjectSub }, sub }: Question): boolean {
  if (approvedSubjectSub !== sub || approvedBySub === undefined) return false
  return approvedBySub !== actorSub && approvedBySub !== sub
}
