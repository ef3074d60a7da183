// The contract's one form of error, whatever was thrown.

import type { MiddlewareObj } from '@middy/core'
import type { EndpointConfig } from '../../config.ts'
import { asImpersonationError } from '../../errors.ts'
import { type Event, requestIdOf } from './gateway-event.ts'

/** Dresses an error for `@middy/http-error-handler`, which must be used before this. */
export function envelope(config: Pick<EndpointConfig, 'basic'>): MiddlewareObj<Event> {
  return {
    onError(request) {
      const { status, code, message, impersonationId } = asImpersonationError(request.error)
      request.error = Object.assign(new Error(), {
        statusCode: status,
        expose: true,
        message: JSON.stringify({
          status: 'error',
          message:
            status < 500 ? message : `the request could not be completed; its id is ${requestIdOf(request.event)}`,
        }),
        headers: {
          'Cache-Control': 'no-store',
          ...(impersonationId && { 'Impersonation-Id': impersonationId }),
          ...(code === 'CredentialsInvalid' && { 'WWW-Authenticate': challenges(config) }),
          ...(code === 'TooManyRequests' && { 'Retry-After': '1' }),
        },
      })
    },
  }
}

/** RFC 9110 §11.6.1, RFC 6750 §3, RFC 7617 §2 */
function challenges({ basic }: Pick<EndpointConfig, 'basic'>): string {
  const realm = 'realm="cognito-impersonation"'
  return basic ? `Bearer ${realm}, Basic ${realm}, charset="UTF-8"` : `Bearer ${realm}`
}
