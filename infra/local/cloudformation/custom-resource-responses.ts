// Where custom resources leave their answers: stands for the presigned URLs of Amazon S3.
// Source: CloudFormation user guide, "Custom resource request and response reference".

import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** In bytes. */
const limit = 4096

export interface CustomResourceResponse {
  Status: 'SUCCESS' | 'FAILED'
  Reason?: string
  PhysicalResourceId: string
}

/** What must come back as it was sent. */
export interface Expected {
  StackId: string
  RequestId: string
  LogicalResourceId: string
}

export interface Responses {
  /** A new address, and what is put there first. Rejects where that is no answer to what is expected. */
  await(expected: Expected): { url: string; response: Promise<CustomResourceResponse>; received(): boolean }
  close(): Promise<void>
}

/** Starts the server on 127.0.0.1. */
export async function startResponses(): Promise<Responses> {
  const waiting = new Map<string, (body: string) => void>()
  const server = createServer(async (request, response) => {
    const take = request.method === 'PUT' ? waiting.get(request.url ?? '') : undefined
    if (take) take(await text(request))
    response.writeHead(take ? 200 : 403).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    await(expected) {
      const path = `/${randomUUID()}?X-Amz-Signature=local`
      const body = Promise.withResolvers<string>()
      let received = false
      waiting.set(path, (sent) => {
        received = true
        body.resolve(sent)
      })
      const response = body.promise.then((sent) => readResponse(sent, expected))
      response.catch(() => {})
      return { url: base + path, response, received: () => received }
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function readResponse(text: string, expected: Expected): CustomResourceResponse {
  if (Buffer.byteLength(text) > limit) throw new Error('Response object is too long.')
  const response = parse(text)
  const { Status, Reason, PhysicalResourceId } = response
  for (const [name, value] of Object.entries(expected)) {
    if (response[name] !== value) throw new Error(`Invalid response object: ${name} is not the request's`)
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
