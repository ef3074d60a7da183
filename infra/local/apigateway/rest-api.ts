// The REST API of the template: takes a request through API Gateway's checks, in its order, to an answer.

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
  /** Host and port that requests come in on. */
  domainName: string
  /** The value of the n-th API key, where the template has none. */
  keyValue: (index: number) => string
  now: Clock
}

export interface RestApi {
  stageName: string
  keys: readonly ApiKey[]
  /** Its headers x-amzn-RequestId and x-amz-apigw-id name the request. */
  answer(request: HttpRequest): Promise<HttpAnswer>
}

const apiProperties = ['ApiKeySourceType', 'Description', 'EndpointConfiguration', 'Name', 'SecurityPolicy', 'Tags']

/** @throws Error naming what the template asks of API Gateway that the local run does not know. */
export function readRestApi({ stack, invoke, domainName, keyValue, now }: RestApiOptions): RestApi {
  const [api, ...others] = stack.resources('AWS::ApiGateway::RestApi')
  if (!api || others.length > 0) throw new Error('template: the local run wants exactly one REST API')
  expectOnly(api, apiProperties)
  if ((api.properties.ApiKeySourceType ?? 'HEADER') !== 'HEADER') {
    throw new Error(`template: ${api.logicalId} takes API keys from elsewhere than the header`)
  }
  const { account } = stack.place
  const routes = new Routes(stack, api)
  const methods = new Map<Route, Method>(routes.all().map((route) => [route, readMethod(route, { stack, invoke })]))
  const stage = new Stage(stack, api, now)
  const plans = new UsagePlans(stack, { apiId: api.id, name: stage.name }, keyValue, now)
  const gatewayResponse = readGatewayResponses(stack)

  return { stageName: stage.name, keys: plans.keys, answer }

  async function answer(sent: HttpRequest): Promise<HttpAnswer> {
    const request = { ...sent, method: headerOf(sent, 'x-http-method-override') ?? sent.method }
    // "$context.requestId: clients can override this request ID"; the extended one is API Gateway's own.
    const requestId = headerOf(sent, 'x-amzn-requestid') ?? randomUUID()
    const extendedRequestId = randomBytes(11).toString('base64')
    const traceId = `Root=1-${Math.floor(now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`
    const ids = { 'x-amzn-RequestId': requestId, 'x-amz-apigw-id': extendedRequestId }
    const [, stageName, ...rest] = request.path.split('/')
    // Outside the stage no API is known, and so none of its gateway responses.
    if (stageName !== stage.name) {
      const headers = { ...ids, 'Content-Type': 'application/json', 'x-amzn-ErrorType': 'ForbiddenException' }
      return { status: 403, headers, body: '{"message":"Forbidden"}' }
    }
    const path = `/${rest.join('/')}`
    const match = routes.find(request.method, path)
    const variables = variablesOf(request, match, requestId, extendedRequestId)
    try {
      if (!match) throw noRoute(request)
      const method = methods.get(match.route) as Method
      const apiKey = method.apiKeyRequired ? plans.admit(request, match.route) : undefined
      if (!stage.admit(match.route)) throw new GatewayError('throttled')
      method.validate(request)
      const time = now()
      const context = {
        account,
        apiId: api?.id ?? '',
        domainName,
        requestId,
        extendedRequestId,
        traceId,
        time,
        stage,
        apiKey,
      }
      const integrated = await method.integrate({ request, path, match, context, variables })
      return { ...integrated, headers: { ...integrated.headers, ...ids, 'X-Amzn-Trace-Id': traceId } }
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      const response = gatewayResponse(error, variables)
      return { ...response, headers: { ...ids, ...response.headers } }
    }
  }

  function variablesOf(
    request: HttpRequest,
    match: Match | undefined,
    requestId: string,
    extendedRequestId: string,
  ): Variables {
    return {
      'context.apiId': api?.id ?? '',
      'context.error.message': '',
      'context.error.messageString': '',
      'context.error.responseType': '',
      'context.extendedRequestId': extendedRequestId,
      'context.httpMethod': request.method,
      'context.path': request.path,
      'context.requestId': requestId,
      'context.resourcePath': match?.route.resourcePath ?? '',
      'context.stage': stage.name,
    }
  }
}

function noRoute(request: HttpRequest): GatewayError {
  const authorization = headerOf(request, 'authorization')
  if (authorization === undefined) return new GatewayError('noRoute')
  const hash = createHash('sha256').update(authorization).digest('base64')
  return new GatewayError(
    'noRouteButAuthorization',
    `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hash}'.`,
  )
}
