// AWS JSON 1.1 over HTTP: reads the operation and its input, writes the answer or the error.
// Sources: Smithy, "AWS JSON 1.1 protocol"; Cognito's API reference, "Common error types".
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { CognitoError } from './errors.ts'
import { isObject } from './input.ts'

const bodyLimit = 1_048_576
const service = 'AWSCognitoIdentityProviderService.'

/** Thrown to break the connection off: an answer that is lost on its way back. */
export class LostAnswer extends Error {}

/** Reads the request's operation name and fields. Throws CognitoError. */
export async function readCall(request: IncomingMessage): Promise<{ operation: string; fields: object }> {
  const target = String(request.headers['x-amz-target'] ?? '')
  if (!target.startsWith(service)) throw new CognitoError('UnknownOperationException', 'No such service or operation')
  return { operation: target.slice(service.length), fields: parse(await readBody(request)) }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyLimit) throw new CognitoError('RequestEntityTooLargeException', 'Request body too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function parse(body: string): object {
  try {
    const fields: unknown = JSON.parse(body || '{}')
    if (isObject(fields)) return fields
  } catch {}
  throw new CognitoError('SerializationException', 'The request body is not a JSON object')
}

const scope = String.raw`Credential=[^/,\s]+/\d{8}/[a-z0-9-]+/cognito-idp/aws4_request`
const signature = new RegExp(`^AWS4-HMAC-SHA256 ${scope}, *SignedHeaders=[^,\\s]+, *Signature=[0-9a-f]{64}$`)

/** Looks for a Signature Version 4 by its form; who signed, and whether rightly, is not checked. Throws CognitoError. */
export function assertSigned(request: IncomingMessage) {
  const { authorization } = request.headers
  if (authorization === undefined)
    throw new CognitoError('MissingAuthenticationTokenException', 'Missing Authentication Token')
  if (!signature.test(authorization))
    throw new CognitoError('IncompleteSignatureException', 'Authorization header is not a valid AWS4-HMAC-SHA256 one')
}

/** Browsers may call Cognito from any origin and read these headers. */
const cors = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date',
}

export function writePreflight(request: IncomingMessage, response: ServerResponse) {
  response.writeHead(200, {
    ...cors,
    'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
    'access-control-allow-methods': 'GET, POST',
    'access-control-max-age': '172800',
  })
  response.end()
}

export function writeJson(response: ServerResponse, status: number, body: object, headers: Record<string, string>) {
  response.writeHead(status, { ...cors, 'x-amzn-requestid': randomUUID(), ...headers })
  response.end(JSON.stringify(body))
}

const contentType = { 'content-type': 'application/x-amz-json-1.1' }

export const writeAnswer = (response: ServerResponse, answer: object) => writeJson(response, 200, answer, contentType)

/** Errors are 400, a fault of the server itself 500; a LostAnswer breaks the connection off. */
export function writeError(response: ServerResponse, error: unknown) {
  if (error instanceof LostAnswer) {
    response.destroy()
    return
  }
  const known = error instanceof CognitoError
  const name = known ? error.name : 'InternalErrorException'
  const message = known ? error.message : 'Something went wrong'
  const headers = { ...contentType, 'x-amzn-errortype': `${name}:`, 'x-amzn-errormessage': encodeURI(message) }
  writeJson(response, known ? 400 : 500, { __type: name, message }, headers)
}
