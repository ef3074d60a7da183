// AWS_PROXY integrations: invoke the function and turn its result into the HTTP answer.

import type { Functions } from '../lambda/functions.ts'
import type { Outcome } from '../lambda/outcome.ts'
import { GatewayError } from './gateway-error.ts'
import type { HttpAnswer } from './http-messages.ts'

const lambdaPayloadLimit = 6_291_456

interface Call {
  functionArn: string
  timeoutMs: number
  /** The execute-api ARN of the method. */
  sourceArn: string
}

/** @throws GatewayError if the event is too large, the call is denied or times out, or the result is not valid */
export async function callFunction(
  invoke: Functions['invoke'],
  { functionArn, timeoutMs, sourceArn }: Call,
  event: unknown,
): Promise<HttpAnswer> {
  if (Buffer.byteLength(JSON.stringify(event)) > lambdaPayloadLimit) throw new GatewayError('tooLarge')
  const caller = { principal: 'apigateway.amazonaws.com', sourceArn, timeoutMs }
  const payload = payloadOf(await invoke(functionArn, event, caller))
  if (!isProxyAnswer(payload) || JSON.stringify(payload).length > lambdaPayloadLimit) {
    throw new GatewayError('badFunctionAnswer')
  }
  return {
    status: Number(payload.statusCode),
    headers: responseHeaders(payload),
    body: payload.body ?? '',
  }
}

// A function that exceeds its own Timeout has failed. Only API Gateway's limit is an integration time-out.
function payloadOf(outcome: Outcome): unknown {
  if (outcome.kind === 'answer') return outcome.payload
  if (outcome.kind === 'denied') throw new GatewayError('misconfigured')
  throw new GatewayError(outcome.kind === 'timeout' && outcome.limit === 'caller' ? 'timedOut' : 'badFunctionAnswer')
}

interface ProxyAnswer {
  statusCode: number | string
  headers?: Record<string, string | number | boolean> | null
  multiValueHeaders?: Record<string, (string | number | boolean)[]> | null
  body?: string | null
  isBase64Encoded?: boolean
}

function isProxyAnswer(payload: unknown): payload is ProxyAnswer {
  if (typeof payload !== 'object' || payload === null) return false
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded, ...others } = payload as Record<
    string,
    unknown
  >
  const isMap = (value: unknown) => value === undefined || (typeof value === 'object' && !Array.isArray(value))
  return (
    /^[1-5]\d\d$/.test(String(statusCode)) &&
    isMap(headers) &&
    isMap(multiValueHeaders) &&
    Object.values((multiValueHeaders ?? {}) as object).every(Array.isArray) &&
    (body === undefined || body === null || typeof body === 'string') &&
    (isBase64Encoded === undefined || typeof isBase64Encoded === 'boolean') &&
    Object.keys(others).length === 0
  )
}

// Response headers that API Gateway drops or renames ("Amazon API Gateway important notes").
const dropped = [
  'accept',
  'expect',
  'host',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
]
const remapped = [
  'authorization',
  'connection',
  'content-md5',
  'date',
  'max-forwards',
  'server',
  'user-agent',
  'www-authenticate',
]

function responseHeaders({ headers, multiValueHeaders }: ProxyAnswer): Record<string, string | string[]> {
  const all = { ...headers, ...multiValueHeaders }
  const kept = Object.entries(all).flatMap(([name, value]) => {
    const lower = name.toLowerCase()
    if (dropped.includes(lower) || lower === 'content-length') return []
    const values = Array.isArray(value) ? value.map(String) : String(value)
    return [[remapped.includes(lower) ? `x-amzn-Remapped-${name}` : name, values] as const]
  })
  const hasType = kept.some(([name]) => name.toLowerCase() === 'content-type')
  return { ...(!hasType && { 'Content-Type': 'application/json' }), ...Object.fromEntries(kept) }
}
