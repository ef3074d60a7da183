// The local API Gateway: an HTTP server in front of the REST API.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Stack } from '../cloudformation/stack.ts'
import type { Functions } from '../lambda/functions.ts'
import { listen } from '../listen.ts'
import type { Log } from '../log.ts'
import type { HttpAnswer, HttpRequest } from './http-messages.ts'
import { type RestApi, readRestApi } from './rest-api.ts'
import type { ApiKey } from './usage-plans.ts'

export interface GatewayOptions {
  stack: Stack
  /** 0: any free port */
  port: number
  invoke: Functions['invoke']
  keyValue: (id: string) => string
  log: Log
  /** ms since the epoch */
  now?: () => number
  /** Makes a handler for the pages that the port serves beside the API. */
  createPageHandler?: (gateway: Pick<Gateway, 'url' | 'keys'>) => PageHandler
}

/** Returns false for a request that it leaves to the API. */
export type PageHandler = (incoming: IncomingMessage, response: ServerResponse) => boolean

export interface Gateway {
  /** The base URL of the stage, without a trailing slash. */
  url: string
  keys: readonly ApiKey[]
  close(): Promise<void>
}

// From "Amazon API Gateway quotas". A larger request gets an answer in plain text, not a gateway response.
const maxBodyBytes = 10_485_760
const maxHeaderBytes = 10_240

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { port, log, now = Date.now } = options
  let api: RestApi | undefined
  let handlePage: PageHandler | undefined
  const server = createServer({ maxHeaderSize: 8 * maxHeaderBytes }, (incoming, response) => {
    if (!api || handlePage?.(incoming, response)) return
    void serve(api, incoming, response, log).catch((error: unknown) => fail(error, response, log))
  })
  const domainName = `127.0.0.1:${await listen(server, port)}`
  try {
    api = readRestApi({ ...options, now, domainName })
  } catch (error) {
    server.close()
    throw error
  }
  const gateway = { url: `http://${domainName}/${api.stageName}`, keys: api.keys }
  handlePage = options.createPageHandler?.(gateway)
  return {
    ...gateway,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

async function serve(api: RestApi, incoming: IncomingMessage, response: ServerResponse, log: Log): Promise<void> {
  const started = performance.now()
  const request = await receive(incoming)
  const answer = tooLarge(request) ?? (await api.answer(request))
  response.writeHead(answer.status, { ...answer.headers, 'Content-Length': Buffer.byteLength(answer.body) })
  response.end(answer.body)
  const id = headerValue(answer, 'impersonation-id')
  log({
    source: 'gateway',
    requestId: headerValue(answer, 'x-amz-apigw-id') ?? '',
    method: request.method,
    path: request.path,
    status: answer.status,
    milliseconds: Math.round(performance.now() - started),
    ...(answer.gatewayResponse !== undefined && { gatewayResponse: answer.gatewayResponse }),
    ...(id !== undefined && { impersonationId: id }),
  })
}

function headerValue({ headers }: HttpAnswer, name: string): string | undefined {
  return Object.entries(headers)
    .find(([sent]) => sent.toLowerCase() === name)?.[1]
    .toString()
}

async function receive(incoming: IncomingMessage): Promise<HttpRequest & { bytes: number }> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= maxBodyBytes) chunks.push(chunk)
  }
  const [path = '/', query = ''] = (incoming.url ?? '/').split('?', 2)
  const raw = incoming.rawHeaders
  return {
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as [string, string]] : [])),
    body: Buffer.concat(chunks),
    sourceIp: incoming.socket.remoteAddress ?? '127.0.0.1',
    bytes,
  }
}

function tooLarge(request: HttpRequest & { bytes: number }): HttpAnswer | undefined {
  const headers = { 'Content-Type': 'text; charset=utf-8' }
  if (request.bytes > maxBodyBytes)
    return { status: 413, headers, body: `HTTP content length exceeded ${maxBodyBytes} bytes.` }
  const headerBytes = request.headers.reduce((sum, [, value]) => sum + Buffer.byteLength(value, 'latin1'), 0)
  if (headerBytes <= maxHeaderBytes) return undefined
  return { status: 431, headers, body: `HTTP header is larger than ${maxHeaderBytes} bytes.` }
}

function fail(error: unknown, response: ServerResponse, log: Log): void {
  log({ source: 'run', message: `the local gateway failed: ${error instanceof Error ? error.message : String(error)}` })
  if (!response.headersSent) response.writeHead(500, { 'Content-Type': 'application/json' })
  response.end('{"message":"Internal server error"}')
}
