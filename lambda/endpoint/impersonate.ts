// Impersonates without a ticket: the caller gets the session.

import type { EndpointConfig } from '../config.ts'
import { grantLifetime, newGrant } from '../grant.ts'
import type { Caller } from '../http/authenticate.ts'
import type { ContextData } from '../http/gateway-event.ts'
import type { Records } from '../records.ts'
import type { Source } from '../records-schema.ts'
import type { CountActor } from './actor-limit.ts'
import { assertClaimsRight } from './actor-right.ts'
import type { Impersonation, Mint } from './mint.ts'
import { createNewRecord } from './new-record.ts'
import type { ImpersonationRequest } from './request.ts'

/** Where a request came from. */
export interface Origin {
  /** The part that the record stores. */
  source: Source
  /** The part that Cognito gets with the subject's sign-in. Undefined: nothing. */
  contextData: ContextData | undefined
}

export type Impersonate = ReturnType<typeof createImpersonate>

export function createImpersonate(options: {
  config: EndpointConfig
  records: Pick<Records, 'put'>
  countActor: CountActor
  mint: Mint
  now: () => number
}) {
  const { config, records, countActor, mint } = options
  const newRecord = createNewRecord(options)

  /**
   * Hands over a session that was issued before somebody ended the impersonation. Introspection refuses its tokens.
   * @throws ImpersonationError, with the record's id if a record was written.
   */
  return async function impersonate(
    actor: Caller,
    request: ImpersonationRequest,
    { source, contextData }: Origin,
    signal: AbortSignal,
  ): Promise<Impersonation> {
    assertClaimsRight(actor, config)
    const grant = newGrant()
    const write = () => {
      const record = newRecord(grant.id, { actor, request, source })
      return records.put({
        ...record,
        state: 'requested',
        grantHash: grant.hash,
        grantEndsAt: record.requestedAt + grantLifetime,
      })
    }
    const count = () => countActor(actor.sub)
    return mint({ grant, write, count, actor, subjectAsked: request.username }, contextData, signal)
  }
}
