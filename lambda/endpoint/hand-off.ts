// Hands an impersonation over from the back office to the app: prepares it for a ticket, and mints its session for the ticket.

import type { EndpointConfig } from '../config.ts'
import { asImpersonationError, ImpersonationError } from '../errors.ts'
import { approvalWait, type Grant, newGrant, newTicket, readProof, type Ticket } from '../grant.ts'
import type { Caller } from '../http/authenticate.ts'
import type { ContextData } from '../http/gateway-event.ts'
import { isRecentSignIn } from '../http/sign-in.ts'
import type { Users } from '../http/users.ts'
import type { Browser, Records } from '../records.ts'
import { type ImpersonationRecord, listing, type Source } from '../records-schema.ts'
import type { CountActor } from './actor-limit.ts'
import { assertClaimsRight, type ConfirmRight } from './actor-right.ts'
import type { Impersonation, Mint } from './mint.ts'
import { createNewRecord } from './new-record.ts'
import type { ImpersonationRequest } from './request.ts'
import { resultOf } from './result-of.ts'

/** An impersonation whose ticket is used up. */
export interface Claimed {
  record: ImpersonationRecord
  grant: Grant
}

export type HandOff = ReturnType<typeof createHandOff>

/** @param log reports a record that could not be marked as refused. */
export function createHandOff(options: {
  config: EndpointConfig
  records: Pick<Records, 'put' | 'read' | 'refuse' | 'requireApproval' | 'claim'>
  users: Pick<Users, 'groupsOfName'>
  confirmRight: ConfirmRight
  countActor: CountActor
  mint: Mint
  now: () => number
  log: (failed: 'refuse', impersonationId: string, error: unknown) => void
}) {
  const { config, records, users, confirmRight, countActor, mint, now, log } = options
  const newRecord = createNewRecord(options)

  /** Without a look-up, the actor's right lasts until the ID token ends, so the ticket ends with it. */
  function ticketEnd({ tokenEndsAt = 0 }: Caller, preparedAt: number): number {
    const end = preparedAt + config.ticketSeconds * 1000
    return config.lookUpGroup ? end : Math.min(end, tokenEndsAt)
  }

  /** Marks the record if the requested name means a member of an approval group now. @throws ImpersonationError */
  async function withApproval(
    record: ImpersonationRecord,
    ticket: Ticket,
    signal: AbortSignal,
  ): Promise<ImpersonationRecord> {
    if (config.approvalGroups.length === 0) return record
    const groups = await users.groupsOfName({ name: record.subjectAsked, among: config.approvalGroups }, signal)
    if (groups.length === 0) return record
    const marked = await records.requireApproval(ticket)
    if (!marked) throw new ImpersonationError('ImpersonationEnded')
    return marked
  }

  /** Whether a ticket that could not be claimed is good and waits for an approval. */
  async function isWaiting({ id, hash }: Pick<Ticket, 'id' | 'hash'>): Promise<boolean> {
    if (config.approvalGroups.length === 0) return false
    const record = await records.read(id)
    if (record?.state !== 'prepared' || record.ticketHash !== hash || !record.approvalRequired) return false
    // Perhaps the approval came just after the claim failed. Then the next claim succeeds.
    const { approvedAt, requestedAt, ticketEndsAt = 0 } = record
    return approvedAt === undefined ? now() - requestedAt < approvalWait : now() < ticketEndsAt
  }

  async function refuse(id: string, error: unknown): Promise<ImpersonationError> {
    const failure = asImpersonationError(error)
    failure.impersonationId = id
    await records.refuse(id, failure.code).catch((error) => log('refuse', id, error))
    return failure
  }

  return {
    /**
     * Checks the actor as the mint does. With the setting `approvalGroups`, it then looks up the subject's groups. This comes
     * after the actor's right is confirmed, because an actor without the right must not learn which users exist.
     * @returns the record, and the ticket.
     * @throws ImpersonationError, with the record's id if a record was written.
     */
    async prepare(
      actor: Caller,
      request: ImpersonationRequest,
      source: Source,
      signal: AbortSignal,
    ): Promise<{ record: ImpersonationRecord; ticket: string }> {
      assertClaimsRight(actor, config)
      const proof = newTicket()
      const { id, hash, ticket } = proof
      const asked = newRecord(id, { actor, request, source })
      const record: ImpersonationRecord = {
        ...asked,
        state: 'prepared',
        ...listing('prepared', asked.requestedAt),
        ticketHash: hash,
        ticketEndsAt: ticketEnd(actor, asked.requestedAt),
        ...(actor.signedInAt !== undefined && { actorSignedInAt: actor.signedInAt }),
      }
      const [written, confirmed, counted] = await Promise.allSettled([
        records.put(record),
        confirmRight(actor, signal),
        countActor(actor.sub),
      ])
      resultOf(written)
      try {
        if (!resultOf(confirmed)) throw new ImpersonationError('ActorNotAllowed')
        resultOf(counted)
        return { record: await withApproval(record, proof, signal), ticket }
      } catch (error) {
        throw await refuse(id, error)
      }
    },

    /**
     * Uses the ticket up.
     * @throws ImpersonationError ApprovalRequired if the ticket waits for approval. The ticket then stays good. TicketInvalid,
     * the same error without the record's id, for every other ticket that cannot be claimed.
     */
    async claim(ticket: string, browser: Browser): Promise<Claimed> {
      const proof = readProof(ticket)
      if (!proof) throw new ImpersonationError('TicketInvalid')
      const grant = newGrant(proof.id)
      const record = await records.claim({ ticket: proof, clientId: config.impersonationClientId, grant, browser })
      if (record) return { record, grant }
      if (!(await isWaiting(proof))) throw new ImpersonationError('TicketInvalid')
      throw Object.assign(new ImpersonationError('ApprovalRequired'), { impersonationId: proof.id })
    },

    /** Mints the session. Checks the actor again, because the right may have been withdrawn. @throws ImpersonationError */
    async redeem(
      { record, grant }: Claimed,
      contextData: ContextData | undefined,
      signal: AbortSignal,
    ): Promise<Impersonation> {
      const { actorSub, actorUsername, actorSignedInAt, subjectAsked } = record
      if (!isRecentSignIn(actorSignedInAt, { now: now(), signInMaxAgeMinutes: config.signInMaxAgeMinutes })) {
        const message = 'the sign-in of the actor who prepared this impersonation is too long ago'
        throw await refuse(record.id, new ImpersonationError('ActorNotAllowed', { message }))
      }
      return mint({ grant, actor: { sub: actorSub, username: actorUsername }, subjectAsked }, contextData, signal)
    },
  }
}
