// Checks the actor's right and runs the steps of an impersonation in order. Contains no AWS and no HTTP code.

import type { EndpointConfig } from '../config.ts'
import { asImpersonationError, ImpersonationError, isCode } from '../errors.ts'
import { type Grant, grantLifetime, newGrant } from '../grant.ts'
import type { Caller } from '../http/authenticate.ts'
import type { ContextData } from '../http/gateway-event.ts'
import type { Users } from '../http/users.ts'
import type { Records } from '../records.ts'
import type { ImpersonationRecord, Source } from '../records-schema.ts'
import { UnexplainedRefusal } from './cognito-errors.ts'
import type { ImpersonationRequest } from './request.ts'
import { readSession, type Session } from './tokens.ts'
import type { Challenge, Tokens, UserPool } from './user-pool.ts'

export interface Impersonation extends Session {
  /** The record's id. */
  id: string
}

/** Where a request came from. */
export interface Origin {
  /** The part that the record stores. */
  source: Source
  /** The part that Cognito gets with the subject's sign-in. Undefined: nothing. */
  contextData: ContextData | undefined
}

export type Impersonate = ReturnType<typeof createImpersonate>

/** A step of the clean-up after a failure. */
type CleanUpStep = 'read' | 'refuse' | 'discard' | 'revoke'

/** @param log reports a clean-up step that failed. */
export function createImpersonate(options: {
  config: EndpointConfig
  records: Pick<Records, 'put' | 'read' | 'refuse' | 'discard'>
  userPool: Pick<UserPool, 'challenge' | 'answer' | 'whyRefused' | 'revoke'>
  users: Pick<Users, 'isMember' | 'isActive'>
  now: () => number
  log: (failed: CleanUpStep, impersonationId: string, error: unknown) => void
}) {
  const { config, records, userPool, users, now, log } = options

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
    // Check this before calling Cognito: a caller without the right must not learn which users exist.
    if (actor.impersonated) throw new ImpersonationError('ActorImpersonated')
    if (!actor.groups.includes(config.impersonatorsGroup)) throw new ImpersonationError('ActorNotAllowed')

    const grant = newGrant()
    const groupMember = { username: actor.username, group: config.impersonatorsGroup }
    const stop = new AbortController()
    const [put, member, active, challenge] = await Promise.allSettled([
      records.put(newRecord(grant, actor, request, source)),
      !config.lookUpGroup || orStop(users.isMember(groupMember, signal), stop),
      !config.lookUpGroup || orStop(users.isActive(actor, signal), stop),
      userPool.challenge(request.username, contextData, AbortSignal.any([signal, stop.signal])),
    ])
    // If Cognito issued tokens before it got the grant, the pool's triggers were replaced. Always drop these tokens.
    let tokens = challenge.status === 'fulfilled' && 'tokens' in challenge.value ? challenge.value.tokens : undefined
    if (put.status === 'rejected') {
      if (tokens) await revokeTokens(grant.id, tokens)
      throw put.reason // no token without a record
    }
    try {
      if (tokens) throw new ImpersonationError('TokensUnfit', { message: 'Cognito issued tokens without a challenge' })
      // Check the actor before the subject, so that an actor whose right was withdrawn learns nothing about the subject.
      if (!resultOf(member) || !resultOf(active)) throw new ImpersonationError('ActorNotAllowed')
      tokens = await userPool.answer(resultOf(challenge) as Challenge, grant, contextData, signal)
      return {
        id: grant.id,
        ...readSession(tokens, {
          actorSub: actor.sub,
          impersonationId: grant.id,
          clientId: config.impersonationClientId,
          sessionMinutes: config.sessionMinutes,
          protectedGroups: config.protectedGroups,
        }),
      }
    } catch (error) {
      const failure = tokens ? asImpersonationError(error) : await explain(error, { id: grant.id, actor, signal })
      failure.impersonationId = grant.id
      await close(grant.id, failure, tokens)
      throw failure
    }
  }

  function newRecord(grant: Grant, actor: Caller, request: ImpersonationRequest, source: Source): ImpersonationRecord {
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

  /**
   * Finds the reason of a failed sign-in, first in the subject's state at Cognito, then in the record. The record has the
   * refusals of our triggers: Cognito reports only that a trigger refused.
   */
  async function explain(
    error: unknown,
    { id, actor, signal }: { id: string; actor: Caller; signal: AbortSignal },
  ): Promise<ImpersonationError> {
    const failure =
      error instanceof UnexplainedRefusal ? await userPool.whyRefused(error, signal) : asImpersonationError(error)
    if (failure.status < 500) return failure
    try {
      const record = await records.read(id)
      if (record?.state === 'refused' && isCode(record.code)) {
        return new ImpersonationError(record.code, { cause: failure })
      }
      // Somebody ended it before it had a session, so our triggers refused.
      if (record?.state === 'ended') return new ImpersonationError('ImpersonationEnded', { cause: failure })
      // Our triggers had accepted the sign-in, so a later trigger of the pool's owner refused.
      if (record?.state === 'issued' && failure.code === 'TriggerRefused') {
        return new ImpersonationError('SubjectRefused', { cause: failure })
      }
      if (record?.subjectSub === actor.sub) {
        return new ImpersonationError('SubjectIsActor', { cause: failure })
      }
    } catch (error) {
      log('read', id, error)
    }
    return failure
  }

  /** Closes the record and revokes the tokens. An error here is logged and does not change the response. */
  async function close(id: string, failure: ImpersonationError, tokens: Tokens | undefined): Promise<void> {
    if (!tokens) return records.refuse(id, failure.code, failure.subject).catch((error) => log('refuse', id, error))
    await Promise.all([
      records.discard(id, failure.code).catch((error) => log('discard', id, error)),
      revokeTokens(id, tokens),
    ])
  }

  /** Revokes the tokens. This needs the refresh token: without one, nothing is revoked. */
  async function revokeTokens(id: string, { RefreshToken }: Tokens): Promise<void> {
    if (RefreshToken) await userPool.revoke(RefreshToken).catch((error) => log('revoke', id, error))
  }
}

/**
 * Stops the subject's sign-in unless the look-up of the actor succeeds. It takes longer for a user who exists, so waiting
 * for it would tell an actor without the right who exists.
 */
async function orStop(lookUp: Promise<boolean>, stop: AbortController): Promise<boolean> {
  const allowed = await lookUp.catch((error) => {
    stop.abort()
    throw error
  })
  if (!allowed) stop.abort()
  return allowed
}

function resultOf<Value>(result: PromiseSettledResult<Value>): Value {
  if (result.status === 'rejected') throw result.reason
  return result.value
}
