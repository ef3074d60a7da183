// Steps of the middy chain that add properties to the event.

import type { MiddlewareObj } from '@middy/core'
import type { Actor, Authenticate } from './authenticate.ts'
import { contextDataOf, type GatewayEvent, headerValues } from './gateway-event.ts'

export interface Timed {
  /** Milliseconds since the epoch. */
  startedAt: number
  /** Aborts when the request has taken too long. */
  signal: AbortSignal
}

export interface Authenticated {
  actor: Actor
}

/** Notes the start of the request and limits its time. @param milliseconds how long work on a request may take. */
export function limitTime(milliseconds: number): MiddlewareObj<GatewayEvent & Timed> {
  return {
    before({ event }) {
      event.startedAt = Date.now()
      event.signal = AbortSignal.timeout(milliseconds)
    },
  }
}

/** Adds the actor, or rejects the request. */
export function requireActor(authenticate: Authenticate): MiddlewareObj<GatewayEvent & Timed & Authenticated> {
  return {
    async before({ event }) {
      event.actor = await authenticate(headerValues(event, 'authorization'), contextDataOf(event), event.signal)
    },
  }
}
