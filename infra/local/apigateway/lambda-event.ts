// The event of an AWS_PROXY integration, with every field that API Gateway sends.

import { type HttpRequest, headerOf } from './http-messages.ts'
import type { Match } from './routes.ts'
import type { Stage } from './stage.ts'
import type { ApiKey } from './usage-plans.ts'

export interface RequestContext {
  account: string
  apiId: string
  domainName: string
  requestId: string
  extendedRequestId: string
  traceId: string
  /** ms since the epoch */
  time: number
  stage: Stage
  apiKey: ApiKey | undefined
}

// Request headers that API Gateway drops ("Amazon API Gateway important notes").
const dropped = [
  'connection',
  'content-md5',
  'expect',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
]

export function proxyEvent(
  request: HttpRequest,
  path: string,
  { route, pathParameters }: Match,
  context: RequestContext,
) {
  const headers = multiValue(forwardedHeaders(request, context))
  const query = multiValue([...request.query])
  return {
    resource: route.resourcePath,
    path,
    httpMethod: request.method,
    headers: lastValues(headers),
    multiValueHeaders: headers,
    queryStringParameters: lastValues(query),
    multiValueQueryStringParameters: query,
    pathParameters,
    stageVariables: null,
    requestContext: {
      accountId: context.account,
      apiId: context.apiId,
      domainName: context.domainName,
      domainPrefix: context.domainName.split('.')[0],
      extendedRequestId: context.extendedRequestId,
      httpMethod: request.method,
      identity: identityOf(request, context.apiKey),
      path: request.path,
      protocol: 'HTTP/1.1',
      requestId: context.requestId,
      requestTime: requestTime(new Date(context.time)),
      requestTimeEpoch: context.time,
      resourceId: route.resourceId,
      resourcePath: route.resourcePath,
      stage: context.stage.name,
    },
    body: request.body.length === 0 ? null : request.body.toString(),
    isBase64Encoded: false,
  }
}

function identityOf(request: HttpRequest, apiKey: ApiKey | undefined) {
  return {
    accessKey: null,
    accountId: null,
    ...(apiKey && { apiKey: apiKey.value, apiKeyId: apiKey.id }),
    caller: null,
    cognitoAuthenticationProvider: null,
    cognitoAuthenticationType: null,
    cognitoIdentityId: null,
    cognitoIdentityPoolId: null,
    principalOrgId: null,
    sourceIp: request.sourceIp,
    user: null,
    userAgent: headerOf(request, 'user-agent') ?? null,
    userArn: null,
  }
}

function forwardedHeaders(request: HttpRequest, { domainName, traceId }: RequestContext): [string, string][] {
  const kept = request.headers.filter(([name]) => {
    const lower = name.toLowerCase()
    return !dropped.includes(lower) && lower !== 'x-forwarded-for' && lower !== 'x-forwarded-proto'
  })
  const claimed = headerOf(request, 'x-forwarded-for')
  return [
    ...kept,
    ['X-Amzn-Trace-Id', traceId],
    ['X-Forwarded-For', claimed ? `${claimed}, ${request.sourceIp}` : request.sourceIp],
    ['X-Forwarded-Port', domainName.split(':')[1] ?? '80'],
    ['X-Forwarded-Proto', 'http'],
  ]
}

function multiValue(pairs: [string, string][]): Record<string, string[]> | null {
  const grouped = Object.entries(Object.groupBy(pairs, ([name]) => name))
  if (grouped.length === 0) return null
  return Object.fromEntries(grouped.map(([name, values = []]) => [name, values.map(([, value]) => value)]))
}

function lastValues(values: Record<string, string[]> | null): Record<string, string> | null {
  return values && Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? '']))
}

/** For example `22/Nov/2026:15:09:00 +0000`. */
function requestTime(date: Date): string {
  const [, day, month, year, time] = date.toUTCString().split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}
