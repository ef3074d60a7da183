// Sign-ins by other app clients: the owner's trigger gets the event. Its answer or error goes to Cognito unchanged.

import type { TriggerContext, TriggerEvent } from '../event.ts'
import { findNextInEnvironment, timeLeft } from './run.ts'

/** The time to return the answer, ms. */
const needed = 100

/**
 * @param without handles the event if the owner has no function in this slot
 * @throws the error of the owner's function, or NextTriggerUnavailable
 */
export async function runNext(
  event: TriggerEvent,
  context: TriggerContext | undefined,
  without: (event: TriggerEvent) => TriggerEvent,
): Promise<unknown> {
  const run = findNextInEnvironment(event)
  return run ? run({ event, timeLimit: timeLeft(context, needed) }) : without(event)
}
