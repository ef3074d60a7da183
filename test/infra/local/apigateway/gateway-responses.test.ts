import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { TemplateResource } from '../../../../infra/local/cloudformation/template.ts'
import type { Outcome } from '../../../../infra/local/lambda/outcome.ts'
import {
  apiTemplate,
  gatewayResponse,
  keyedApi,
  lambdaIntegration,
  method,
  resource,
  type ServedGateway,
  serve,
} from '../support.ts'

let gateway: ServedGateway | undefined
afterEach(() => gateway?.close())

async function start(resources: Record<string, TemplateResource> = {}, outcome?: Outcome) {
  gateway = await serve(apiTemplate(resources), outcome)
  return gateway
}
const post = (path: string, init: RequestInit = {}) =>
  (gateway as ServedGateway).send(path, { method: 'POST', ...init })

/** The status of POST /things for this Host. `fetch` can't set the Host header. */
async function statusAt(host: string): Promise<number | undefined> {
  const sent = request(`${gateway?.url}/things`, { method: 'POST', headers: { host } }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}

describe('without gateway responses in the template', () => {
  test('an unknown route is a 403 with MissingAuthenticationTokenException', async () => {
    await start()
    const response = await post('/nothing')
    expect(response.status).toBe(403)
    expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException')
    expect(await response.json()).toEqual({ message: 'Missing Authentication Token' })
  })

  test('an unknown route with an Authorization header is a 403 with the hash of the header', async () => {
    await start()
    const response = await post('/nothing', { headers: { authorization: 'Bearer secret' } })
    expect(response.status).toBe(403)
    expect(response.headers.get('x-amzn-errortype')).toBe('IncompleteSignatureException')
    const { message } = (await response.json()) as { message: string }
    expect(message).toContain(`'${createHash('sha256').update('Bearer secret').digest('base64')}'`)
    expect(message).not.toContain('secret')
  })

  test('a known path with another method is a 403', async () => {
    await start()
    expect((await gateway?.send('/things'))?.status).toBe(403)
  })

  test('a path outside the stage is a 403 that no gateway response changes', async () => {
    const { url } = await start({ Any: gatewayResponse('DEFAULT_4XX', { StatusCode: '404' }) })
    const response = await fetch(new URL('/v2/things', url))
    expect([response.status, await response.json()]).toEqual([403, { message: 'Forbidden' }])
  })

  test('without the default endpoint, the local address still works: it counts as a custom domain', async () => {
    const disabled = { Name: 'sample', DisableExecuteApiEndpoint: true }
    const { calls } = await start({ Api: { Type: 'AWS::ApiGateway::RestApi', Properties: disabled } })
    expect((await post('/things')).status).toBe(200)
    const context = calls[0]?.event.requestContext as { apiId: string }
    for (const host of [`${context.apiId}.execute-api.us-east-1.amazonaws.com`, 'api.example.com']) {
      expect(await statusAt(host)).toBe(421)
    }
    expect(calls).toHaveLength(1)
  })

  test.each<[string, Outcome, number, string]>([
    ['fails', { kind: 'error', errorType: 'Error', errorMessage: 'secret' }, 502, 'Internal server error'],
    ['exceeds its own Timeout', { kind: 'timeout', limit: 'function' }, 502, 'Internal server error'],
    ['exceeds the limit of API Gateway', { kind: 'timeout', limit: 'caller' }, 504, 'Endpoint request timed out'],
    ['may not be invoked', { kind: 'denied' }, 500, 'Internal server error'],
  ])('a function that %s leads to a fixed status and message', async (_name, outcome, status, message) => {
    await start({}, outcome)
    const response = await post('/things')
    expect([response.status, await response.json()]).toEqual([status, { message }])
  })
})

describe('a gateway response of the template', () => {
  const envelope = { 'application/json': '{"status":"error","message":$context.error.messageString}' }

  test('sets status, headers and body', async () => {
    await start({
      NoRoute: gatewayResponse('MISSING_AUTHENTICATION_TOKEN', {
        StatusCode: '404',
        ResponseTemplates: envelope,
        ResponseParameters: {
          'gatewayresponse.header.Cache-Control': "'no-store'",
          'gatewayresponse.header.Id': 'context.requestId',
        },
      }),
    })
    const response = await post('/nothing')
    expect(response.status).toBe(404)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('id')).toBe(response.headers.get('x-amzn-requestid'))
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual({ status: 'error', message: 'Missing Authentication Token' })
  })

  test('without a status keeps the original one', async () => {
    await start({ NoRoute: gatewayResponse('MISSING_AUTHENTICATION_TOKEN', { ResponseTemplates: envelope }) })
    expect((await post('/nothing')).status).toBe(403)
  })

  test('quotes messageString but not message', async () => {
    const ResponseTemplates = { 'application/json': '[$context.error.messageString,"$context.error.message"]' }
    await start({ NoRoute: gatewayResponse('MISSING_AUTHENTICATION_TOKEN', { ResponseTemplates }) })
    expect(await (await post('/nothing')).json()).toEqual([
      'Missing Authentication Token',
      'Missing Authentication Token',
    ])
  })

  test('replaces the variables for the request, the route and the response type', async () => {
    const text =
      '$context.requestId $context.extendedRequestId $context.httpMethod $context.path $context.stage $context.error.responseType.'
    await start({
      NoRoute: gatewayResponse('MISSING_AUTHENTICATION_TOKEN', { ResponseTemplates: { 'application/json': text } }),
    })
    const response = await post('/nothing')
    const [id, extended] = [response.headers.get('x-amzn-requestid'), response.headers.get('x-amz-apigw-id')]
    expect(await response.text()).toBe(`${id} ${extended} POST /v1/nothing v1 MISSING_AUTHENTICATION_TOKEN.`)
  })

  test.each([
    ['a 4xx of another type', { kind: 'answer', payload: {} } as Outcome, '/nothing', 'DEFAULT_4XX', 418],
    ['a 5xx of another type', { kind: 'denied' } as Outcome, '/things', 'DEFAULT_5XX', 599],
    ['an invalid result', { kind: 'answer', payload: 1 } as Outcome, '/things', 'DEFAULT_5XX', 599],
    ['an invalid signature', { kind: 'answer', payload: {} } as Outcome, '/nothing', 'DEFAULT_4XX', 418],
  ])('of a default type applies to %s', async (name, outcome, path, type, status) => {
    await start({ Any: gatewayResponse(type, { StatusCode: String(status), ResponseTemplates: envelope }) }, outcome)
    const response = await post(path, name.includes('signature') ? { headers: { authorization: 'x' } } : {})
    expect(response.status).toBe(status)
    expect(await response.json()).toHaveProperty('status', 'error')
  })

  test('of the exact type precedes the default', async () => {
    const own = gatewayResponse('MISSING_AUTHENTICATION_TOKEN', { StatusCode: '404' })
    await start({ Any: gatewayResponse('DEFAULT_4XX', { StatusCode: '418' }), Own: own })
    expect((await post('/nothing')).status).toBe(404)
  })

  test('has the media type of its template', async () => {
    const ResponseTemplates = { 'text/plain': 'no' }
    await start({ NoRoute: gatewayResponse('MISSING_AUTHENTICATION_TOKEN', { ResponseTemplates }) })
    expect((await post('/nothing')).headers.get('content-type')).toBe('text/plain')
  })

  test.each<[string, Record<string, unknown>, string]>([
    [
      'another variable',
      { ResponseTemplates: { 'application/json': '$context.identity.apiKey' } },
      'uses $context.identity.apiKey',
    ],
    ['a directive', { ResponseTemplates: { 'application/json': '#if(1)x#end' } }, 'uses #if'],
    [
      'another source of a header',
      { ResponseParameters: { 'gatewayresponse.header.A': 'method.request.header.B' } },
      'maps method.request.header.B',
    ],
    ['another target', { ResponseParameters: { 'gatewayresponse.path.A': "'x'" } }, 'sets gatewayresponse.path.A'],
    ['another property', { Odd: 1 }, 'sets Odd'],
  ])('with %s is refused at the start', async (_name, properties, message) => {
    await expect(start({ R: gatewayResponse('THROTTLED', properties) })).rejects.toThrow(message)
  })
})

