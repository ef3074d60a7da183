// Turns every error into the contract's error response.

import type { MiddlewareObj } from '@middy/core'
import {
  asImpersonationError,
  type Code,
  defaultRetryAfter,
  errorBody,
  errorCodeHeader,
  faultMessage,
} from '../errors.ts'
import { type GatewayEvent, requestIdOf } from './gateway-event.ts'

/** The settings that decide the challenges of a 401. */
export interface Challenges {
  /** `Authorization: Basic` is accepted. */
  basic: boolean
}

/** Replaces the error with one that `@middy/http-error-handler` can send. Add that middleware to the chain before this one. */
export function errorResponse(config: Challenges): MiddlewareObj<GatewayEvent> {
  return {
    onError(request) {
      const {
        status,
        code,
        message,
        impersonationId,
        retryAfter = defaultRetryAfter,
      } = asImpersonationError(request.error)
      request.error = Object.assign(new Error(), {
        statusCode: status,
        expose: true,
        message: errorBody(status < 500 ? message : faultMessage(requestIdOf(request.event))),
        headers: {
          ...errorHeaders(code),
          ...(impersonationId && { 'Impersonation-Id': impersonationId }),
          ...(code === 'CredentialsInvalid' && { 'WWW-Authenticate': challenges(config) }),
          ...(code === 'TicketInvalid' && { 'WWW-Authenticate': `Ticket ${realm}` }),
          ...(status === 429 && { 'Retry-After': String(retryAfter) }),
        },
      })
    },
  }
}

/** The headers of every error response. */
export function errorHeaders(code: Code): Record<string, string> {
  return { 'Cache-Control': 'no-store', [errorCodeHeader]: code }
}

/** RFC 9110 §11.6.1 requires a challenge with each 401. No scheme is registered for tickets. */
const realm = 'realm="cognito-impersonation"'

/** The accepted schemes (RFC 9110 §11.6.1, RFC 6750 §3, RFC 7617 §2). */
function challenges({ basic }: Challenges): string {
  return basic ? `Bearer ${realm}, Basic ${realm}, charset="UTF-8"` : `Bearer ${realm}`
}
