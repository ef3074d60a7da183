import { afterEach, describe, expect, test } from '@jest/globals'
import type { Template } from '../../../../infra/local/cloudformation/template.ts'
import { apiKey, keyedApi, method, type ServedGateway, serve } from '../support.ts'

let gateway: ServedGateway | undefined
afterEach(() => gateway?.close())

async function start(template: Template, now?: () => number) {
  gateway = await serve(template, undefined, now)
  return (headers: Record<string, string> = { 'x-api-key': apiKey }, path = '/things') =>
    (gateway as ServedGateway).send(path, { method: 'POST', headers })
}

const statuses = async (count: number, send: () => Promise<Response>) => {
  const seen: number[] = []
  for (let index = 0; index < count; index++) seen.push((await send()).status)
  return seen
}

describe('an API key', () => {
  test('of a plan for this stage is accepted, and the event contains its id', async () => {
    const post = await start(keyedApi())
    expect((await post()).status).toBe(200)
    expect(gateway?.calls[0]?.event.requestContext).toMatchObject({
      identity: { apiKey, apiKeyId: gateway?.keys[0]?.id },
    })
  })

  test('is accepted in any spelling of the header', async () => {
    expect((await (await start(keyedApi()))({ 'X-API-KEY': apiKey })).status).toBe(200)
  })

  test.each<[string, Template, Record<string, string>]>([
    ['missing', keyedApi(), {}],
    ['wrong', keyedApi(), { 'x-api-key': 'another-key-of-twenty' }],
    ['disabled', keyedApi({}, { Enabled: false }), { 'x-api-key': apiKey }],
    [
      'of a plan for another stage',
      keyedApi({ ApiStages: [{ ApiId: { Ref: 'Api' }, Stage: 'v2' }] }),
      { 'x-api-key': apiKey },
    ],
    ['of a plan for no stage', keyedApi({ ApiStages: undefined }), { 'x-api-key': apiKey }],
  ])('that is %s is refused before the function is called', async (_name, template, headers) => {
    const response = await (await start(template))(headers)
    expect(response.status).toBe(403)
    expect(response.headers.get('x-amzn-errortype')).toBe('ForbiddenException')
    expect(await response.json()).toEqual({ message: 'Forbidden' })
    expect(gateway?.calls).toEqual([])
  })

  test('in no plan at all is refused', async () => {
    const template = keyedApi()
    delete template.Resources.Member
    expect((await (await start(template))()).status).toBe(403)
  })

  test('is not needed if the method does not require one', async () => {
    const template = keyedApi()
    template.Resources.PostThings = method('Things', 'POST')
    expect((await (await start(template))({})).status).toBe(200)
    expect(gateway?.calls[0]?.event.requestContext).not.toHaveProperty('identity.apiKey')
  })

  test('of fewer than 20 characters is refused at the start', async () => {
    await expect(start(keyedApi({}, { Value: 'short' }))).rejects.toThrow('has 5 characters, not 20 to 128')
  })
})

describe('a usage plan', () => {
  test('throttles each key, and admits it again later', async () => {
    let now = 0
    const post = await start(keyedApi({ Throttle: { RateLimit: 1, BurstLimit: 2 } }), () => now)
    expect(await statuses(3, post)).toEqual([200, 200, 429])
    now += 1000
    expect(await statuses(2, post)).toEqual([200, 429])
  })

  test('throttles a method by the limit of the method', async () => {
    const ApiStages = [
      { ApiId: { Ref: 'Api' }, Stage: { Ref: 'Stage' }, Throttle: { '/things/POST': { RateLimit: 1, BurstLimit: 1 } } },
    ]
    const post = await start(keyedApi({ ApiStages, Throttle: { RateLimit: 9, BurstLimit: 9 } }), () => 0)
    expect(await statuses(2, post)).toEqual([200, 429])
  })

  test('answers with different messages for throttle and quota', async () => {
    const throttled = await start(keyedApi({ Throttle: { RateLimit: 1, BurstLimit: 0 } }))
    expect(await (await throttled()).json()).toEqual({ message: 'Too Many Requests' })
    await gateway?.close()
    const used = await start(keyedApi({ Quota: { Limit: 0, Period: 'DAY' } }))
    expect(await (await used()).json()).toEqual({ message: 'Limit Exceeded' })
  })

  test('refuses requests over the quota until the next period', async () => {
    let now = Date.parse('2026-11-22T12:00:00Z')
    const post = await start(keyedApi({ Quota: { Limit: 2, Period: 'DAY' } }), () => now)
    expect(await statuses(3, post)).toEqual([200, 200, 429])
    now = Date.parse('2026-11-23T00:00:00Z')
    expect(await statuses(1, post)).toEqual([200])
  })

  test('does not count a throttled request against the quota', async () => {
    let now = 0
    const plan = { Throttle: { RateLimit: 1, BurstLimit: 1 }, Quota: { Limit: 2, Period: 'DAY' } }
    const post = await start(keyedApi(plan), () => now)
    expect(await statuses(2, post)).toEqual([200, 429])
    now += 1000
    expect(await statuses(1, post)).toEqual([200])
  })
})

describe('the throttle of a stage', () => {
  const staged = (MethodSettings: unknown) => {
    const template = keyedApi()
    template.Resources.PostThings = method('Things', 'POST')
    Object.assign(template.Resources.Stage?.Properties ?? {}, { MethodSettings })
    return template
  }

  test.each([
    ['for all methods', { HttpMethod: '*', ResourcePath: '/*' }],
    ['for one method in CDK’s notation', { HttpMethod: 'POST', ResourcePath: '/~1things' }],
    ['for one method in CloudFormation’s documented notation', { HttpMethod: 'POST', ResourcePath: '/things' }],
  ])('%s applies without a key', async (_name, method) => {
    const post = await start(staged([{ ...method, ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 }]), () => 0)
    expect(await statuses(2, () => post({}))).toEqual([200, 429])
  })

  test('for another method does not apply', async () => {
    const other = { HttpMethod: 'GET', ResourcePath: '/~1things', ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 }
    const post = await start(staged([other]), () => 0)
    expect(await statuses(2, () => post({}))).toEqual([200, 200])
  })
})
