// HTTP server that receives custom resource responses, in place of Amazon S3 presigned URLs.
// Source: CloudFormation user guide, "Custom resource request and response reference".

import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { listen } from '../listen.ts'

const maxResponseBytes = 4096

export interface CustomResourceResponse {
  Status: 'SUCCESS' | 'FAILED'
  Reason?: string
  PhysicalResourceId: string
}

/** The fields of the request that the response must repeat. */
export interface ExpectedFields {
  StackId: string
  RequestId: string
  LogicalResourceId: string
}

export interface ResponseServer {
  /** Opens a URL for one response. `response` is the first body sent there; it rejects if the body is not valid. */
  expect(expected: ExpectedFields): {
    url: string
    response: Promise<CustomResourceResponse>
    isReceived(): boolean
  }
  close(): Promise<void>
}

/** Starts the server on 127.0.0.1. */
export async function startResponseServer(): Promise<ResponseServer> {
  const receivers = new Map<string, (body: string) => void>()
  const server = createServer(async (request, response) => {
    const receive = request.method === 'PUT' ? receivers.get(request.url ?? '') : undefined
    if (receive) receive(await text(request))
    response.writeHead(receive ? 200 : 403).end()
  })
  const base = `http://127.0.0.1:${await listen(server)}`
  return {
    expect(expected) {
      const path = `/${randomUUID()}?X-Amz-Signature=local`
      const body = Promise.withResolvers<string>()
      let received = false
      receivers.set(path, (sent) => {
        received = true
        body.resolve(sent)
      })
      const response = body.promise.then((sent) => readResponse(sent, expected))
      response.catch(() => {})
      return { url: base + path, response, isReceived: () => received }
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function readResponse(text: string, expected: ExpectedFields): CustomResourceResponse {
  if (Buffer.byteLength(text) > maxResponseBytes) throw new Error('Response object is too long.')
  const response = parse(text)
  const { Status, Reason, PhysicalResourceId } = response
  for (const [name, value] of Object.entries(expected)) {
    if (response[name] !== value) throw new Error(`Invalid response object: ${name} differs from the request`)
  }
  if (Status !== 'SUCCESS' && Status !== 'FAILED') throw new Error('Invalid response object: Status')
  if (typeof PhysicalResourceId !== 'string' || PhysicalResourceId === '' || PhysicalResourceId.length > 1024)
    throw new Error('Invalid PhysicalResourceId')
  if (typeof (Reason ?? '') !== 'string' || (Status === 'FAILED' && !Reason))
    throw new Error('Invalid response object: Reason')
  return { Status, PhysicalResourceId, ...(typeof Reason === 'string' && { Reason }) }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {}
  throw new Error('Invalid response object: not a JSON object')
}
