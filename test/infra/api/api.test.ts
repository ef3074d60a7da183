// The REST API: its route, API keys, access log, and gateway responses.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { ofType, onlyOne, pathOf, type Resource, type StackTemplate, templateOf } from '../template.ts'

let template: StackTemplate
let methods: { route: string; properties: Resource['Properties'] }[]
beforeAll(() => {
  template = templateOf({ customers: 'acme,globex', accessLog: true })
  methods = Object.values(ofType(template, 'AWS::ApiGateway::Method')).map((properties) => ({
    route: `${properties.HttpMethod} ${routeOf(properties.ResourceId)}`,
    properties,
  }))
})

/** The URL path of a resource. */
function routeOf(reference: string): string {
  const path = reference.slice(1, -1)
  if (path === 'Api.RootResourceId') return '/'
  const { ParentId, PathPart } = ofType(template, 'AWS::ApiGateway::Resource')[path] ?? {}
  return `${routeOf(ParentId).replace(/\/$/, '')}/${PathPart}`
}

function gatewayResponses(): Record<string, Resource['Properties']> {
  const found = Object.values(ofType(template, 'AWS::ApiGateway::GatewayResponse'))
  return Object.fromEntries(found.map((properties) => [properties.ResponseType, properties]))
}

describe('routes', () => {
  test('belong to a regional API with stage v1; the stack sets no logging role for the region', () => {
    expect(onlyOne(template, 'AWS::ApiGateway::RestApi').EndpointConfiguration).toEqual({ Types: ['REGIONAL'] })
    expect(onlyOne(template, 'AWS::ApiGateway::Stage')).toMatchObject({ StageName: 'v1', TracingEnabled: true })
    expect(ofType(template, 'AWS::ApiGateway::Account')).toEqual({})
  })

  test('require TLS 1.2 with forward secrecy', () => {
    expect(onlyOne(template, 'AWS::ApiGateway::RestApi')).toMatchObject({
      SecurityPolicy: 'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09',
      EndpointAccessMode: 'STRICT',
    })
  })

  test('are reachable only by the custom domain with defaultEndpoint=false, which deploys the API again', () => {
    const custom = templateOf({ defaultEndpoint: 'false', endpointUrl: 'https://api.example.com' })
    expect(onlyOne(template, 'AWS::ApiGateway::RestApi').DisableExecuteApiEndpoint).toBe(false)
    expect(onlyOne(custom, 'AWS::ApiGateway::RestApi').DisableExecuteApiEndpoint).toBe(true)
    expect(custom.Outputs.ApiUrl?.Value).toBe('https://api.example.com')
    // API Gateway applies the change only when the API is deployed again.
    const deployment = (of: StackTemplate) =>
      Object.keys(of.Resources).find((id) => of.Resources[id]?.Type === 'AWS::ApiGateway::Deployment')
    expect(deployment(custom)).not.toBe(deployment(templateOf({ endpointUrl: 'https://api.example.com' })))
  })

  test('POST /auth/impersonate requires an API key and runs the endpoint', () => {
    expect(methods.find(({ route }) => route === 'POST /auth/impersonate')?.properties).toMatchObject({
      ApiKeyRequired: true,
      AuthorizationType: 'NONE',
      Integration: {
        Type: 'AWS_PROXY',
        Uri: expect.stringContaining('/<Endpoint/Function.Arn>/invocations'),
      },
    })
  })

  test('include a catch-all method for every other path', () => {
    expect(methods.map(({ route }) => route).sort()).toEqual([
      'ANY /',
      'ANY /auth',
      'ANY /auth/impersonate',
      'ANY /auth/impersonate/{proxy+}',
      'ANY /auth/{proxy+}',
      'ANY /{proxy+}',
      'POST /auth/impersonate',
    ])
  })

  test('respond with 404 to other paths, without an API key and with any Content-Type', () => {
    const catchAll = methods.filter(({ route }) => route.startsWith('ANY'))
    expect(catchAll.length).toBeGreaterThan(0)
    for (const { properties } of catchAll) {
      expect(properties.ApiKeyRequired ?? false).toBe(false)
      expect(properties.AuthorizationType).toBe('NONE')
      expect(properties.Integration).toEqual({
        Type: 'MOCK',
        PassthroughBehavior: 'NEVER',
        RequestTemplates: { 'application/json': '{"statusCode":404}' },
        IntegrationResponses: [
          {
            StatusCode: '404',
            ResponseParameters: { 'method.response.header.Cache-Control': "'no-store'" },
            ResponseTemplates: gatewayResponses().RESOURCE_NOT_FOUND?.ResponseTemplates,
          },
        ],
      })
      // For a Content-Type without a template.
      expect(properties.RequestParameters).toEqual({ 'method.request.header.No-Such-Route': true })
      expect(properties.RequestValidatorId).toBe('<Api/NoSuchRoute>')
    }
    expect(onlyOne(template, 'AWS::ApiGateway::RequestValidator').ValidateRequestParameters).toBe(true)
    expect(gatewayResponses().BAD_REQUEST_PARAMETERS?.StatusCode).toBe('404')
  })

  test('are all deployed, with all gateway responses', () => {
    const { DependsOn = [] } = Object.values(template.Resources).find(({ Type }) => Type.endsWith('::Deployment')) ?? {}
    const deployed = [DependsOn].flat().map((id) => pathOf(template.Resources[id]))
    const needed = ['Method', 'GatewayResponse'].flatMap((type) =>
      Object.keys(ofType(template, `AWS::ApiGateway::${type}`)),
    )
    expect(deployed).toEqual(expect.arrayContaining(needed))
  })
})

