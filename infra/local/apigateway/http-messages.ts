// An HTTP request to the gateway, and the answer.

export interface HttpRequest {
  method: string
  /** As sent: percent-encoded, without the query. */
  path: string
  query: URLSearchParams
  /** In the order and spelling of the sender. */
  headers: [name: string, value: string][]
  body: Buffer
  sourceIp: string
}

export interface HttpAnswer {
  status: number
  headers: Record<string, string | string[]>
  body: string | Buffer
  /** The gateway response type, if API Gateway itself answers. */
  gatewayResponse?: string
}

/** Returns the last value of the header. `name` is in lower case. */
export function headerOf(request: HttpRequest, name: string): string | undefined {
  return request.headers.findLast(([sent]) => sent.toLowerCase() === name)?.[1]
}

/** `type/subtype` of a Content-Type, in lower case. */
export function mediaType(contentType: string | undefined): string | undefined {
  return contentType?.split(';')[0]?.trim().toLowerCase()
}
