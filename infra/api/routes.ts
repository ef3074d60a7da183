// The routes of the API, the limits of their methods, and 404 for everything else.

import {
  type IResource,
  LambdaIntegration,
  type MethodDeploymentOptions,
  type MethodOptions,
  MockIntegration,
  PassthroughBehavior,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { acknowledge } from '../nag.ts'
import type { Settings } from '../settings/settings.ts'
import { notFoundBody, notFoundHeaders } from './gateway-responses.ts'

/** The functions behind the routes. */
export interface RouteFunctions {
  /** Mints sessions. */
  endpoint: IFunction
  /** Lists, reads, approves and ends impersonations. */
  oversight: IFunction
  /** Introspects tokens. */
  introspection: IFunction
}

interface Route {
  path: string
  method: 'GET' | 'POST' | 'DELETE' | 'OPTIONS'
  function: keyof RouteFunctions
  /** Default: true. */
  apiKeyRequired?: false
  /** Limit of all callers together: fixed, or a share of the setting `stageThrottle`. Default: `stageThrottle`. */
  throttle?: { rate: number; burst: number } | { share: number }
}

/**
 * Each request costs look-ups at Cognito, and with Basic also a sign-in. Few people use these routes. So the limits are low
 * and leave Cognito's quotas (120 sign-ins and 50 look-ups of groups per second) to the mint.
 */
const forPeople = { rate: 2, burst: 40 }
const seldom = { rate: 1, burst: 40 }

/**
 * Pages of the app call these routes, without an API key and without Basic. The limit is higher, because strangers can use it
 * up. They cause no call to Cognito.
 */
const endFromPage = { apiKeyRequired: false, throttle: { rate: 20, burst: 40 } } as const
const redeemFromPage = { apiKeyRequired: false, throttle: { share: 1 / 2 } } as const

const routes: Route[] = [
  { path: '/auth/impersonate', method: 'POST', function: 'endpoint' },
  // A ticket costs up to two sign-ins: the actor's by Basic here, and the subject's at /auth/session.
  { path: '/auth/impersonations', method: 'POST', function: 'endpoint', throttle: { share: 1 / 20 } },
  { path: '/auth/session', method: 'POST', function: 'endpoint', ...redeemFromPage },
  { path: '/auth/session', method: 'OPTIONS', function: 'endpoint', ...redeemFromPage },
  { path: '/auth/impersonations', method: 'GET', function: 'oversight', throttle: forPeople },
  { path: '/auth/impersonations', method: 'DELETE', function: 'oversight', throttle: seldom },
  { path: '/auth/impersonations/{id}', method: 'GET', function: 'oversight', throttle: forPeople },
  { path: '/auth/impersonations/{id}', method: 'DELETE', function: 'oversight', ...endFromPage },
  { path: '/auth/impersonations/{id}', method: 'OPTIONS', function: 'oversight', ...endFromPage },
  { path: '/auth/impersonations/{id}/approval', method: 'POST', function: 'oversight', throttle: seldom },
  // Look-ups at Cognito are shared for 30 s, so most requests cause none.
  { path: '/auth/introspect', method: 'POST', function: 'introspection', throttle: { rate: 100, burst: 200 } },
]

/**
 * The limits of the methods, by the stage's names for them. Each method has its own: the methods that respond with 404 need
 * no API key, so anybody could use up a common limit.
 */
export function methodLimits({
  stageThrottle,
}: Pick<Settings, 'stageThrottle'>): Record<string, MethodDeploymentOptions> {
  const limits = routes.map(({ path, method, throttle = { share: 1 } }) => {
    const { rate, burst } =
      'share' in throttle ? { ...stageThrottle, rate: Math.ceil(stageThrottle.rate * throttle.share) } : throttle
    return [`${path}/${method}`, { throttlingRateLimit: rate, throttlingBurstLimit: burst }]
  })
  return Object.fromEntries(limits)
}

export function addRoutes(api: RestApi, functions: RouteFunctions): void {
  const notFound = createNotFoundMethod(api)
  const resources = new Set<IResource>([api.root])
  for (const route of routes) {
    const resource = api.root.resourceForPath(route.path)
    const method = resource.addMethod(
      route.method,
      new LambdaIntegration(functions[route.function], { allowTestInvoke: false }),
      { apiKeyRequired: route.apiKeyRequired ?? true },
    )
    const authorizedByFunction =
      'The function authenticates requests. A Cognito authorizer accepts no Basic credentials and can’t return the contract’s 401.'
    acknowledge(method, { APIG4: authorizedByFunction, COG4: authorizedByFunction })
    for (let at: IResource | undefined = resource; at; at = at.parentResource) resources.add(at)
  }
  for (const resource of resources) {
    addNotFound(resource, notFound)
    // API Gateway allows one variable path part below a resource. Below {id}, there is another {proxy+}.
    if (!resource.getResource('{id}')) addNotFound(resource.addResource('{proxy+}'), notFound)
  }
}

type NotFoundMethod = { integration: MockIntegration; options: MethodOptions }

function addNotFound(resource: IResource, { integration, options }: NotFoundMethod): void {
  const alwaysNotFound = 'This method always responds with 404, so it needs no authorization.'
  acknowledge(resource.addMethod('ANY', integration, options), { APIG4: alwaysNotFound, COG4: alwaysNotFound })
}

/**
 * A method that responds with 404 and needs no API key. Without it, API Gateway responds to unknown routes with 403. The
 * mock integration alone would respond with 415 to any Content-Type but JSON. So the method requires a header
 * that no caller sends, and the gateway response BAD_REQUEST_PARAMETERS is a 404.
 */
function createNotFoundMethod(api: RestApi): NotFoundMethod {
  const headers = Object.entries(notFoundHeaders).map(([name, value]) => [`method.response.header.${name}`, value])
  const integration = new MockIntegration({
    passthroughBehavior: PassthroughBehavior.NEVER,
    requestTemplates: { 'application/json': JSON.stringify({ statusCode: 404 }) },
    integrationResponses: [
      {
        statusCode: '404',
        responseTemplates: { 'application/json': notFoundBody },
        responseParameters: Object.fromEntries(headers),
      },
    ],
  })
  const options = {
    requestParameters: { 'method.request.header.No-Such-Route': true },
    requestValidator: api.addRequestValidator('NoSuchRoute', { validateRequestParameters: true }),
    methodResponses: [
      { statusCode: '404', responseParameters: Object.fromEntries(headers.map(([name]) => [name, true])) },
    ],
  }
  return { integration, options }
}
