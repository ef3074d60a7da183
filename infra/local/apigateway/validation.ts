// Request validators: check the required parameters of a method.

import { expectOnly, type Resource, type Stack } from '../cloudformation/stack.ts'
import { GatewayError } from './gateway-error.ts'
import { type HttpRequest, headerOf } from './http-messages.ts'

export type Validate = (request: HttpRequest) => void

/** @throws Error naming a check that the local run does not know, e.g. a check of the body */
export function readValidation(stack: Stack, method: Resource): Validate {
  const { RequestParameters, RequestValidatorId } = method.properties
  if (RequestValidatorId === undefined) return () => {}
  const validator = stack.resources('AWS::ApiGateway::RequestValidator').find(({ id }) => id === RequestValidatorId)
  if (!validator) throw new Error(`template: ${method.logicalId} has a request validator that does not exist`)
  expectOnly(validator, ['Name', 'RestApiId', 'ValidateRequestBody', 'ValidateRequestParameters'])
  if (validator.properties.ValidateRequestBody === true) {
    throw new Error(`template: ${validator.logicalId} validates bodies, which the local run does not know`)
  }
  if (validator.properties.ValidateRequestParameters !== true) return () => {}
  const required = Object.entries((RequestParameters ?? {}) as Record<string, boolean>)
    .filter(([, isRequired]) => isRequired)
    .map(([parameter]) => readParameter(method, parameter))
  return (request) => {
    const missing = required.filter(({ valueIn }) => !valueIn(request)).map(({ name }) => name)
    if (missing.length > 0) {
      throw new GatewayError('badParameters', `Missing required request parameters: [${missing.join(', ')}]`)
    }
  }
}

function readParameter(method: Resource, parameter: string) {
  const [, location, name = ''] = /^method\.request\.(header|querystring)\.(.+)$/.exec(parameter) ?? []
  if (!location)
    throw new Error(`template: ${method.logicalId} requires ${parameter}, which the local run does not know`)
  const valueIn = (request: HttpRequest) =>
    location === 'header' ? headerOf(request, name.toLowerCase()) : request.query.get(name)
  return { name, valueIn }
}
