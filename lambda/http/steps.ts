// Steps of the middy chain that add properties to the event.

import type { MiddlewareObj } from '@middy/core'
import { ImpersonationError } from '../errors.ts'
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

/**
 * Refuses every API key that is not listed. API Gateway accepts any key of the API's usage plans on every route, so this
 * separates customers from resource servers. Add this step before authentication.
 * @param config `apiKeyIds`: the ids of the keys that open the route.
 */
export function requireApiKey({ apiKeyIds }: { apiKeyIds: readonly string[] }): MiddlewareObj<GatewayEvent> {
  return {
    before({ event }) {
      const { apiKeyId } = event.requestContext.identity
      if (!apiKeyId || !apiKeyIds.includes(apiKeyId)) throw new ImpersonationError('ApiKeyNotAllowed')
    },
  }
}

/** Refuses a body of another media type. Parameters such as `charset` are allowed. */
export function requireMediaType(type: string): MiddlewareObj<GatewayEvent> {
  const accepted = new RegExp(`^${type}[ \\t]*(;.*)?$`, 'i')
  return {
    before({ event }) {
      const [sent = '', ...more] = headerValues(event, 'content-type')
      if (more.length > 0 || !accepted.test(sent))
        throw new ImpersonationError('RequestInvalid', { message: `Content-Type must be ${type}` })
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
