// API Gateway's event: its type, and functions that read it.

import type { ContextDataType } from '@aws-sdk/client-cognito-identity-provider'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Source } from '../records-schema.ts'
import { withoutControls } from './control-characters.ts'

/** The body is text (or null) at first. The body parser replaces it with the parsed JSON. */
export interface GatewayEvent extends Omit<APIGatewayProxyEvent, 'body'> {
  body: unknown
}

/** Data about a caller, for Cognito's threat protection. */
export type ContextData = ContextDataType

/**
 * Whether the event is from a REST API of API Gateway. Only such an event has the caller's address and API key. Events of
 * an HTTP API (both formats) and of a function URL have a `version`. Events of a load balancer and of a test in the console
 * lack these parts of `requestContext`.
 */
export function isGatewayEvent(event: unknown): event is GatewayEvent {
  const { requestContext, multiValueHeaders, version } = Object(event)
  const { identity, path, resourcePath } = Object(requestContext)
  return (
    version === undefined &&
    typeof multiValueHeaders === 'object' &&
    typeof path === 'string' &&
    typeof resourcePath === 'string' &&
    typeof Object(identity).sourceIp === 'string'
  )
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
  const userAgent = shown(identity.userAgent ?? '')
  return {
    requestId: requestIdOf(event),
    sourceIp: identity.sourceIp,
    ...(userAgent ? { userAgent } : {}),
    ...(identity.apiKeyId ? { apiKeyId: identity.apiKeyId } : {}),
  }
}

/** A header as lists and logs may show it. The cut can leave half of a character: DynamoDB and Cognito accept only well-formed text. */
function shown(header: string): string {
  return withoutControls(header).slice(0, 512).toWellFormed()
}

/** Contains only these two headers, because others may contain secrets. */
export function contextDataOf(event: GatewayEvent): ContextData {
  const { domainName = '', path, identity } = event.requestContext
  return {
    IpAddress: identity.sourceIp,
    ServerName: domainName,
    ServerPath: path,
    HttpHeaders: ['User-Agent', 'Accept-Language'].flatMap((headerName) =>
      headerValues(event, headerName.toLowerCase()).map((value) => ({ headerName, headerValue: shown(value) })),
    ),
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
