// Finds out if a call writes to a log group.

import { setTimeout } from 'node:timers/promises'
import { type CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'

/** The number of waits for the log, 100 ms each. */
const waits = 20

/** @returns the call's outcome and `logged`, or `not logged` */
export async function loggedBy(
  logs: CloudWatchLogsClient,
  logGroupName: string,
  call: () => Promise<string>,
): Promise<string> {
  // The log of an earlier call must not have the same millisecond.
  await setTimeout(2)
  const startTime = Date.now()
  const outcome = await call()
  for (let wait = 0; wait < waits; wait++) {
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName, startTime }))
    if (events.length > 0) return `${outcome}, logged`
    await setTimeout(100)
  }
  return `${outcome}, not logged`
}
