// Turns every error into the contract's error response.

import type { MiddlewareObj } from '@middy/core'
import {
  asImpersonationError,
  type Code,
  defaultRetryAfter,
  errorBody,
  errorCodeHeader,
  faultMessage,
  type ImpersonationError,
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
      const error = asImpersonationError(request.error)
      const { status, code, message, impersonationId, retryAfter = defaultRetryAfter } = error
      const challenge = challengeOf(error, config)
      request.error = Object.assign(new Error(), {
        statusCode: status,
        expose: true,
        message: errorBody(status < 500 ? message : faultMessage(requestIdOf(request.event))),
        headers: {
          ...errorHeaders(code),
          ...(impersonationId && { 'Impersonation-Id': impersonationId }),
          ...(challenge && { 'WWW-Authenticate': challenge }),
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

const realm = 'realm="cognito-impersonation"'

/** RFC 9110 §11.6.1 requires a challenge with each 401. No scheme is registered for tickets. */
function challengeOf(error: ImpersonationError, config: Challenges): string | undefined {
  switch (error.code) {
    case 'CredentialsInvalid':
      return challenges(`Bearer ${realm}`, config)
    case 'SignInInsufficient':
      return challenges(stepUp(error), config)
    case 'TicketInvalid':
      return `Ticket ${realm}`
    default:
      return undefined
  }
}

/** The accepted schemes (RFC 9110 §11.6.1, RFC 6750 §3, RFC 7617 §2). */
function challenges(bearer: string, { basic }: Challenges): string {
  return basic ? `${bearer}, Basic ${realm}, charset="UTF-8"` : bearer
}

/** RFC 9470 §3. The settings' rule keeps quotes and backslashes out of the `acr` values. */
function stepUp({ message, newSignIn: { acrValues, maxAge } = { acrValues: [] } }: ImpersonationError): string {
  return [
    `Bearer ${realm}`,
    'error="insufficient_user_authentication"',
    `error_description="${message}"`,
    ...(acrValues.length > 0 ? [`acr_values="${acrValues.join(' ')}"`] : []),
    ...(maxAge === undefined ? [] : [`max_age="${maxAge}"`]),
  ].join(', ')
}