describe('a required parameter', () => {
  const validated = (RequestParameters: Record<string, boolean>, validator: Record<string, unknown> = {}) => ({
    PostThings: method('Things', 'POST', { RequestParameters, RequestValidatorId: { Ref: 'Validator' } }),
    Validator: {
      Type: 'AWS::ApiGateway::RequestValidator',
      Properties: { RestApiId: { Ref: 'Api' }, ValidateRequestParameters: true, ...validator },
    },
  })

  test('that is missing makes the request a 400 before the function is called', async () => {
    await start(validated({ 'method.request.header.Wanted': true, 'method.request.querystring.q': true }))
    const response = await post('/things')
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ message: 'Missing required request parameters: [Wanted, q]' })
    expect(gateway?.calls).toEqual([])
  })

  test('that is present is accepted', async () => {
    await start(validated({ 'method.request.header.Wanted': true, 'method.request.querystring.q': true }))
    expect((await post('/things?q=1', { headers: { wanted: 'yes' } })).status).toBe(200)
  })

  test('is checked only if both the parameter and the validator require it', async () => {
    await start(validated({ 'method.request.header.Wanted': false }))
    expect((await post('/things')).status).toBe(200)
    await gateway?.close()
    await start(validated({ 'method.request.header.Wanted': true }, { ValidateRequestParameters: false }))
    expect((await post('/things')).status).toBe(200)
  })

  test('in the path and a validated body are refused at the start', async () => {
    await expect(start(validated({ 'method.request.path.id': true }))).rejects.toThrow(
      'requires method.request.path.id',
    )
    await expect(start(validated({}, { ValidateRequestBody: true }))).rejects.toThrow('validates bodies')
  })
})

