// Records what the HTTP servers of this process get.

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'

const channel = 'http.server.request.start'

export interface ReceivedRequest {
  method: string
  /** With the host. */
  url: string
  referer: string
  /** Only requests of pages have one. */
  origin: string
  /** The operation, at Cognito. */
  target: string
}

/** @returns a list that grows until it is closed */
export function recordRequests() {
  const list: ReceivedRequest[] = []
  function add(message: unknown) {
    const { method = '', url, headers } = (message as { request: IncomingMessage }).request
    const target = String(headers['x-amz-target'] ?? '')
    list.push({
      method,
      url: `http://${headers.host}${url}`,
      referer: headers.referer ?? '',
      origin: headers.origin ?? '',
      target,
    })
  }
  subscribe(channel, add)
  return {
    list: list as readonly ReceivedRequest[],
    async close() {
      unsubscribe(channel, add)
    },
  }
}
