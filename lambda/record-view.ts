// A record as the API shows it. The API never shows attributes that this file does not name.

import { type ImpersonationRecord, isLive, type Role, type Secret } from './records-schema.ts'

export type View = ReturnType<typeof viewOf>

/** The role in which somebody sees a record. */
export type Viewer = Role | 'approver'

/** @param viewer the role decides what is shown. An impersonated session sees what its subject sees. */
export function viewOf(
  record: Omit<ImpersonationRecord, Secret | 'expiresAt'>,
  { viewer, now, subjectsSeeReason }: { viewer: Viewer; now: number; subjectsSeeReason: boolean },
) {
  const isStaff = viewer === 'auditor' || viewer === 'actor' || viewer === 'approver'
  const { endedAt, endedBySub, endedByUsername, endedByRole, approvedAt, approvedBySub, approvedByUsername } = record
  return {
    id: record.id,
    state: record.state,
    code: record.code,
    live: isLive(record, now),
    actor: { sub: record.actorSub, username: record.actorUsername },
    subject: { sub: record.subjectSub, username: record.subjectUsername, asked: record.subjectAsked },
    reason: isStaff || subjectsSeeReason ? record.reason : undefined,
    requestedAt: time(record.requestedAt),
    approvalRequired: record.approvalRequired,
    approvedAt: time(approvedAt),
    approvedBy: approvedBySub && { sub: approvedBySub, username: approvedByUsername },
    // A ticket that waits for approval has no end yet. It gets one with the approval.
    ticketEndsAt: record.approvalRequired && approvedAt === undefined ? undefined : time(record.ticketEndsAt),
    issuedAt: time(record.issuedAt),
    endsAt: time(record.endsAt),
    endedAt: time(endedAt),
    endedBy: endedByRole && { sub: endedBySub, username: endedByUsername, role: endedByRole },
    ...(isStaff && {
      // An alias may have meant another user than the subject, then or now.
      approvedSubject: record.approvedSubjectSub && { sub: record.approvedSubjectSub },
      sourceIp: record.sourceIp,
      userAgent: record.userAgent,
      apiKeyId: record.apiKeyId,
      requestId: record.requestId,
      browserIp: record.browserIp,
      browserUserAgent: record.browserUserAgent,
    }),
  }
}

/** RFC 3339 in UTC, with milliseconds. */
function time(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString()
}
