import { afterEach, describe, expect, test } from '@jest/globals'
import { apiTemplate, gatewayResponse, method, type ServedGateway, serve } from '../support.ts'

let gateway: ServedGateway | undefined
afterEach(() => gateway?.close())

const cacheControl = 'method.response.header.Cache-Control'

async function start(integration: Record<string, unknown> = {}, declared = ['404']) {
  const Integration = {
    Type: 'MOCK',
    RequestTemplates: { 'application/json': '{"statusCode": 404}' },
    IntegrationResponses: [
      { StatusCode: '404', ResponseTemplates: { 'application/json': '{"id":"$context.requestId"}' } },
    ],
    ...integration,
  }
  const MethodResponses = declared.map((StatusCode) => ({ StatusCode, ResponseParameters: { [cacheControl]: true } }))
  const template = apiTemplate({
    PostThings: method('Things', 'POST', { Integration, MethodResponses }),
    Any: gatewayResponse('API_CONFIGURATION_ERROR', { StatusCode: '599' }),
  })
  gateway = await serve(template)
}
const post = (headers: Record<string, string> = {}, body: string | null = null) =>
  (gateway as ServedGateway).send('/things', { method: 'POST', headers, body })

describe('a mock integration', () => {
  test('answers without a function', async () => {
    await start()
    const response = await post()
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ id: response.headers.get('x-amzn-requestid') })
    expect(gateway?.calls).toEqual([])
  })

  test('sets the headers that its method response declares', async () => {
    await start({ IntegrationResponses: [{ StatusCode: '404', ResponseParameters: { [cacheControl]: "'no-store'" } }] })
    expect((await post()).headers.get('cache-control')).toBe('no-store')
  })

  test('answers with the status of its integration response, and fails without one', async () => {
    await start({ RequestTemplates: { 'application/json': '{"statusCode": 200}' } })
    expect((await post()).status).toBe(404)
    await gateway?.close()
    await start({ IntegrationResponses: [] })
    expect((await post()).status).toBe(599)
  })

  test("accepts CDK's `{ statusCode: 404 }` without quotes", async () => {
    await start({ RequestTemplates: { 'application/json': '{ statusCode: 404 }' } })
    expect((await post()).status).toBe(404)
  })

  // "Integration passthrough behaviors"
  test.each([
    ['application/json; charset=utf-8', 'NEVER', 404],
    ['text/plain', 'NEVER', 415],
    ['text/plain', 'WHEN_NO_TEMPLATES', 415],
    ['text/plain', 'WHEN_NO_MATCH', 599],
    ['text/plain', undefined, 599],
  ])('with a body of %s and passthrough %s answers %d', async (contentType, PassthroughBehavior, status) => {
    await start({ ...(PassthroughBehavior && { PassthroughBehavior }) })
    expect((await post({ 'content-type': contentType }, 'hello')).status).toBe(status)
  })

  test('reads the status from the body if it has no template', async () => {
    await start({ RequestTemplates: {}, PassthroughBehavior: 'WHEN_NO_TEMPLATES' })
    expect((await post({ 'content-type': 'application/json' }, '{"statusCode":404}')).status).toBe(404)
    expect((await post({ 'content-type': 'application/json' }, '{}')).status).toBe(599)
  })

  test.each<[string, Record<string, unknown>, string]>([
    [
      'a response without a method response',
      { IntegrationResponses: [{ StatusCode: '500' }] },
      'no method response 500',
    ],
    [
      'an undeclared header',
      { IntegrationResponses: [{ StatusCode: '404', ResponseParameters: { 'method.response.header.X': "'x'" } }] },
      'does not declare',
    ],
    [
      'two responses',
      { IntegrationResponses: [{ StatusCode: '404' }, { StatusCode: '404' }] },
      'PostThings has more than one integration response',
    ],
    [
      'a selection pattern',
      { IntegrationResponses: [{ StatusCode: '404', SelectionPattern: '404' }] },
      'sets SelectionPattern, which the local run does not know',
    ],
    [
      'content handling',
      { ContentHandling: 'CONVERT_TO_TEXT' },
      'sets ContentHandling, which the local run does not know',
    ],
    ['a request template with a directive', { RequestTemplates: { 'application/json': '#set($x = 1)' } }, 'uses $x'],
    [
      'a response template with another variable',
      { IntegrationResponses: [{ StatusCode: '404', ResponseTemplates: { 'application/json': '$input.body' } }] },
      'uses $input.body',
    ],
  ])('with %s is refused at the start', async (_name, integration, message) => {
    await expect(start(integration)).rejects.toThrow(message)
  })
})
