// The event that API Gateway sends to the endpoint.

import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { GatewayEvent } from '../../lambda/http/gateway-event.ts'

export function gatewayEvent(changes: {
  /** Default: `POST /auth/impersonate`. */
  route?: string
  body?: string | null
  headers?: Record<string, string[] | undefined>
  query?: Record<string, string[]>
  isBase64Encoded?: boolean
  requestContext?: Partial<APIGatewayProxyEvent['requestContext']>
}): GatewayEvent {
  const [httpMethod, resourcePath] = (changes.route ?? 'POST /auth/impersonate').split(' ')
  const headers = { Authorization: ['token'], 'Content-Type': ['application/json'], ...changes.headers }
  return {
    httpMethod,
    body: changes.body === undefined ? '{"username":"alice"}' : changes.body,
    isBase64Encoded: changes.isBase64Encoded ?? false,
    headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values?.at(-1)])),
    multiValueHeaders: headers,
    multiValueQueryStringParameters: changes.query ?? null,
    requestContext: {
      requestId: 'chosen-by-the-caller',
      extendedRequestId: 'request-1',
      domainName: 'abc.execute-api.us-east-1.amazonaws.com',
      path: `/v1${resourcePath}`,
      resourcePath,
      stage: 'v1',
      identity: { sourceIp: '192.0.2.1', userAgent: 'curl', apiKeyId: 'key-1', apiKey: 'the-key' },
      ...changes.requestContext,
    },
  } as unknown as GatewayEvent
}
