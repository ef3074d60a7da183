// Approves a prepared impersonation, if the approver is neither the actor nor the subject.

import type { OversightConfig } from '../config.ts'
import { ImpersonationError } from '../errors.ts'
import { approvalWait } from '../grant.ts'
import type { Caller } from '../http/authenticate.ts'
import type { Users } from '../http/users.ts'
import type { OversightRecords, VisibleRecord } from './records.ts'

export function createApprove(options: {
  config: Pick<OversightConfig, 'approvalGroups'>
  records: Pick<OversightRecords, 'approve'>
  users: Pick<Users, 'findSub'>
  now: () => number
}) {
  const { config, records, users, now } = options

  /**
   * Binds the approval to the user whom the requested name means now. The actor, the time of the request and the need for
   * approval never change, so the write does not repeat these checks.
   * @param approver has the right to approve.
   * @returns the record. It does not change if the same person has approved it before.
   * @throws ImpersonationError ApproverNotAllowed, NotApprovable, UserNotFound
   */
  return async function approve(approver: Caller, record: VisibleRecord, signal: AbortSignal): Promise<VisibleRecord> {
    if (record.actorSub === approver.sub) throw notAllowed('you may not approve your own impersonation')
    assertApprovable(record)
    if (record.approvedAt !== undefined) return onlyBy(approver, record)
    const subjectSub = await users.findSub(record.subjectAsked, signal)
    if (subjectSub === undefined) {
      throw new ImpersonationError('UserNotFound', { message: 'subject: there is no such user' })
    }
    if (subjectSub === approver.sub) throw notAllowed('you may not approve an impersonation of yourself')
    const approved = await records.approve(record.id, {
      by: { sub: approver.sub, username: approver.username },
      subjectSub,
    })
    if (!approved) throw new ImpersonationError('NoSuchImpersonation')
    return onlyBy(approver, approved)
  }

  function assertApprovable({ state, approvalRequired, requestedAt }: VisibleRecord): void {
    if (state !== 'prepared') throw notApprovable(`this impersonation is ${state}, not prepared`)
    if (!approvalRequired || config.approvalGroups.length === 0)
      throw notApprovable('this impersonation needs no approval')
    if (now() - requestedAt >= approvalWait)
      throw notApprovable('this impersonation was requested more than 24 hours ago')
  }
}

/** @returns the record, if this person has approved it. Another person may have been faster. @throws NotApprovable */
function onlyBy(approver: Caller, record: VisibleRecord): VisibleRecord {
  if (record.approvedBySub === approver.sub) return record
  throw notApprovable(
    record.approvedAt === undefined
      ? `this impersonation is ${record.state}, not prepared`
      : 'somebody else has approved this impersonation',
  )
}

const notAllowed = (message: string) => new ImpersonationError('ApproverNotAllowed', { message })
const notApprovable = (message: string) => new ImpersonationError('NotApprovable', { message })
