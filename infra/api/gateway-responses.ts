// The responses of API Gateway itself, each with a message: the default messages can repeat headers of the request.
// REQUEST_TOO_LARGE is left out: AWS does not support changing its 413.

import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway'
import {
  type Code,
  defaultRetryAfter,
  errorBody,
  errorCodeHeader,
  faultMessage,
  messageOf,
} from '../../lambda/errors.ts'

/** The values of `Impersonation-Error` that only API Gateway sends. The functions send the codes of lambda/errors.ts. */
export const gatewayOnlyCodes = [
  'AccessDenied',
  'ApiKeyInvalid',
  'MediaTypeUnsupported',
  'NoSuchRoute',
  'QuotaExceeded',
  'RequestRefused',
  'Throttled',
] as const

export type GatewayCode = Code | (typeof gatewayOnlyCodes)[number]

interface GatewayResponse {
  /** Undefined: API Gateway's own status. */
  status?: number
  code: GatewayCode
  message: string
  headers?: Record<string, string>
}

const notFound = { status: 404, code: 'NoSuchRoute', message: 'there is no such route or method' } as const
// Uses extendedRequestId, because a caller can set requestId by a header.
const fault = { status: 500, code: 'Fault', message: faultMessage('$context.extendedRequestId') } as const
const unavailable = { status: 503, code: 'Unavailable', message: fault.message } as const
const forbidden = { status: 403, code: 'AccessDenied', message: 'access is denied' } as const

const responses = {
  // A status here would replace the status of every other 4xx. DEFAULT_5XX has one, which turns 502 into 500.
  DEFAULT_4XX: { code: 'RequestRefused', message: 'the request was refused' },
  DEFAULT_5XX: fault,
  BAD_REQUEST_BODY: { status: 400, code: 'RequestInvalid', message: messageOf('RequestInvalid') },
  // Raised only by the catch-all 404 methods; see routes.ts.
  BAD_REQUEST_PARAMETERS: notFound,
  UNAUTHORIZED: { status: 401, code: 'CredentialsInvalid', message: messageOf('CredentialsInvalid') },
  INVALID_API_KEY: { status: 403, code: 'ApiKeyInvalid', message: 'X-API-Key: the key is missing or not accepted' },
  ACCESS_DENIED: forbidden,
  WAF_FILTERED: forbidden,
  RESOURCE_NOT_FOUND: notFound,
  // API Gateway raises these three for unknown routes: no route here uses AWS signatures.
  MISSING_AUTHENTICATION_TOKEN: notFound,
  INVALID_SIGNATURE: notFound,
  EXPIRED_TOKEN: notFound,
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    code: 'MediaTypeUnsupported',
    message: 'the body is in a media type or an encoding that is not supported',
  },
  THROTTLED: {
    status: 429,
    code: 'Throttled',
    message: messageOf('TooManyRequests'),
    headers: { 'Retry-After': String(defaultRetryAfter) },
  },
  QUOTA_EXCEEDED: {
    status: 429,
    code: 'QuotaExceeded',
    message: "the API key's quota is used up, try again later",
    headers: { 'Retry-After': '3600' },
  },
  API_CONFIGURATION_ERROR: fault,
  AUTHORIZER_CONFIGURATION_ERROR: fault,
  AUTHORIZER_FAILURE: fault,
  INTEGRATION_FAILURE: unavailable,
  INTEGRATION_TIMEOUT: unavailable,
} satisfies Record<string, GatewayResponse>

export const notFoundBody = errorBody(notFound.message)
export const notFoundHeaders = headersOf(notFound)

export function addGatewayResponses(api: RestApi): void {
  for (const [type, response] of Object.entries<GatewayResponse>(responses)) {
    api.addGatewayResponse(type, {
      type: ResponseType.of(type),
      ...(response.status !== undefined && { statusCode: String(response.status) }),
      templates: { 'application/json': errorBody(response.message) },
      responseHeaders: headersOf(response),
    })
  }
}

/** API Gateway expects literal header values in single quotes. */
function headersOf({ code, headers }: GatewayResponse): Record<string, string> {
  const all = { 'Cache-Control': 'no-store', [errorCodeHeader]: code, ...headers }
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, `'${value}'`]))
}
