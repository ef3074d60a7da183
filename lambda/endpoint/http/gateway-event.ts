// API Gateway's event: its type, and functions that read it.

import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Source } from '../../records-schema.ts'

/** The body is text (or null) at first. The body parser replaces it with the parsed JSON. */
export interface GatewayEvent extends Omit<APIGatewayProxyEvent, 'body'> {
  body: unknown
}

/** @param name in lower case. @returns every value of the header, whatever the case of its name in the request. */
export function headerValues({ multiValueHeaders }: GatewayEvent, name: string): string[] {
  return Object.entries(multiValueHeaders ?? {}).flatMap(([sentName, values]) =>
    sentName.toLowerCase() === name ? (values ?? []) : [],
  )
}

/**
 * The request's id. API Gateway always makes `extendedRequestId` itself, but callers can choose `requestId`.
 * A stand-in for API Gateway may send only `requestId`.
 */
export function requestIdOf({ requestContext: { extendedRequestId, requestId } }: GatewayEvent): string {
  return extendedRequestId ?? requestId
}

export function sourceOf(event: GatewayEvent): Source {
  const { identity } = event.requestContext
  return {
    requestId: requestIdOf(event),
    sourceIp: identity.sourceIp,
    ...(identity.userAgent ? { userAgent: identity.userAgent.slice(0, 512) } : {}),
    ...(identity.apiKeyId ? { apiKeyId: identity.apiKeyId } : {}),
  }
}

/**
 * The URL of the API: the request's URL without the resource's path. `path` begins with the stage or with a custom
 * domain's base path, and may end with a slash.
 */
export function baseOf({ requestContext: { domainName, path, resourcePath } }: GatewayEvent): string {
  const segments = path.split('/').filter(Boolean)
  const base = segments.slice(0, -resourcePath.split('/').filter(Boolean).length)
  return ['https:/', domainName, ...base].join('/')
}