describe('access log', () => {
  test('contains no header values, no raw path and no API key', () => {
    const { AccessLogSetting } = onlyOne(template, 'AWS::ApiGateway::Stage')
    expect(AccessLogSetting.DestinationArn).toContain(':log-group:<AccessLog>')
    expect(JSON.parse(AccessLogSetting.Format)).toEqual({
      requestId: '$context.extendedRequestId',
      time: '$context.requestTimeEpoch',
      sourceIp: '$context.identity.sourceIp',
      apiKeyId: '$context.identity.apiKeyId',
      method: '$context.httpMethod',
      resource: '$context.resourcePath',
      status: '$context.status',
      gatewayResponse: '$context.error.responseType',
      milliseconds: '$context.responseLatency',
      functionStatus: '$context.integration.status',
      functionMilliseconds: '$context.integration.latency',
      bytes: '$context.responseLength',
    })
  })

  test.each([[{}], [{ accessLog: 'false' }]])('is missing with %j, since it needs a role of the region', (context) => {
    const without = templateOf(context)
    expect(onlyOne(without, 'AWS::ApiGateway::Stage')).not.toHaveProperty('AccessLogSetting')
    expect(ofType(without, 'AWS::Logs::LogGroup')).not.toHaveProperty('AccessLog')
  })

  test('is the only log of the stage, since execution logs can contain headers', () => {
    const { MethodSettings } = onlyOne(template, 'AWS::ApiGateway::Stage')
    for (const method of MethodSettings) {
      expect(method.LoggingLevel ?? 'OFF').toBe('OFF')
      expect(method.DataTraceEnabled).toBe(false)
    }
  })
})

