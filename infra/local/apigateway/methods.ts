// The methods of the REST API: their checks and their integrations.

import { expectOnly, type Resource, type Stack } from '../cloudformation/stack.ts'
import type { Functions } from '../lambda/functions.ts'
import type { HttpAnswer, HttpRequest } from './http-messages.ts'
import { proxyEvent, type RequestContext } from './lambda-event.ts'
import { callFunction } from './lambda-integration.ts'
import type { Variables } from './mapping-templates.ts'
import { type MockIntegration, readMock } from './mock-integration.ts'
import type { Match, Route } from './routes.ts'
import { readValidation, type Validate } from './validation.ts'

/** A request that passed the checks. */
export interface CheckedRequest {
  request: HttpRequest
  /** The path below the stage. */
  path: string
  match: Match
  context: RequestContext
  variables: Variables
}

export interface Method {
  apiKeyRequired: boolean
  validate: Validate
  integrate(checked: CheckedRequest): HttpAnswer | Promise<HttpAnswer>
}

interface Integration extends MockIntegration {
  Type: string
  Uri?: string
  IntegrationHttpMethod?: string
  TimeoutInMillis?: number
}

const methodProperties = [
  'ApiKeyRequired',
  'AuthorizationType',
  'HttpMethod',
  'Integration',
  'MethodResponses',
  'OperationName',
  'RequestParameters',
  'RequestValidatorId',
  'ResourceId',
  'RestApiId',
]
const integrationProperties = [
  'IntegrationHttpMethod',
  'IntegrationResponses',
  'PassthroughBehavior',
  'RequestTemplates',
  'TimeoutInMillis',
  'Type',
  'Uri',
]
const maxTimeoutMs = 29_000

/** @throws Error naming a part of the method that the local run does not know, such as an authorizer */
export function readMethod(
  { resource }: Route,
  { stack, invoke }: { stack: Stack; invoke: Functions['invoke'] },
): Method {
  expectOnly(resource, methodProperties)
  const { ApiKeyRequired, AuthorizationType, Integration } = resource.properties
  if ((AuthorizationType ?? 'NONE') !== 'NONE') {
    throw new Error(
      `template: ${resource.logicalId} has the authorization type ${AuthorizationType}, which the local run does not know`,
    )
  }
  const integration = (Integration ?? {}) as Integration
  expectOnly({ ...resource, properties: { ...integration } }, integrationProperties)
  const common = { apiKeyRequired: ApiKeyRequired === true, validate: readValidation(stack, resource) }
  if (integration.Type === 'MOCK') {
    const answer = readMock(resource, integration)
    return { ...common, integrate: ({ request, variables }) => answer(request, variables) }
  }
  if (integration.Type !== 'AWS_PROXY') {
    throw new Error(
      `template: ${resource.logicalId} has the integration type ${integration.Type}, which the local run does not know`,
    )
  }
  const functionArn = functionOf(resource, integration)
  const timeoutMs = Math.min(Number(integration.TimeoutInMillis ?? maxTimeoutMs), maxTimeoutMs)
  return {
    ...common,
    integrate({ request, path, match, context }) {
      const event = proxyEvent(request, path, match, context)
      const method = `${context.stage.name}/${request.method}${match.route.resourcePath}`
      const sourceArn = `arn:aws:execute-api:${stack.place.region}:${context.account}:${context.apiId}/${method}`
      return callFunction(invoke, { functionArn, timeoutMs, sourceArn }, event)
    },
  }
}

function functionOf(resource: Resource, { Uri, IntegrationHttpMethod }: Integration): string {
  const functionArn = /^arn:aws:apigateway:[^:]+:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/.exec(Uri ?? '')
  if (!functionArn?.[1])
    throw new Error(`template: ${resource.logicalId} is integrated with ${Uri}, which is not a function`)
  if (IntegrationHttpMethod !== 'POST')
    throw new Error(`template: ${resource.logicalId} invokes its function with ${IntegrationHttpMethod}, not POST`)
  return functionArn[1]
}
