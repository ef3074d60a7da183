// What is read of API Gateway's event.

import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Source } from '../impersonate.ts'
import type { ImpersonationRequest } from '../request.ts'
import type { Actor } from './authenticate.ts'

/** API Gateway's event, and what the steps of the chain add to it. */
export interface Event extends Omit<APIGatewayProxyEvent, 'body'> {
  body: unknown
  startedAt: number
  signal: AbortSignal
  actor: Actor
  wanted: ImpersonationRequest
}

/** Every value of a header, whichever case its name was sent in. */
export function headerValues({ multiValueHeaders }: Event, name: string): string[] {
  return Object.entries(multiValueHeaders ?? {}).flatMap(([sent, values]) =>
    sent.toLowerCase() === name ? (values ?? []) : [],
  )
}

/** The id that API Gateway made: callers may choose `requestId`. A stand-in for API Gateway may have no other. */
export function requestIdOf({ requestContext: { extendedRequestId, requestId } }: Event): string {
  return extendedRequestId ?? requestId
}

export function sourceOf(event: Event): Source {
  const { identity } = event.requestContext
  return {
    requestId: requestIdOf(event),
    sourceIp: identity.sourceIp,
    ...(identity.userAgent ? { userAgent: identity.userAgent.slice(0, 512) } : {}),
    ...(identity.apiKeyId ? { apiKeyId: identity.apiKeyId } : {}),
  }
}

/** The base that a request came in on. `path` begins with the stage or a custom domain's base path, and may end in a slash. */
export function baseOf({ requestContext: { domainName, path, resourcePath } }: Event): string {
  const segments = path.split('/').filter(Boolean)
  const base = segments.slice(0, -resourcePath.split('/').filter(Boolean).length)
  return ['https:/', domainName, ...base].join('/')
}
