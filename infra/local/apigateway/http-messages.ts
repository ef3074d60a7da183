// A request as it reached the gateway, and the answer to it.

export interface HttpRequest {
  method: string
  /** As sent, percent-encoding and all, without the query. */
  path: string
  query: URLSearchParams
  /** In the order and spelling in which they were sent. */
  headers: [name: string, value: string][]
  body: Buffer
  sourceIp: string
}

export interface HttpAnswer {
  status: number
  headers: Record<string, string | string[]>
  body: string | Buffer
  /** The type of gateway response, where API Gateway answers by itself. */
  gatewayResponse?: string
}

/** The last value of a header, whatever its spelling. */
export function headerOf(request: HttpRequest, name: string): string | undefined {
  return request.headers.findLast(([sent]) => sent.toLowerCase() === name)?.[1]
}

/** `type/subtype` of a Content-Type, in lower case. */
export function mediaType(contentType: string | undefined): string | undefined {
  return contentType?.split(';')[0]?.trim().toLowerCase()
}
