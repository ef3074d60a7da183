// The REST API of the template: runs API Gateway's checks on a request in their order, then the integration.

import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { expectOnly, type Stack } from '../cloudformation/stack.ts'
import type { Functions } from '../lambda/functions.ts'
import { GatewayError } from './gateway-error.ts'
import { readGatewayResponses } from './gateway-responses.ts'
import { type HttpAnswer, type HttpRequest, headerOf } from './http-messages.ts'
import type { Clock } from './limits.ts'
import type { Variables } from './mapping-templates.ts'
import { type Method, readMethod } from './methods.ts'
import { type Match, type Route, Routes } from './routes.ts'
import { Stage } from './stage.ts'
import { type ApiKey, UsagePlans } from './usage-plans.ts'

export interface RestApiOptions {
  stack: Stack
  invoke: Functions['invoke']
  /** Host and port of the server. */
  domainName: string
  /** Makes the value of an API key that has no Value in the template. */
  keyValue: (id: string) => string
  now: Clock
}

export interface RestApi {
  stageName: string
  keys: readonly ApiKey[]
  /** The headers x-amzn-RequestId and x-amz-apigw-id of the answer identify the request. */
  answer(request: HttpRequest): Promise<HttpAnswer>
}

const apiProperties = [
  'ApiKeySourceType',
  'Description',
  'DisableExecuteApiEndpoint',
  'EndpointAccessMode',
  'EndpointConfiguration',
  'Name',
  'SecurityPolicy',
  'Tags',
]

/** @throws Error naming a part of the template that the local run does not know */
export function readRestApi({ stack, invoke, domainName, keyValue, now }: RestApiOptions): RestApi {
  const [api, ...others] = stack.resources('AWS::ApiGateway::RestApi')
  if (!api || others.length > 0) throw new Error('template: the local run needs exactly one REST API')
  expectOnly(api, apiProperties)
  if ((api.properties.ApiKeySourceType ?? 'HEADER') !== 'HEADER') {
    throw new Error(`template: ${api.logicalId} reads API keys from ${api.properties.ApiKeySourceType}, not HEADER`)
  }
  const { account } = stack.place
  const apiId = api.id
  const routes = new Routes(stack, api)
  const methods = new Map<Route, Method>(routes.all().map((route) => [route, readMethod(route, { stack, invoke })]))
  const stage = new Stage(stack, api, now)
  const plans = new UsagePlans(stack, { apiId, name: stage.name }, keyValue, now)
  const gatewayResponse = readGatewayResponses(stack)

  return { stageName: stage.name, keys: plans.keys, answer }

  async function answer(sent: HttpRequest): Promise<HttpAnswer> {
    const request = { ...sent, method: headerOf(sent, 'x-http-method-override') ?? sent.method }
    const ids = createIds(sent, now())
    const idHeaders = { 'x-amzn-RequestId': ids.requestId, 'x-amz-apigw-id': ids.extendedRequestId }
    const [, stageName, ...rest] = request.path.split('/')
    // These requests reach no API, so no gateway response applies.
    if (stageName !== stage.name) {
      const headers = { ...idHeaders, 'Content-Type': 'application/json', 'x-amzn-ErrorType': 'ForbiddenException' }
      return { status: 403, headers, body: '{"message":"Forbidden"}' }
    }
    const path = `/${rest.join('/')}`
    const match = routes.find({ method: request.method, path })
    const variables = variablesOf(request, match, ids)
    try {
      if (!match) throw unknownRoute(request)
      const method = methods.get(match.route) as Method
      const apiKey = method.apiKeyRequired ? plans.admit(request, match.route) : undefined
      if (!stage.admit(match.route)) throw new GatewayError('throttled')
      method.validate(request)
      const context = { account, apiId, domainName, ...ids, time: now(), stage, apiKey }
      const integrated = await method.integrate({ request, path, match, context, variables })
      return { ...integrated, headers: { ...integrated.headers, ...idHeaders, 'X-Amzn-Trace-Id': ids.traceId } }
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      const response = gatewayResponse(error, variables)
      return { ...response, headers: { ...idHeaders, ...response.headers } }
    }
  }

  function variablesOf(request: HttpRequest, match: Match | undefined, ids: RequestIds): Variables {
    return {
      'context.apiId': apiId,
      'context.error.message': '',
      'context.error.messageString': '',
      'context.error.responseType': '',
      'context.extendedRequestId': ids.extendedRequestId,
      'context.httpMethod': request.method,
      'context.path': request.path,
      'context.requestId': ids.requestId,
      'context.resourcePath': match?.route.resourcePath ?? '',
      'context.stage': stage.name,
    }
  }
}

interface RequestIds {
  requestId: string
  extendedRequestId: string
  traceId: string
}

// AWS documents that clients can override $context.requestId. They cannot override the extended request id.
function createIds(request: HttpRequest, now: number): RequestIds {
  return {
    requestId: headerOf(request, 'x-amzn-requestid') ?? randomUUID(),
    extendedRequestId: randomBytes(11).toString('base64'),
    traceId: `Root=1-${Math.floor(now / 1000).toString(16)}-${randomBytes(12).toString('hex')}`,
  }
}

function unknownRoute(request: HttpRequest): GatewayError {
  const authorization = headerOf(request, 'authorization')
  if (authorization === undefined) return new GatewayError('noRoute')
  const hash = createHash('sha256').update(authorization).digest('base64')
  return new GatewayError(
    'noRouteButAuthorization',
    `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hash}'.`,
  )
}
