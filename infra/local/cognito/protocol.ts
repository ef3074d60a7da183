// AWS JSON 1.1 over HTTP: reads requests, writes answers and errors.
// Sources: Smithy, "AWS JSON 1.1 protocol"; Cognito's API reference, "Common error types".
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { CognitoError } from './errors.ts'
import { isObject } from './input.ts'

/** bytes */
const bodyLimit = 1_048_576
const service = 'AWSCognitoIdentityProviderService.'

/** Thrown by tests: closes the connection, as if the answer was lost. */
export class LostAnswer extends Error {}

/** Reads the operation's name and the fields. @throws CognitoError */
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

const scope = String.raw`Credential=(?<accessKeyId>[^/,\s]+)/\d{8}/[a-z0-9-]+/cognito-idp/aws4_request`
const signature = new RegExp(`^AWS4-HMAC-SHA256 ${scope}, *SignedHeaders=[^,\\s]+, *Signature=[0-9a-f]{64}$`)

/** Checks that a Signature Version 4 is present and well-formed. Does not verify it. @throws CognitoError */
export function assertSigned(request: IncomingMessage) {
  const { authorization } = request.headers
  if (authorization === undefined)
    throw new CognitoError('MissingAuthenticationTokenException', 'Missing Authentication Token')
  if (!signature.test(authorization))
    throw new CognitoError('IncompleteSignatureException', 'Authorization header is not a valid AWS4-HMAC-SHA256 one')
}

/** Who signed the request. Undefined: nobody. */
export function accessKeyIdOf({ headers: { authorization = '' } }: IncomingMessage): string | undefined {
  return signature.exec(authorization)?.groups?.accessKeyId
}

/** Lets pages of any origin read the response, as Cognito does. Only for what needs no signature. */
export function allowPages(response: ServerResponse) {
  response.setHeader('access-control-allow-origin', '*')
  response.setHeader('access-control-expose-headers', 'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date')
}

/** A preflight does not name the operation. Without the header `Authorization`, a page cannot sign. */
export function writePreflight(request: IncomingMessage, response: ServerResponse) {
  const requested = String(request.headers['access-control-request-headers'] ?? '').split(',')
  const allowed = requested.filter((name) => name.trim().toLowerCase() !== 'authorization')
  allowPages(response)
  response.writeHead(200, {
    'access-control-allow-headers': allowed.join(','),
    'access-control-allow-methods': 'GET, POST',
    'access-control-max-age': '172800',
  })
  response.end()
}

export function writeJson(response: ServerResponse, status: number, body: object, headers: Record<string, string>) {
  response.writeHead(status, { 'x-amzn-requestid': randomUUID(), ...headers })
  response.end(JSON.stringify(body))
}

const contentType = { 'content-type': 'application/x-amz-json-1.1' }

export const writeAnswer = (response: ServerResponse, answer: object) => writeJson(response, 200, answer, contentType)

/** Answers a CognitoError with 400 and any other error with 500. A LostAnswer closes the connection. */
export function writeError(response: ServerResponse, error: unknown) {
  if (error instanceof LostAnswer) {
    response.destroy()
    return
  }
  const isKnown = error instanceof CognitoError
  const name = isKnown ? error.name : 'InternalErrorException'
  const message = isKnown ? error.message : 'Something went wrong'
  const headers = { ...contentType, 'x-amzn-errortype': `${name}:`, 'x-amzn-errormessage': encodeURI(message) }
  writeJson(response, isKnown ? 400 : 500, { __type: name, message }, headers)
}
