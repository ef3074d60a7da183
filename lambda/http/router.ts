// Chooses the chain of a route.
// API Gateway has matched the route. `@middy/http-router` would match again, by the path, which a custom domain changes.

import type { APIGatewayProxyResult, Context } from 'aws-lambda'
import type { GatewayEvent } from './gateway-event.ts'

export type Route = (event: GatewayEvent, context: Context) => Promise<APIGatewayProxyResult>

/** @param routes by method and resource path, e.g. `GET /auth/impersonations/{id}`. @param unknown for all others. */
export function createRouter(routes: Readonly<Record<string, Route>>, unknown: Route): Route {
  const byName = new Map(Object.entries(routes))
  return (event, context) =>
    (byName.get(`${event.httpMethod} ${event.requestContext.resourcePath}`) ?? unknown)(event, context)
}
