// Puts events to the event bus.

import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { timeLimit } from '../time-limit.ts'
import type { ImpersonationEvent } from './event.ts'
import { detailType, source } from './names.ts'

/** The most entries of a PutEvents request. */
export const entriesInRequest = 10

/** In bytes. Our functions write less than 20 kB into a record. Ten details of this size stay below 256 kB, the limit of a request. */
export const longestDetail = 25_000

/** The bus did not take an event. */
export class EventRefused extends Error {
  /** EventBridge's, such as `ThrottlingException`. */
  readonly code: string | undefined
  /** The event's place in the request. */
  readonly position: number

  constructor(position: number, code: string | undefined) {
    super('the event bus did not take an event')
    this.name = 'EventRefused'
    this.position = position
    this.code = code
  }
}

export type Put = ReturnType<typeof createPut>

/** @param options `timeout` is the time limit of one call, including retries, in ms */
export function createPut(options: { eventBridge: EventBridgeClient; eventBus: string; timeout: number }) {
  const { eventBridge, eventBus: EventBusName, timeout } = options

  /**
   * Puts the events in one request.
   * @throws EventRefused with the first event that the bus did not take: later ones may have been taken. Another error if the
   *   call failed: the bus may have taken any of the events.
   */
  return async function put(events: readonly ImpersonationEvent[]): Promise<void> {
    const command = new PutEventsCommand({
      Entries: events.map(({ detail, time: Time, table }) => ({
        EventBusName,
        Source: source,
        DetailType: detailType,
        Time,
        ...(table && { Resources: [table] }),
        Detail: JSON.stringify(detail),
      })),
    })
    const { Entries = [] } = await eventBridge.send(command, { abortSignal: timeLimit(timeout) })
    // A response without the event's id counts as a failure.
    const position = events.findIndex((_, index) => !Entries[index]?.EventId)
    if (position >= 0) throw new EventRefused(position, Entries[position]?.ErrorCode)
  }
}
