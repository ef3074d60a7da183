// The part of a new record that does not depend on a ticket.

import type { EndpointConfig } from '../config.ts'
import type { ImpersonationRecord, Source } from '../records-schema.ts'
import type { Actor } from './actor-right.ts'
import type { ImpersonationRequest } from './request.ts'

export function createNewRecord(options: {
  config: Pick<EndpointConfig, 'impersonationClientId' | 'recordRetentionDays'>
  now: () => number
}) {
  const { config, now } = options

  return function newRecord(
    id: string,
    { actor, request, source }: { actor: Actor; request: ImpersonationRequest; source: Source },
  ): Omit<ImpersonationRecord, 'state'> {
    const requestedAt = now()
    return {
      id,
      clientId: config.impersonationClientId,
      actorSub: actor.sub,
      actorUsername: actor.username,
      subjectAsked: request.username,
      reason: request.reason,
      requestedAt,
      ...source,
      expiresAt: Math.floor(requestedAt / 1000) + config.recordRetentionDays * 86_400,
    }
  }
}
