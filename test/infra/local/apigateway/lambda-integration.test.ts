import { request } from 'node:http'
import { afterEach, describe, expect, test } from '@jest/globals'
import {
  answered,
  apiTemplate,
  functionArn,
  gatewayResponse,
  lambdaIntegration,
  method,
  resource,
  type ServedGateway,
  serve,
} from '../support.ts'

let gateway: ServedGateway | undefined
afterEach(() => gateway?.close())

async function start(payload: unknown = { statusCode: 200 }, template = apiTemplate()) {
  gateway = await serve(template, answered(payload))
  return gateway
}
const post = (init: RequestInit = {}, path = '/things') =>
  (gateway as ServedGateway).send(path, { method: 'POST', ...init })
const event = () => gateway?.calls[0]?.event ?? {}

/** Sends headers with their exact spelling. `fetch` changes the spelling. */
function sendRaw(headers: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(`${gateway?.url}/things`, { method: 'POST' }, (response) =>
      response.resume().on('end', resolve),
    )
    for (let index = 0; index < headers.length; index += 2)
      sent.appendHeader(headers[index] ?? '', headers[index + 1] ?? '')
    sent.on('error', reject).end()
  })
}

describe('the event', () => {
  test('has the fields of API Gateway', async () => {
    const { url } = await start()
    const response = await post({
      body: '{"a":1}',
      headers: { 'content-type': 'application/json', 'user-agent': 'a test' },
    })
    const host = new URL(url).host
    expect(event()).toMatchObject({
      resource: '/things',
      path: '/things',
      httpMethod: 'POST',
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
      body: '{"a":1}',
      isBase64Encoded: false,
      requestContext: {
        accountId: '000000000000',
        apiId: expect.stringMatching(/^[a-z0-9]{10}$/),
        domainName: host,
        extendedRequestId: response.headers.get('x-amz-apigw-id'),
        httpMethod: 'POST',
        identity: { sourceIp: '127.0.0.1', userAgent: 'a test', accountId: null },
        path: '/v1/things',
        protocol: 'HTTP/1.1',
        requestId: response.headers.get('x-amzn-requestid'),
        requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        requestTimeEpoch: expect.any(Number),
        resourceId: expect.any(String),
        resourcePath: '/things',
        stage: 'v1',
      },
    })
  })

  test('has the headers in their original spelling, with the last value and with all values', async () => {
    await start()
    await sendRaw(['X-Thing', 'one', 'X-Thing', 'two', 'AUTHORIZATION', 'x'])
    expect(event().headers).toMatchObject({ 'X-Thing': 'two', AUTHORIZATION: 'x' })
    expect(event().multiValueHeaders).toMatchObject({ 'X-Thing': ['one', 'two'], AUTHORIZATION: ['x'] })
  })

  test('appends the real source address to the X-Forwarded-For of the caller', async () => {
    await start()
    await sendRaw(['X-Forwarded-For', '192.0.2.1', 'X-Forwarded-Proto', 'gopher'])
    expect(event().headers).toMatchObject({ 'X-Forwarded-For': '192.0.2.1, 127.0.0.1', 'X-Forwarded-Proto': 'http' })
    expect(event()).toHaveProperty('requestContext.identity.sourceIp', '127.0.0.1')
  })

  test('lacks hop-by-hop headers', async () => {
    await start()
    await sendRaw(['Connection', 'close', 'TE', 'trailers', 'WWW-Authenticate', 'x'])
    expect(Object.keys(event().headers as object).map((name) => name.toLowerCase())).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(connection|te|www-authenticate)$/)]),
    )
  })

  test('has the query parameters, with the last value and with all values', async () => {
    await start()
    await post({}, '/things?a=1&a=2%263&b=')
    expect(event().queryStringParameters).toEqual({ a: '2&3', b: '' })
    expect(event().multiValueQueryStringParameters).toEqual({ a: ['1', '2&3'], b: [''] })
  })

  test('has the path parameters', async () => {
    const template = apiTemplate({ Thing: resource('Things', '{id}'), Get: method('Thing', 'POST') })
    await start(undefined, template)
    await post({}, '/things/7')
    expect(event()).toMatchObject({ resource: '/things/{id}', path: '/things/7', pathParameters: { id: '7' } })
  })

  test('has null for an empty body', async () => {
    await start()
    await post()
    expect(event()).toMatchObject({ body: null, isBase64Encoded: false })
  })

  test('has the body as text, for any content type', async () => {
    await start()
    await post({ body: 'text', headers: { 'content-type': 'image/png' } })
    expect(event()).toMatchObject({ body: 'text', isBase64Encoded: false })
  })

  test('has the method from X-HTTP-Method-Override and the request id from x-amzn-RequestId', async () => {
    await start(undefined, apiTemplate({ Put: method('Things', 'PUT') }))
    await post({ headers: { 'x-http-method-override': 'PUT', 'x-amzn-requestid': 'chosen' } })
    expect(event()).toMatchObject({ httpMethod: 'PUT', requestContext: { requestId: 'chosen' } })
  })
})

test('the caller is API Gateway, with the ARN of the method and path', async () => {
  const { calls } = await start()
  await post()
  const { requestContext } = event() as { requestContext: { apiId: string } }
  expect(calls[0]).toMatchObject({
    functionArn,
    caller: {
      principal: 'apigateway.amazonaws.com',
      sourceArn: `arn:aws:execute-api:us-east-1:000000000000:${requestContext.apiId}/v1/POST/things`,
      timeoutMs: 29_000,
    },
  })
})

