// An impersonation's tokens if the pool's owner has a PreTokenGeneration: theirs runs first, then ours is merged over it.

import { ImpersonationError } from '../../errors.ts'
import type { NextTriggers } from '../../next-triggers.ts'
import type { TriggerContext, TriggerEvent } from '../event.ts'
import { type Invoke, invokeNext, NextTriggerThrew } from './invoke.ts'
import { findNext, timeLeft } from './run.ts'
import { type Details, groupsIn, mergeOver, readDetails } from './token-changes.ts'

/** The changes of the owner's trigger to the tokens. */
export interface NextTokens {
  /** The groups that the owner's trigger sets. Empty: it keeps the pool's groups. */
  groups: string[]
  mergeUnder(ours: Details): Details
}

/** The time that our own work needs afterwards, ms. */
const needed = 500

/**
 * @throws ImpersonationError SubjectRefused if their function throws; NextTriggerFailed if it can't be run, is too slow,
 *   or returns an answer that Cognito does not document
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
    // Do not log their text: it can contain secrets.
    if (!isThrownByThem(cause)) throw failed(cause instanceof NextTriggerThrew ? cause.name : cause.message, cause)
    throw new ImpersonationError('SubjectRefused', { message: `the pool's own trigger threw ${cause.name}` })
  })
  const theirs = read(answer)
  return { groups: groupsIn(theirs), mergeUnder: (ours) => mergeOver(theirs, ours) }
}

/** Whether the function's own code threw. A function that timed out or crashed did not refuse the subject. */
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
