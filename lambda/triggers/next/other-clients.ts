// Sign-ins by other app clients: the pool's own trigger gets the event, and its answer or error is the answer.

import type { TriggerContext, TriggerEvent } from '../event.ts'
import { findNextInEnvironment, timeLeft } from './run.ts'

/** The time to hand the answer on, ms. */
const needed = 100

/**
 * @param without what to do where the owner has no function in this slot
 * @throws the owner's function's own error, or NextTriggerUnavailable
 */
export async function runNext(
  event: TriggerEvent,
  context: TriggerContext | undefined,
  without: (event: TriggerEvent) => TriggerEvent,
): Promise<unknown> {
  const run = findNextInEnvironment(event)
  return run ? run({ event, timeLimit: timeLeft(context, needed) }) : without(event)
}