test.each([
  [5000, 5000],
  [60_000, 29_000],
])('an integration time-out of %d ms becomes %d ms', async (TimeoutInMillis, timeoutMs) => {
  const { calls } = await start(
    undefined,
    apiTemplate({ PostThings: method('Things', 'POST', { Integration: { ...lambdaIntegration, TimeoutInMillis } }) }),
  )
  await post()
  expect(calls[0]?.caller.timeoutMs).toBe(timeoutMs)
})

describe('the answer', () => {
  test('has the status, headers and body of the function', async () => {
    await start({
      statusCode: '201',
      headers: { 'X-One': 1, 'Content-Type': 'text/plain', 'X-Both': 'lost' },
      multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'], 'X-Both': ['kept'] },
      body: 'done',
      isBase64Encoded: false,
    })
    const response = await post()
    expect([response.status, await response.text()]).toEqual([201, 'done'])
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-one': '1',
      'x-both': 'kept',
      'content-type': 'text/plain',
      'content-length': '4',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-/),
    })
  })

  test('is JSON if the function sets no content type', async () => {
    await start({ statusCode: 200, body: '{}' })
    expect((await post()).headers.get('content-type')).toBe('application/json')
  })

  test('renames some headers and drops others', async () => {
    await start({
      statusCode: 401,
      headers: { 'WWW-Authenticate': 'Basic', Server: 'x', Via: 'x', 'content-length': '99' },
      body: 'ab',
    })
    const { headers } = await post()
    expect(headers.get('x-amzn-remapped-www-authenticate')).toBe('Basic')
    expect(headers.get('www-authenticate')).toBeNull()
    expect(headers.get('x-amzn-remapped-server')).toBe('x')
    expect(headers.get('via')).toBeNull()
    expect(headers.get('content-length')).toBe('2')
  })

  test.each<[string, unknown]>([
    ['null', null],
    ['a string', 'hello'],
    ['no status', { body: 'x' }],
    ['an invalid status', { statusCode: 'ok' }],
    ['an object as the body', { statusCode: 200, body: { a: 1 } }],
    ['a list of headers', { statusCode: 200, headers: ['x'] }],
    ['a single value in multiValueHeaders', { statusCode: 200, multiValueHeaders: { a: 'x' } }],
    ['an unknown field', { statusCode: 200, cookies: [] }],
    ['isBase64Encoded as text', { statusCode: 200, isBase64Encoded: 'true' }],
    ['more than 6 MB', { statusCode: 200, body: 'x'.repeat(6_291_456) }],
  ])('to a result with %s is a 502', async (_name, payload) => {
    await start(payload)
    const response = await post()
    expect(response.status).toBe(502)
    expect(response.headers.get('x-amzn-errortype')).toBe('InternalServerErrorException')
  })

  test('keeps a base64 body undecoded', async () => {
    await start({ statusCode: 200, body: btoa('text'), isBase64Encoded: true })
    expect(await (await post({ headers: { accept: 'image/png' } })).text()).toBe(btoa('text'))
  })
})

describe('the size', () => {
  test('of a body may not exceed the 6 MB of Lambda', async () => {
    await start()
    const response = await post({ body: 'x'.repeat(6_291_456) })
    expect([response.status, await response.json()]).toEqual([413, { message: 'Request Too Long' }])
    expect(gateway?.calls).toEqual([])
  })

  test.each(['REQUEST_TOO_LARGE', 'DEFAULT_4XX'])(
    'of a body over 6 MB is answered without the gateway response for %s',
    async (type) => {
      const ResponseTemplates = { 'application/json': '{"status":"error"}' }
      await start(undefined, apiTemplate({ Changed: gatewayResponse(type, { StatusCode: '400', ResponseTemplates }) }))
      const response = await post({ body: 'x'.repeat(6_291_456) })
      expect([response.status, await response.json()]).toEqual([413, { message: 'Request Too Long' }])
    },
  )

  test('of a body may not exceed the 10 MB of API Gateway, whose answer is not a gateway response', async () => {
    await start()
    const response = await post({ body: 'x'.repeat(10_485_761) })
    expect([response.status, await response.text()]).toEqual([413, 'HTTP content length exceeded 10485760 bytes.'])
    expect(response.headers.get('content-type')).toBe('text; charset=utf-8')
  })

  test('of the headers may not exceed 10,240 bytes', async () => {
    await start()
    expect((await post({ headers: { 'x-a': 'x'.repeat(9_000) } })).status).toBe(200)
    expect((await post({ headers: { 'x-a': 'x'.repeat(9_000), 'x-b': 'x'.repeat(1_300) } })).status).toBe(431)
  })
})

describe('the log', () => {
  test('has one entry for each request, with its id but no header or body', async () => {
    await start({ statusCode: 200, headers: { 'Impersonation-Id': 'i-1' }, body: 'secret' })
    const response = await post({ body: 'secret', headers: { authorization: 'secret' } }, '/things?q=secret')
    expect(gateway?.logged).toEqual([
      {
        source: 'gateway',
        requestId: response.headers.get('x-amz-apigw-id'),
        method: 'POST',
        path: '/v1/things',
        status: 200,
        milliseconds: expect.any(Number),
        impersonationId: 'i-1',
      },
    ])
  })

  test('contains the type of the gateway response', async () => {
    await start()
    await post({}, '/nothing')
    expect(gateway?.logged).toMatchObject([{ status: 403, gatewayResponse: 'MISSING_AUTHENTICATION_TOKEN' }])
  })
})

test('the answer to a HEAD request has no body', async () => {
  await start({ statusCode: 200, body: 'text' }, apiTemplate({ Any: method('Things', 'ANY') }))
  const response = await (gateway as ServedGateway).send('/things', { method: 'HEAD' })
  expect([response.status, await response.text()]).toEqual([200, ''])
})
