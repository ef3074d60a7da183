// Gateway responses: how the template formats the errors of API Gateway itself.

import { expectOnly, type Resource, type Stack } from '../cloudformation/stack.ts'
import type { GatewayError } from './gateway-error.ts'
import type { HttpAnswer } from './http-messages.ts'
import { checkMappingTemplate, readHeaderMapping, substitute, type Variables } from './mapping-templates.ts'

interface GatewayResponse {
  status?: number
  contentType: string
  template: string
  headers: [name: string, value: (variables: Variables) => string][]
}

export type GatewayResponses = (error: GatewayError, variables: Variables) => HttpAnswer

/** AWS does not support a gateway response of this type, and DEFAULT_4XX does not apply to it. */
const unchangeable = 'REQUEST_TOO_LARGE'

const builtIn: GatewayResponse = {
  contentType: 'application/json',
  template: '{"message":$context.error.messageString}',
  headers: [],
}

export function readGatewayResponses(stack: Stack): GatewayResponses {
  const responses = new Map(
    stack
      .resources('AWS::ApiGateway::GatewayResponse')
      .map((resource) => [String(resource.properties.ResponseType), readResponse(resource)] as const),
  )
  return (error, variables) => {
    const { type, status, errorType } = error.failure
    const defaultType = status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'
    const own = responses.get(type ?? defaultType) ?? responses.get(defaultType)
    const response = type === unchangeable || !own ? builtIn : own
    const values: Variables = {
      ...variables,
      'context.error.message': error.message,
      'context.error.messageString': JSON.stringify(error.message),
      'context.error.responseType': type ?? defaultType,
    }
    return {
      status: response.status ?? status,
      headers: {
        'Content-Type': response.contentType,
        'x-amzn-ErrorType': errorType,
        ...Object.fromEntries(response.headers.map(([name, value]) => [name, value(values)])),
      },
      body: substitute(response.template, values),
      gatewayResponse: type ?? defaultType,
    }
  }
}

function readResponse(resource: Resource): GatewayResponse {
  expectOnly(resource, ['ResponseParameters', 'ResponseTemplates', 'ResponseType', 'RestApiId', 'StatusCode'])
  const { ResponseParameters, ResponseTemplates, StatusCode } = resource.properties
  const templates = (ResponseTemplates ?? {}) as Record<string, string>
  const contentType = 'application/json' in templates ? 'application/json' : Object.keys(templates)[0]
  const template = contentType === undefined ? undefined : templates[contentType]
  checkMappingTemplate({ logicalId: resource.logicalId, template: template ?? '' })
  return {
    ...(StatusCode !== undefined && { status: Number(StatusCode) }),
    contentType: contentType ?? builtIn.contentType,
    template: template ?? builtIn.template,
    headers: Object.entries((ResponseParameters ?? {}) as Record<string, string>).map(([target, mapping]) => {
      const name = /^gatewayresponse\.header\.(.+)$/.exec(target)?.[1]
      if (!name) throw new Error(`template: ${resource.logicalId} sets ${target}, which the local run does not know`)
      return [name, readHeaderMapping({ logicalId: resource.logicalId, mapping })]
    }),
  }
}
