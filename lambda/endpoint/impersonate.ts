// Who may act as whom, and the order of the steps. No AWS, no HTTP.

import type { EndpointConfig } from '../config.ts'
import { asImpersonationError, ImpersonationError, isCode } from '../errors.ts'
import { type Grant, grantLifetime, newGrant } from '../grant.ts'
import type { ImpersonationRecord, Records } from '../records.ts'
import type { Actor } from './http/authenticate.ts'
import type { ImpersonationRequest } from './request.ts'
import { readSession, type Session } from './tokens.ts'
import type { Challenge, Tokens, UserPool } from './user-pool.ts'

/** Where a request came from, for the record. */
export type Source = Pick<ImpersonationRecord, 'sourceIp' | 'userAgent' | 'apiKeyId' | 'requestId'>

export interface Impersonation extends Session {
  id: string
}

export type Impersonate = ReturnType<typeof createImpersonate>

/** @param log takes what went wrong beside the answer: a record that could not be closed, tokens not revoked. */
export function createImpersonate(options: {
  config: EndpointConfig
  records: Pick<Records, 'put' | 'read' | 'refuse' | 'discard'>
  userPool: Pick<UserPool, 'challenge' | 'answer' | 'isMember' | 'isActive' | 'revoke'>
  now: () => number
  log: (failed: string, impersonationId: string, error: unknown) => void
}) {
  const { config, records, userPool, now, log } = options

  /** @throws ImpersonationError, with the record's id once there is a record. */
  return async function impersonate(
    actor: Actor,
    request: ImpersonationRequest,
    source: Source,
    signal: AbortSignal,
  ): Promise<Impersonation> {
    // Before anything is asked of Cognito: a caller without the right learns nothing of who exists.
    if (actor.impersonated) throw new ImpersonationError('ActorImpersonated')
    if (!actor.groups.includes(config.impersonatorsGroup)) throw new ImpersonationError('ActorNotAllowed')

    const grant = newGrant()
    const [put, member, active, challenge] = await Promise.allSettled([
      records.put(newRecord(grant, actor, request, source)),
      !config.lookUpGroup || userPool.isMember(actor.username, config.impersonatorsGroup, signal),
      !config.lookUpGroup || userPool.isActive(actor, signal),
      userPool.challenge(request.username, signal),
    ])
    // Tokens before a grant was sent: the pool's triggers are not ours. Dropped, whatever the others say.
    let tokens = challenge.status === 'fulfilled' && 'tokens' in challenge.value ? challenge.value.tokens : undefined
    if (put.status === 'rejected') {
      if (tokens) await drop(grant.id, tokens)
      throw put.reason // no token without a record
    }
    try {
      if (tokens) throw new ImpersonationError('TokensUnfit', { message: 'tokens came without a challenge' })
      // Judged before the subject is, and anew: a right withdrawn since the actor's token was issued is gone.
      if (!settled(member) || !settled(active)) throw new ImpersonationError('ActorNotAllowed')
      tokens = await userPool.answer(settled(challenge) as Challenge, grant.answer, grant.id, signal)
      return {
        id: grant.id,
        ...readSession(tokens, {
          actorSub: actor.sub,
          impersonationId: grant.id,
          clientId: config.impersonationClientId,
          sessionMinutes: config.sessionMinutes,
        }),
      }
    } catch (error) {
      const failure = tokens ? asImpersonationError(error) : await explain(grant.id, actor, asImpersonationError(error))
      failure.impersonationId = grant.id
      await close(grant.id, failure, tokens)
      throw failure
    }
  }

  function newRecord(grant: Grant, actor: Actor, request: ImpersonationRequest, source: Source): ImpersonationRecord {
    const requestedAt = now()
    return {
      id: grant.id,
      state: 'requested',
      grantHash: grant.hash,
      grantEndsAt: requestedAt + grantLifetime,
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

  /** Of a refusal in a trigger Cognito says only that there was one. The record knows which. */
  async function explain(id: string, actor: Actor, failure: ImpersonationError): Promise<ImpersonationError> {
    if (failure.status < 500) return failure
    try {
      const record = await records.read(id)
      if (record?.state === 'refused' && isCode(record.code)) {
        return new ImpersonationError(record.code, { cause: failure })
      }
      if (record?.subjectSub === actor.sub) {
        return new ImpersonationError('SubjectIsActor', { cause: failure })
      }
    } catch (error) {
      log('read', id, error)
    }
    return failure
  }

  /** The failure is the answer already: what fails here is logged and changes nothing. */
  async function close(id: string, failure: ImpersonationError, tokens: Tokens | undefined): Promise<void> {
    if (!tokens) return records.refuse(id, failure.code).catch((error) => log('refuse', id, error))
    await Promise.all([records.discard(id, failure.code).catch((error) => log('discard', id, error)), drop(id, tokens)])
  }

  /** Ends the session that tokens belong to, as far as Cognito can. */
  async function drop(id: string, { RefreshToken }: Tokens): Promise<void> {
    if (RefreshToken) await userPool.revoke(RefreshToken).catch((error) => log('revoke', id, error))
  }
}

function settled<Value>(result: PromiseSettledResult<Value>): Value {
  if (result.status === 'rejected') throw result.reason
  return result.value
}
