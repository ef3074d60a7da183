// CORS (https://fetch.spec.whatwg.org/#http-cors-protocol) for the routes that pages of the app call.

import type { APIGatewayProxyResult } from 'aws-lambda'
import { errorCodeHeader } from '../errors.ts'
import { type GatewayEvent, headerValues } from './gateway-event.ts'
import type { Route } from './router.ts'

/** The route, as a page calls it. */
interface CorsRoute {
  appOrigins: readonly string[]
  method: string
  /** The request header that the browser asks about. */
  requestHeader: string
}

/** How long a browser may remember the answer to a preflight, in seconds. */
const maxAge = '600'

/** Lets pages of these origins read the route's response, errors included. */
export function withCors(route: Route, { appOrigins }: Pick<CorsRoute, 'appOrigins'>): Route {
  return async (event, context) => {
    const response = await route(event, context)
    return { ...response, headers: { ...response.headers, ...corsHeaders(event, appOrigins) } }
  }
}

/** Answers the preflight of a route. Other origins get no CORS header, so the browser does not send the request. */
export function preflight({ appOrigins, method, requestHeader }: CorsRoute): Route {
  return async (event): Promise<APIGatewayProxyResult> => {
    const headers = corsHeaders(event, appOrigins)
    const allowed = 'Access-Control-Allow-Origin' in headers
    return {
      statusCode: 204,
      headers: {
        'Cache-Control': 'no-store',
        ...headers,
        ...(allowed && {
          'Access-Control-Allow-Methods': method,
          'Access-Control-Allow-Headers': requestHeader,
          'Access-Control-Max-Age': maxAge,
        }),
      },
      body: '',
    }
  }
}

/** Never allows credentials: the API reads no cookies. */
function corsHeaders(event: GatewayEvent, appOrigins: readonly string[]): Record<string, string> {
  const [origin, ...more] = headerValues(event, 'origin')
  const allowed = origin !== undefined && more.length === 0 && appOrigins.includes(origin)
  return {
    Vary: 'Origin',
    ...(allowed && {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': `Impersonation-Id, ${errorCodeHeader}`,
    }),
  }
}
