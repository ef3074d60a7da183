// A small REST API as a template, and helpers to start and call it.

import { type Gateway, startGateway } from '../../../infra/local/apigateway/server.ts'
import { Stack } from '../../../infra/local/cloudformation/stack.ts'
import type { Template, TemplateResource } from '../../../infra/local/cloudformation/template.ts'
import type { Functions } from '../../../infra/local/lambda/functions.ts'
import type { Outcome } from '../../../infra/local/lambda/outcome.ts'
import type { LogEntry } from '../../../infra/local/log.ts'

export const place = { stackName: 'Sample', region: 'us-east-1', account: '000000000000' }
export const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:sample'
export const apiKey = 'a-key-of-twenty-chars'

const integrationUri = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`

export const lambdaIntegration = { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: integrationUri }

export function resource(parent: string, part: string): TemplateResource {
  const ParentId = parent === 'root' ? { 'Fn::GetAtt': ['Api', 'RootResourceId'] } : { Ref: parent }
  return { Type: 'AWS::ApiGateway::Resource', Properties: { RestApiId: { Ref: 'Api' }, ParentId, PathPart: part } }
}

export function method(on: string, HttpMethod: string, properties: Record<string, unknown> = {}): TemplateResource {
  const ResourceId = on === 'root' ? { 'Fn::GetAtt': ['Api', 'RootResourceId'] } : { Ref: on }
  return {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ResourceId,
      HttpMethod,
      AuthorizationType: 'NONE',
      Integration: lambdaIntegration,
      ...properties,
    },
  }
}

/** The template of an API with POST /things, plus `resources`. */
export function apiTemplate(resources: Record<string, TemplateResource> = {}): Template {
  return {
    Resources: {
      Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'sample' } },
      Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v1' } },
      Things: resource('root', 'things'),
      PostThings: method('Things', 'POST'),
      ...resources,
    },
  }
}

/** The same API with an API key in a usage plan for the stage. */
export function keyedApi(plan: Record<string, unknown> = {}, key: Record<string, unknown> = {}): Template {
  return apiTemplate({
    PostThings: method('Things', 'POST', { ApiKeyRequired: true }),
    Key: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Enabled: true, Value: apiKey, ...key } },
    Plan: {
      Type: 'AWS::ApiGateway::UsagePlan',
      Properties: { ApiStages: [{ ApiId: { Ref: 'Api' }, Stage: { Ref: 'Stage' } }], ...plan },
    },
    Member: {
      Type: 'AWS::ApiGateway::UsagePlanKey',
      Properties: { KeyId: { Ref: 'Key' }, KeyType: 'API_KEY', UsagePlanId: { Ref: 'Plan' } },
    },
  })
}

export function gatewayResponse(ResponseType: string, properties: Record<string, unknown>): TemplateResource {
  const Properties = { RestApiId: { Ref: 'Api' }, ResponseType, ...properties }
  return { Type: 'AWS::ApiGateway::GatewayResponse', Properties }
}

export interface Call {
  functionArn: string
  event: Record<string, unknown>
  caller: Parameters<Functions['invoke']>[2]
}

export interface ServedGateway extends Gateway {
  calls: Call[]
  logged: LogEntry[]
  /** Sends a request to a path below the stage. */
  send(path: string, init?: RequestInit): Promise<Response>
}

/** @param outcome the outcome of the function; by default status 200 with an empty body */
export async function serve(
  template: Template,
  outcome: Outcome | ((call: Call) => Outcome) = { kind: 'answer', payload: { statusCode: 200 } },
  now?: () => number,
): Promise<ServedGateway> {
  const calls: Call[] = []
  const logged: LogEntry[] = []
  const gateway = await startGateway({
    stack: new Stack(template, place),
    port: 0,
    keyValue: () => apiKey,
    log: (entry) => logged.push(entry),
    ...(now && { now }),
    async invoke(functionArn, event, caller) {
      const call = { functionArn, event: structuredClone(event) as Record<string, unknown>, caller }
      calls.push(call)
      return typeof outcome === 'function' ? outcome(call) : outcome
    },
  })
  return { ...gateway, calls, logged, send: (path, init) => fetch(`${gateway.url}${path}`, init) }
}

export const answered = (payload: unknown): Outcome => ({ kind: 'answer', payload })

/** Waits until the condition is true; the test's timeout ends the wait. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10))
}