describe('the order of the checks', () => {
  test('is route, key, throttle, parameters', async () => {
    const template = keyedApi({ Throttle: { RateLimit: 1, BurstLimit: 1 } })
    const { PostThings, Validator } = {
      PostThings: method('Things', 'POST', {
        ApiKeyRequired: true,
        RequestParameters: { 'method.request.header.Wanted': true },
        RequestValidatorId: { Ref: 'Validator' },
      }),
      Validator: { Type: 'AWS::ApiGateway::RequestValidator', Properties: { ValidateRequestParameters: true } },
    }
    Object.assign(template.Resources, { PostThings, Validator })
    gateway = await serve(template, undefined, () => 0)
    const key = { 'x-api-key': gateway.keys[0]?.value ?? '' }
    const statuses = [
      (await post('/nothing')).status,
      (await post('/things')).status,
      (await post('/things', { headers: key })).status,
      (await post('/things', { headers: key })).status,
    ]
    expect(statuses).toEqual([403, 403, 400, 429])
  })
})

describe('the gateway does not start, and the error names', () => {
  test.each<[string, Record<string, TemplateResource>, string]>([
    [
      'an authorizer',
      { M: method('Things', 'GET', { AuthorizationType: 'AWS_IAM' }) },
      'M has the authorization type AWS_IAM',
    ],
    [
      'a property of a method',
      { M: method('Things', 'GET', { AuthorizerId: 'x' }) },
      'M (AWS::ApiGateway::Method) sets AuthorizerId',
    ],
    [
      'another kind of integration',
      { M: method('Things', 'GET', { Integration: { Type: 'HTTP_PROXY' } }) },
      'M has the integration type HTTP_PROXY',
    ],
    [
      'a property of an integration',
      { M: method('Things', 'GET', { Integration: { ...lambdaIntegration, Credentials: 'x' } }) },
      'sets Credentials',
    ],
    [
      'an integration without a function',
      { M: method('Things', 'GET', { Integration: { ...lambdaIntegration, Uri: 'arn:x' } }) },
      'M is integrated with arn:x, which is not a function',
    ],
    [
      'a function invoked with GET',
      { M: method('Things', 'GET', { Integration: { ...lambdaIntegration, IntegrationHttpMethod: 'GET' } }) },
      'with GET, not POST',
    ],
    [
      'keys from an authorizer',
      { Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { ApiKeySourceType: 'AUTHORIZER' } } },
      'reads API keys from AUTHORIZER, not HEADER',
    ],
    [
      'binary media types',
      { Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { BinaryMediaTypes: ['*/*'] } } },
      'Api (AWS::ApiGateway::RestApi) sets BinaryMediaTypes',
    ],
    [
      'stage variables',
      {
        Stage: {
          Type: 'AWS::ApiGateway::Stage',
          Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v1', Variables: { a: '1' } },
        },
      },
      'Stage (AWS::ApiGateway::Stage) sets Variables',
    ],
    ['a second API', { Second: { Type: 'AWS::ApiGateway::RestApi' } }, 'exactly one REST API'],
    [
      'a property of a resource',
      { R: { ...resource('root', 'r'), Properties: { ...resource('root', 'r').Properties, Odd: 1 } } },
      'sets Odd',
    ],
    [
      'a second stage',
      { S: { Type: 'AWS::ApiGateway::Stage', Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v2' } } },
      'Api has 2 stages, not one',
    ],
    [
      'a cache',
      {
        Stage: {
          Type: 'AWS::ApiGateway::Stage',
          Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v1', MethodSettings: [{ CachingEnabled: true }] },
        },
      },
      'has a cache',
    ],
  ])('%s', async (_name, resources, message) => {
    await expect(start(resources)).rejects.toThrow(message)
  })
})
