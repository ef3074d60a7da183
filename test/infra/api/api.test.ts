// The REST API: its route, API keys, access log, and gateway responses.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { gatewayOnlyCodes } from '../../../infra/api/gateway-responses.ts'
import { isCode } from '../../../lambda/errors.ts'
import { ofType, onlyOne, pathOf, type Resource, type StackTemplate, templateOf } from '../template.ts'

let template: StackTemplate
let methods: { route: string; properties: Resource['Properties'] }[]
beforeAll(async () => {
  template = await templateOf({ customers: 'acme,globex', resourceServers: 'orders', accessLog: true })
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

  test('are reachable only by the custom domain with defaultEndpoint=false, which deploys the API again', async () => {
    const custom = await templateOf({ defaultEndpoint: 'false', endpointUrl: 'https://api.example.com' })
    expect(onlyOne(template, 'AWS::ApiGateway::RestApi').DisableExecuteApiEndpoint).toBe(false)
    expect(onlyOne(custom, 'AWS::ApiGateway::RestApi').DisableExecuteApiEndpoint).toBe(true)
    expect(custom.Outputs.ApiUrl?.Value).toBe('https://api.example.com')
    // API Gateway applies the change only when the API is deployed again.
    const deployment = (of: StackTemplate) =>
      Object.keys(of.Resources).find((id) => of.Resources[id]?.Type === 'AWS::ApiGateway::Deployment')
    expect(deployment(custom)).not.toBe(deployment(await templateOf({ endpointUrl: 'https://api.example.com' })))
  })

  test.each([
    ['POST /auth/impersonate', 'Endpoint', true],
    ['POST /auth/impersonations', 'Endpoint', true],
    ['POST /auth/session', 'Endpoint', false],
    ['OPTIONS /auth/session', 'Endpoint', false],
    ['OPTIONS /auth/impersonations/{id}', 'Oversight', false],
    ['GET /auth/impersonations', 'Oversight', true],
    ['DELETE /auth/impersonations', 'Oversight', true],
    ['GET /auth/impersonations/{id}', 'Oversight', true],
    ['DELETE /auth/impersonations/{id}', 'Oversight', false],
    ['POST /auth/impersonations/{id}/approval', 'Oversight', true],
    ['POST /auth/introspect', 'Introspection', true],
  ])('%s runs the function %s. It requires an API key: %s', (route, path, ApiKeyRequired) => {
    expect(methods.find((method) => method.route === route)?.properties).toMatchObject({
      ApiKeyRequired,
      AuthorizationType: 'NONE',
      Integration: {
        Type: 'AWS_PROXY',
        Uri: expect.stringContaining(`/<${path}/Function.Arn>/invocations`),
      },
    })
  })

  test('include a catch-all method for every other path', () => {
    expect(methods.map(({ route }) => route).sort()).toEqual([
      'ANY /',
      'ANY /auth',
      'ANY /auth/impersonate',
      'ANY /auth/impersonate/{proxy+}',
      'ANY /auth/impersonations',
      'ANY /auth/impersonations/{id}',
      'ANY /auth/impersonations/{id}/approval',
      'ANY /auth/impersonations/{id}/approval/{proxy+}',
      'ANY /auth/impersonations/{id}/{proxy+}',
      'ANY /auth/introspect',
      'ANY /auth/introspect/{proxy+}',
      'ANY /auth/session',
      'ANY /auth/session/{proxy+}',
      'ANY /auth/{proxy+}',
      'ANY /{proxy+}',
      'DELETE /auth/impersonations',
      'DELETE /auth/impersonations/{id}',
      'GET /auth/impersonations',
      'GET /auth/impersonations/{id}',
      'OPTIONS /auth/impersonations/{id}',
      'OPTIONS /auth/session',
      'POST /auth/impersonate',
      'POST /auth/impersonations',
      'POST /auth/impersonations/{id}/approval',
      'POST /auth/introspect',
      'POST /auth/session',
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
            ResponseParameters: {
              'method.response.header.Cache-Control': "'no-store'",
              'method.response.header.Impersonation-Error': "'NoSuchRoute'",
            },
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

  test.each([[{}], [{ accessLog: 'false' }]])(
    'is missing with %j, since it needs a role of the region',
    async (context) => {
      const without = await templateOf(context)
      expect(onlyOne(without, 'AWS::ApiGateway::Stage')).not.toHaveProperty('AccessLogSetting')
      expect(ofType(without, 'AWS::Logs::LogGroup')).not.toHaveProperty('AccessLog')
    },
  )

  test('is the only log of the stage, since execution logs can contain headers', () => {
    const { MethodSettings } = onlyOne(template, 'AWS::ApiGateway::Stage')
    for (const method of MethodSettings) {
      expect(method.LoggingLevel ?? 'OFF').toBe('OFF')
      expect(method.DataTraceEnabled).toBe(false)
    }
  })
})

describe('customers and resource servers', () => {
  test('each have an API key in their usage plan, and an output with its id', () => {
    expect(ofType(template, 'AWS::ApiGateway::ApiKey')).toEqual({
      'Api/KeyAcme': { Enabled: true, Name: '<AWS::StackName>-acme' },
      'Api/KeyGlobex': { Enabled: true, Name: '<AWS::StackName>-globex' },
      'Api/ResourceServerKeyOrders': { Enabled: true, Name: '<AWS::StackName>-orders' },
    })
    const planned = Object.values(ofType(template, 'AWS::ApiGateway::UsagePlanKey'))
    expect(planned).toEqual([
      { KeyId: '<Api/KeyAcme>', KeyType: 'API_KEY', UsagePlanId: '<Api/Plan>' },
      { KeyId: '<Api/KeyGlobex>', KeyType: 'API_KEY', UsagePlanId: '<Api/Plan>' },
      { KeyId: '<Api/ResourceServerKeyOrders>', KeyType: 'API_KEY', UsagePlanId: '<Api/ResourceServerPlan>' },
    ])
    expect(Object.keys(template.Outputs)).toEqual(
      expect.arrayContaining(['ApiKeyIdAcme', 'ApiKeyIdGlobex', 'ResourceServerKeyIdOrders']),
    )
  })

  test('open the routes of their functions, and no others', () => {
    const functions = ofType(template, 'AWS::Lambda::Function')
    const keysOf = (path: string) => functions[`${path}/Function`]?.Environment.Variables.API_KEY_IDS
    expect(keysOf('Endpoint')).toBe('["<Api/KeyAcme>","<Api/KeyGlobex>"]')
    expect(keysOf('Oversight')).toBe('["<Api/KeyAcme>","<Api/KeyGlobex>"]')
    expect(keysOf('Introspection')).toBe('["<Api/ResourceServerKeyOrders>"]')
  })

  test('keep their API keys when others are added and removed', async () => {
    const ids = (of: StackTemplate) =>
      Object.entries(of.Resources)
        .filter(([, { Type }]) => /::(ApiKey|UsagePlanKey|UsagePlan)$/.test(Type))
        .map(([id]) => id)
    const changed = await templateOf({ customers: 'initech,globex,acme', resourceServers: 'invoices,orders' })
    expect(ids(changed)).toEqual(expect.arrayContaining(ids(template)))
    // The ids before there were resource servers. With others, CloudFormation would replace the customers' keys.
    expect(ids(await templateOf())).toEqual(
      expect.arrayContaining([
        'ImpersonationApiPlan2F3AFA4A',
        'ImpersonationApiPlanUsagePlanKeyResourceImpersonationApiKeyDefault4DDE94D2AB0AB067',
        'ImpersonationApiKeyDefault07DDE14F',
      ]),
    )
  })

  test('have a throttle, and only customers have a quota', () => {
    const stage = { ApiId: '<Api>', Stage: '<Api/DeploymentStage.v1>' }
    const plans = ofType(template, 'AWS::ApiGateway::UsagePlan')
    expect(plans).toEqual({
      'Api/Plan': {
        UsagePlanName: '<AWS::StackName>',
        ApiStages: [{ ...stage, Throttle: {} }],
        Throttle: { RateLimit: 25, BurstLimit: 50 },
        Quota: { Limit: 10_000, Period: 'DAY' },
      },
      'Api/ResourceServerPlan': {
        UsagePlanName: '<AWS::StackName>-resource-servers',
        ApiStages: [{ ...stage, Throttle: {} }],
        Throttle: { RateLimit: 50, BurstLimit: 100 },
      },
    })
  })
})

describe('the limits of all callers together', () => {
  const limitsOf = (of: StackTemplate) =>
    onlyOne(of, 'AWS::ApiGateway::Stage').MethodSettings.map((method: Record<string, string>) => [
      `${method.HttpMethod} ${method.ResourcePath?.replaceAll('~1', '/').slice(1)}`,
      method.ThrottlingRateLimit,
      method.ThrottlingBurstLimit,
    ])

  test('apply to each route, and not to unknown routes', () => {
    expect(limitsOf(template)).toEqual([
      ['POST /auth/impersonate', 40, 50],
      ['POST /auth/impersonations', 2, 50],
      ['POST /auth/session', 20, 50],
      ['OPTIONS /auth/session', 20, 50],
      ['GET /auth/impersonations', 2, 40],
      ['DELETE /auth/impersonations', 1, 40],
      ['GET /auth/impersonations/{id}', 2, 40],
      ['DELETE /auth/impersonations/{id}', 20, 40],
      ['OPTIONS /auth/impersonations/{id}', 20, 40],
      ['POST /auth/impersonations/{id}/approval', 1, 40],
      ['POST /auth/introspect', 100, 200],
    ])
    const limited = limitsOf(template).map(([route]: [string]) => route)
    const functions = methods.filter(({ properties }) => properties.Integration.Type === 'AWS_PROXY')
    expect(limited.sort()).toEqual(functions.map(({ route }) => route).sort())
  })

  test('are stageThrottle for the mint, and shares of it for tickets', async () => {
    expect(limitsOf(await templateOf({ stageThrottle: '{"rate":101,"burst":200}' })).slice(0, 4)).toEqual([
      ['POST /auth/impersonate', 101, 200],
      ['POST /auth/impersonations', 6, 200],
      ['POST /auth/session', 51, 200],
      ['OPTIONS /auth/session', 51, 200],
    ])
  })

  test('leave a quarter of Cognito’s 120 sign-ins per second to others', () => {
    const signIns: Record<string, number> = {
      'POST /auth/impersonate': 2,
      // With the sign-in of its ticket's subject: a redeem without a ticket causes no call.
      'POST /auth/impersonations': 2,
      'POST /auth/session': 0,
      'OPTIONS /auth/session': 0,
      'OPTIONS /auth/impersonations/{id}': 0,
      'DELETE /auth/impersonations/{id}': 0,
      'POST /auth/introspect': 0,
    }
    const used = limitsOf(template).map(([route, rate]: [string, number]) => rate * (signIns[route] ?? 1))
    expect(used.reduce((sum: number, next: number) => sum + next)).toBeLessThanOrEqual(90)
  })
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

  test('have a code in Impersonation-Error, each with one status', () => {
    const codes = Object.entries(gatewayResponses()).map(([type, { ResponseParameters }]) => [
      type,
      ResponseParameters['gatewayresponse.header.Impersonation-Error'].replaceAll("'", ''),
    ])
    expect(Object.fromEntries(codes)).toEqual({
      DEFAULT_4XX: 'RequestRefused',
      DEFAULT_5XX: 'Fault',
      BAD_REQUEST_BODY: 'RequestInvalid',
      BAD_REQUEST_PARAMETERS: 'NoSuchRoute',
      UNAUTHORIZED: 'CredentialsInvalid',
      INVALID_API_KEY: 'ApiKeyInvalid',
      ACCESS_DENIED: 'AccessDenied',
      WAF_FILTERED: 'AccessDenied',
      RESOURCE_NOT_FOUND: 'NoSuchRoute',
      MISSING_AUTHENTICATION_TOKEN: 'NoSuchRoute',
      INVALID_SIGNATURE: 'NoSuchRoute',
      EXPIRED_TOKEN: 'NoSuchRoute',
      UNSUPPORTED_MEDIA_TYPE: 'MediaTypeUnsupported',
      THROTTLED: 'Throttled',
      QUOTA_EXCEEDED: 'QuotaExceeded',
      API_CONFIGURATION_ERROR: 'Fault',
      AUTHORIZER_CONFIGURATION_ERROR: 'Fault',
      AUTHORIZER_FAILURE: 'Fault',
      INTEGRATION_FAILURE: 'Unavailable',
      INTEGRATION_TIMEOUT: 'Unavailable',
    })
    const sent = codes.map(([, code]) => code)
    expect(gatewayOnlyCodes.filter((code) => !sent.includes(code) || isCode(code))).toEqual([])
  })

  test('have Retry-After for THROTTLED and QUOTA_EXCEEDED', () => {
    const types = Object.entries(gatewayResponses())
      .filter(([, { ResponseParameters }]) => 'gatewayresponse.header.Retry-After' in ResponseParameters)
      .map(([type]) => type)
    expect(types.sort()).toEqual(['QUOTA_EXCEEDED', 'THROTTLED'])
  })
})
