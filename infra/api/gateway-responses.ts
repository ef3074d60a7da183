// The responses of API Gateway itself, each with a message: the default messages can repeat headers of the request.
// REQUEST_TOO_LARGE is left out: AWS does not support changing its 413.

import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway'
import { errorBody, faultMessage, messageOf, retryAfter } from '../../lambda/errors.ts'

type ErrorResponse = readonly [status: number | undefined, message: string, headers?: Record<string, string>]

const notFound: ErrorResponse = [404, 'there is no such route or method']
// Uses extendedRequestId, because a caller can set requestId by a header.
const fault: ErrorResponse = [500, faultMessage('$context.extendedRequestId')]
const unavailable: ErrorResponse = [503, fault[1]]
const forbidden: ErrorResponse = [403, 'access is denied']

const responses: Record<string, ErrorResponse> = {
  // A status here would replace the status of every other 4xx. DEFAULT_5XX has one, which turns 502 into 500.
  DEFAULT_4XX: [undefined, 'the request was refused'],
  DEFAULT_5XX: fault,
  BAD_REQUEST_BODY: [400, messageOf('RequestInvalid')],
  // Raised only by the catch-all 404 methods; see api.ts.
  BAD_REQUEST_PARAMETERS: notFound,
  UNAUTHORIZED: [401, messageOf('CredentialsInvalid')],
  INVALID_API_KEY: [403, 'X-API-Key: the key is missing or not accepted'],
  ACCESS_DENIED: forbidden,
  WAF_FILTERED: forbidden,
  RESOURCE_NOT_FOUND: notFound,
  // API Gateway raises these three for unknown routes: no route here uses AWS signatures.
  MISSING_AUTHENTICATION_TOKEN: notFound,
  INVALID_SIGNATURE: notFound,
  EXPIRED_TOKEN: notFound,
  UNSUPPORTED_MEDIA_TYPE: [415, 'the body is in a media type or an encoding that is not supported'],
  THROTTLED: [429, messageOf('TooManyRequests'), { 'Retry-After': retryAfter }],
  QUOTA_EXCEEDED: [429, "the API key's quota is used up, try again later", { 'Retry-After': '3600' }],
  API_CONFIGURATION_ERROR: fault,
  AUTHORIZER_CONFIGURATION_ERROR: fault,
  AUTHORIZER_FAILURE: fault,
  INTEGRATION_FAILURE: unavailable,
  INTEGRATION_TIMEOUT: unavailable,
}

export const notFoundBody = errorBody(notFound[1])

export function addGatewayResponses(api: RestApi): void {
  for (const [type, [status, message, headers]] of Object.entries(responses)) {
    api.addGatewayResponse(type, {
      type: ResponseType.of(type),
      ...(status !== undefined && { statusCode: String(status) }),
      templates: { 'application/json': errorBody(message) },
      responseHeaders: quoted({ 'Cache-Control': 'no-store', ...headers }),
    })
  }
}

/** API Gateway expects literal header values in single quotes. */
function quoted(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `'${value}'`]))
}
