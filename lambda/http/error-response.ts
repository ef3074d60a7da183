// Turns every error into the contract's error response.

import type { MiddlewareObj } from '@middy/core'
import type { EndpointConfig } from '../config.ts'
import { asImpersonationError, errorBody, faultMessage, retryAfter } from '../errors.ts'
import { type GatewayEvent, requestIdOf } from './gateway-event.ts'

/** Replaces the error with one that `@middy/http-error-handler` can send. Add that middleware to the chain before this one. */
export function errorResponse(config: Pick<EndpointConfig, 'basic'>): MiddlewareObj<GatewayEvent> {
  return {
    onError(request) {
      const { status, code, message, impersonationId } = asImpersonationError(request.error)
      request.error = Object.assign(new Error(), {
        statusCode: status,
        expose: true,
        message: errorBody(status < 500 ? message : faultMessage(requestIdOf(request.event))),
        headers: {
          'Cache-Control': 'no-store',
          ...(impersonationId && { 'Impersonation-Id': impersonationId }),
          ...(code === 'CredentialsInvalid' && { 'WWW-Authenticate': challenges(config) }),
          ...(code === 'TooManyRequests' && { 'Retry-After': retryAfter }),
        },
      })
    },
  }
}

/** The accepted schemes (RFC 9110 §11.6.1, RFC 6750 §3, RFC 7617 §2). */
function challenges({ basic }: Pick<EndpointConfig, 'basic'>): string {
  const realm = 'realm="cognito-impersonation"'
  return basic ? `Bearer ${realm}, Basic ${realm}, charset="UTF-8"` : `Bearer ${realm}`
}
