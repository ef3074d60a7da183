// Mints a session for an actor: the steps that are the same with and without a ticket. Contains no AWS and no HTTP code.

import type { Allowed } from '../actor-groups.ts'
import type { EndpointConfig } from '../config.ts'
import { asImpersonationError, ImpersonationError, isCode } from '../errors.ts'
import type { Grant } from '../grant.ts'
import type { ContextData } from '../http/gateway-event.ts'
import type { Records } from '../records.ts'
import type { Actor, ConfirmRight } from './actor-right.ts'
import { UnexplainedRefusal } from './cognito-errors.ts'
import { resultOf } from './result-of.ts'
import { readSession, type Session } from './tokens.ts'
import type { Challenge, Tokens, UserPool } from './user-pool.ts'

export interface Impersonation extends Session {
  /** The record's id. */
  id: string
}

export type Mint = ReturnType<typeof createMint>

/** A step of the clean-up after a failure. */
export type CleanUpStep = 'read' | 'refuse' | 'discard' | 'revoke'

/** @param log reports a clean-up step that failed. */
export function createMint(options: {
  config: EndpointConfig
  records: Pick<Records, 'allow' | 'read' | 'refuse' | 'discard'>
  userPool: Pick<UserPool, 'challenge' | 'answer' | 'whyRefused' | 'revoke'>
  confirmRight: ConfirmRight
  log: (failed: CleanUpStep, impersonationId: string, error: unknown) => void
}) {
  const { config, records, userPool, confirmRight, log } = options

  /**
   * @param write writes the record in state `requested`, with the grant's hash. Undefined: the record exists already.
   * @param count counts the impersonation, and throws ActorLimit if the actor's limit is reached. Undefined: it was counted before.
   * @param subjectAsked a username or an alias.
   * @param contextData what Cognito gets with the subject's sign-in. Undefined: nothing.
   * @throws ImpersonationError, with the record's id if a record was written.
   */
  return async function mint(
    {
      grant,
      write,
      count,
      actor,
      subjectAsked,
    }: {
      grant: Grant
      write?: () => Promise<void>
      count?: () => Promise<void>
      actor: Actor
      subjectAsked: string
    },
    contextData: ContextData | undefined,
    signal: AbortSignal,
  ): Promise<Impersonation> {
    const stop = new AbortController()
    // The slowest call begins first: Cognito runs two triggers for it. In a new environment it then gets the connection that
    // the verifier has opened.
    const challenging = userPool.challenge(subjectAsked, contextData, AbortSignal.any([signal, stop.signal]))
    const writing = write?.()
    const counting = count?.().then(() => true)
    const [challenge, written, confirmed, counted] = await Promise.allSettled([
      challenging,
      writing,
      settleRight(orStop(confirmRight(actor, signal), stop), { grant, writing }),
      counting && orStop(counting, stop),
    ])
    // If Cognito issued tokens before it got the grant, the pool's triggers were replaced. Always drop these tokens.
    let tokens = challenge.status === 'fulfilled' && 'tokens' in challenge.value ? challenge.value.tokens : undefined
    if (written.status === 'rejected') {
      if (tokens) await revokeTokens(grant.id, tokens)
      throw written.reason // no token without a record
    }
    try {
      if (tokens) throw new ImpersonationError('TokensUnfit', { message: 'Cognito issued tokens without a challenge' })
      // Check the actor before the subject, so that an actor whose right was withdrawn learns nothing about the subject.
      if (!resultOf(confirmed)) throw new ImpersonationError('ActorNotAllowed')
      resultOf(counted)
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

  /**
   * With `mayActAs`, adds to the written record whom the actor may act as. The trigger compares this with the subject's groups.
   * @returns whether the actor has a right.
   */
  async function settleRight(
    lookUp: Promise<Allowed | undefined>,
    { grant, writing }: { grant: Grant; writing: Promise<void> | undefined },
  ): Promise<boolean> {
    const allowed = await lookUp
    if (!allowed || config.mayActAs === 'none') return allowed !== undefined
    await writing
    if (await records.allow({ grant, allowed })) return true
    throw new ImpersonationError('Unavailable', { message: 'the record is not in state requested' })
  }

  /**
   * Finds the reason of a failed sign-in, first in the subject's state at Cognito, then in the record. The record has the
   * refusals of our triggers: Cognito reports only that a trigger refused.
   */
  async function explain(
    error: unknown,
    { id, actor, signal }: { id: string; actor: Actor; signal: AbortSignal },
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
 * Stops the subject's sign-in unless this confirms the actor's right, or counts the impersonation. The sign-in takes longer if
 * the user exists, so waiting for it would tell an actor without the right, or above the limit, who exists.
 */
async function orStop<Confirmed>(confirming: Promise<Confirmed>, stop: AbortController): Promise<Confirmed> {
  const confirmed = await confirming.catch((error) => {
    stop.abort()
    throw error
  })
  if (!confirmed) stop.abort()
  return confirmed
}
