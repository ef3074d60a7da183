// MOCK integrations: answer a request from mapping templates, without a function.

import { expectOnly, type Resource } from '../cloudformation/stack.ts'
import { GatewayError } from './gateway-error.ts'
import { type HttpAnswer, type HttpRequest, headerOf, mediaType } from './http-messages.ts'
import { checkMappingTemplate, readHeaderMapping, substitute, type Variables } from './mapping-templates.ts'

interface IntegrationResponse {
  StatusCode: string
  ResponseTemplates?: Record<string, string>
  ResponseParameters?: Record<string, string>
}

export interface MockIntegration {
  PassthroughBehavior?: string
  RequestTemplates?: Record<string, string>
  IntegrationResponses?: IntegrationResponse[]
}

type Answer = (request: HttpRequest, variables: Variables) => HttpAnswer

/** @throws Error naming a part of the integration that the local run does not know */
export function readMock(method: Resource, integration: MockIntegration): Answer {
  const templates = integration.RequestTemplates ?? {}
  const [response, ...others] = (integration.IntegrationResponses ?? []).map((each) => readResponse(method, each))
  if (others.length > 0) throw new Error(`template: ${method.logicalId} has more than one integration response`)
  for (const template of Object.values(templates)) checkMappingTemplate({ logicalId: method.logicalId, template })

  return (request, variables) => {
    const type = mediaType(headerOf(request, 'content-type')) ?? 'application/json'
    const mapped = selectRequest(integration, templates, type, variables) ?? request.body.toString()
    const namesStatus = /["']?statusCode["']?\s*:\s*["']?\d{3}/.test(mapped)
    if (!namesStatus || !response) throw new GatewayError('misconfigured')
    return {
      status: response.status,
      headers: {
        'Content-Type': response.contentType,
        ...Object.fromEntries(response.headers.map(([name, value]) => [name, value(variables)])),
      },
      body: substitute(response.template, variables),
    }
  }
}

/** Source: "Integration passthrough behaviors". @returns undefined if the body passes through unchanged */
function selectRequest(
  { PassthroughBehavior = 'WHEN_NO_MATCH' }: MockIntegration,
  templates: Record<string, string>,
  type: string,
  variables: Variables,
): string | undefined {
  const template = templates[type]
  if (template !== undefined) return substitute(template, variables)
  const isRefused =
    PassthroughBehavior === 'NEVER' ||
    (PassthroughBehavior === 'WHEN_NO_TEMPLATES' && Object.keys(templates).length > 0)
  if (isRefused) throw new GatewayError('unsupportedMediaType')
  return undefined
}

function readResponse(method: Resource, response: IntegrationResponse) {
  expectOnly({ ...method, properties: { ...response } }, ['ResponseParameters', 'ResponseTemplates', 'StatusCode'])
  const declared = (method.properties.MethodResponses ?? []) as {
    StatusCode: string
    ResponseParameters?: Record<string, unknown>
  }[]
  const methodResponse = declared.find(({ StatusCode }) => StatusCode === response.StatusCode)
  if (!methodResponse) throw new Error(`template: ${method.logicalId} has no method response ${response.StatusCode}`)
  const [contentType, template] = Object.entries(response.ResponseTemplates ?? {})[0] ?? ['application/json', '']
  checkMappingTemplate({ logicalId: method.logicalId, template })
  return {
    status: Number(response.StatusCode),
    contentType,
    template,
    headers: Object.entries(response.ResponseParameters ?? {}).map(([target, mapping]) => {
      const name = /^method\.response\.header\.(.+)$/.exec(target)?.[1]
      if (!name || !(target in (methodResponse.ResponseParameters ?? {}))) {
        throw new Error(`template: ${method.logicalId} sets ${target}, which its method response does not declare`)
      }
      return [name, readHeaderMapping({ logicalId: method.logicalId, mapping })] as const
    }),
  }
}
