// An impersonation's tokens in a pool with a PreTokenGeneration of its own: theirs runs first, then ours is merged over it.

import { ImpersonationError } from '../../errors.ts'
import type { NextTriggers } from '../../next-triggers.ts'
import type { TriggerContext, TriggerEvent } from '../event.ts'
import { type Invoke, invokeNext, NextTriggerThrew } from './invoke.ts'
import { findNext, timeLeft } from './run.ts'
import { type Details, groupsIn, mergeOver, readDetails } from './token-changes.ts'

/** What the pool's own trigger makes of the tokens. */
export interface NextTokens {
  /** The groups that it gives the tokens. Empty where it leaves the pool's. */
  groups: string[]
  mergeUnder(ours: Details): Details
}

/** The time that our record needs afterwards, ms. */
const needed = 500

/**
 * @throws ImpersonationError SubjectRefused if their function throws; NextTriggerFailed if it can't be run, gives no
 *   answer in time, or answers something else than Cognito documents
 */
export async function runNextTokens(
  event: TriggerEvent,
  context: TriggerContext | undefined,
  next: NextTriggers,
  invoke: Invoke = invokeNext,
): Promise<NextTokens> {
  const run = findNext(event, next, invoke)
  if (!run) throw failed(`there is none for ${event.triggerSource}`)
  const answer = await run({ event, timeLimit: timeLeft(context, needed) }).catch((cause) => {
    // Their text stays out of our log: it may hold anything.
    if (!isThrownByThem(cause)) throw failed(cause instanceof NextTriggerThrew ? cause.name : cause.message, cause)
    throw new ImpersonationError('SubjectRefused', { message: `the pool's own trigger threw ${cause.name}` })
  })
  const theirs = read(answer)
  return { groups: groupsIn(theirs), mergeUnder: (ours) => mergeOver(theirs, ours) }
}

/** A function that ran into its own time limit, or crashed, has not judged the subject. */
function isThrownByThem(error: unknown): error is NextTriggerThrew {
  return error instanceof NextTriggerThrew && !/^((Sandbox|Runtime|Function)\.|Unhandled$)/.test(error.name)
}

function read(answer: unknown): Details {
  try {
    return readDetails(answer)
  } catch (cause) {
    throw failed((cause as Error).message, cause)
  }
}

function failed(why: string, cause?: unknown): ImpersonationError {
  return new ImpersonationError('NextTriggerFailed', { message: `the pool's own trigger failed: ${why}`, cause })
}