describe('customers', () => {
  test('each have an API key in the usage plan, and an output with its id', () => {
    expect(ofType(template, 'AWS::ApiGateway::ApiKey')).toEqual({
      'Api/KeyAcme': { Enabled: true, Name: '<AWS::StackName>-acme' },
      'Api/KeyGlobex': { Enabled: true, Name: '<AWS::StackName>-globex' },
    })
    const planned = Object.values(ofType(template, 'AWS::ApiGateway::UsagePlanKey'))
    expect(planned).toEqual([
      { KeyId: '<Api/KeyAcme>', KeyType: 'API_KEY', UsagePlanId: '<Api/Plan>' },
      { KeyId: '<Api/KeyGlobex>', KeyType: 'API_KEY', UsagePlanId: '<Api/Plan>' },
    ])
    expect(Object.keys(template.Outputs)).toEqual(expect.arrayContaining(['ApiKeyIdAcme', 'ApiKeyIdGlobex']))
  })

  test('keep their API keys when customers are added and removed', () => {
    const ids = (of: StackTemplate) =>
      Object.entries(of.Resources)
        .filter(([, { Type }]) => /::(ApiKey|UsagePlanKey)$/.test(Type))
        .map(([id]) => id)
    expect(ids(templateOf({ customers: 'initech,globex,acme' }))).toEqual(expect.arrayContaining(ids(template)))
  })

  test('have a throttle and a quota', () => {
    expect(onlyOne(template, 'AWS::ApiGateway::UsagePlan')).toMatchObject({
      ApiStages: [{ ApiId: '<Api>', Stage: '<Api/DeploymentStage.v1>' }],
      Throttle: { RateLimit: 25, BurstLimit: 50 },
      Quota: { Limit: 10_000, Period: 'DAY' },
    })
  })
})

test('all customers share a throttle, and requests to unknown routes do not count', () => {
  const limitOf = (of: StackTemplate) => onlyOne(of, 'AWS::ApiGateway::Stage').MethodSettings
  expect(limitOf(template)).toEqual([
    {
      HttpMethod: 'POST',
      ResourcePath: '/~1auth~1impersonate',
      DataTraceEnabled: false,
      ThrottlingRateLimit: 40,
      ThrottlingBurstLimit: 50,
    },
  ])
  expect(limitOf(templateOf({ stageThrottle: '{"rate":100,"burst":200}' }))).toMatchObject([
    { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
  ])
})

describe('gateway responses', () => {
  test('have the contract’s status for every type', () => {
    const statuses = Object.entries(gatewayResponses()).map(([type, { StatusCode }]) => [type, StatusCode])
    expect(Object.fromEntries(statuses)).toEqual({
      DEFAULT_4XX: undefined,
      DEFAULT_5XX: '500',
      BAD_REQUEST_BODY: '400',
      BAD_REQUEST_PARAMETERS: '404',
      UNAUTHORIZED: '401',
      INVALID_API_KEY: '403',
      ACCESS_DENIED: '403',
      WAF_FILTERED: '403',
      RESOURCE_NOT_FOUND: '404',
      MISSING_AUTHENTICATION_TOKEN: '404',
      INVALID_SIGNATURE: '404',
      EXPIRED_TOKEN: '404',
      UNSUPPORTED_MEDIA_TYPE: '415',
      THROTTLED: '429',
      QUOTA_EXCEEDED: '429',
      API_CONFIGURATION_ERROR: '500',
      AUTHORIZER_CONFIGURATION_ERROR: '500',
      AUTHORIZER_FAILURE: '500',
      INTEGRATION_FAILURE: '503',
      INTEGRATION_TIMEOUT: '503',
    })
  })

  test('have an error body with a fixed message, and must not be cached', () => {
    for (const { ResponseTemplates, ResponseParameters } of Object.values(gatewayResponses())) {
      const { 'application/json': body, ...others } = ResponseTemplates
      expect(others).toEqual({})
      expect(JSON.parse(body)).toEqual({ status: 'error', message: expect.stringMatching(/./) })
      expect(body.replace('$context.extendedRequestId', '')).not.toContain('$')
      expect(ResponseParameters).toMatchObject({ 'gatewayresponse.header.Cache-Control': "'no-store'" })
    }
  })

  test('have Retry-After for THROTTLED and QUOTA_EXCEEDED', () => {
    const types = Object.entries(gatewayResponses())
      .filter(([, { ResponseParameters }]) => 'gatewayresponse.header.Retry-After' in ResponseParameters)
      .map(([type]) => type)
    expect(types.sort()).toEqual(['QUOTA_EXCEEDED', 'THROTTLED'])
  })
})
