// Steps of the middy chain that add properties to the event.

import type { MiddlewareObj } from '@middy/core'
import type { Authenticate, Caller } from './authenticate.ts'
import { contextDataOf, type GatewayEvent, headerValues } from './gateway-event.ts'

export interface Timed {
  /** Milliseconds since the epoch. */
  startedAt: number
  /** Aborts at the request's time limit. */
  signal: AbortSignal
}

export interface Authenticated {
  caller: Caller
}

/** Adds the request's start, and a signal for its time limit. @param milliseconds the time limit. */
export function limitTime(milliseconds: number): MiddlewareObj<GatewayEvent & Timed> {
  return {
    before({ event }) {
      event.startedAt = Date.now()
      event.signal = AbortSignal.timeout(milliseconds)
    },
  }
}

/** Adds the caller. Throws the errors of `authenticate`. */
export function requireCaller(authenticate: Authenticate): MiddlewareObj<GatewayEvent & Timed & Authenticated> {
  return {
    async before({ event }) {
      event.caller = await authenticate(headerValues(event, 'authorization'), contextDataOf(event), event.signal)
    },
  }
}
