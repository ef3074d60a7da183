import { Server } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Template } from '../../../infra/local/cloudformation/template.ts'
import { demoApiKey, demoResourceKey } from '../../../infra/local/demo/people.ts'
import type { LogEntry } from '../../../infra/local/log.ts'
import { type LocalRun, type LocalRunOptions, runLocally } from '../../../infra/local/run.ts'
import { sharedAssembly } from '../../support/assembly.ts'
import { poolKeys } from '../../support/pool-keys.ts'
import { impersonate } from './impersonate.ts'

const assembly = await sharedAssembly()
const keys = poolKeys()

let run: LocalRun | undefined
let logged: LogEntry[]
const close = async () => {
  await run?.close()
  run = undefined
}

async function start(options: LocalRunOptions = { assembly }): Promise<LocalRun> {
  logged = []
  run = await runLocally({ keys: () => keys, people: 'demo', ...options, log: (entry) => logged.push(entry) })
  return run
}

const impersonateAlice = (apiKey: string | undefined) => impersonate(run?.outputs.ApiUrl, { apiKey })

// biome-ignore lint/suspicious/noExplicitAny: a template's properties have no type.
type Properties = Record<string, any>

type Filter = (properties: Properties) => boolean

function editResources(type: string, filter: Filter, edit: (properties: Properties) => void) {
  return (template: Template) => {
    for (const [, { Properties = {} }] of find(template, type, filter)) edit(Properties)
  }
}

function removeResources(type: string, filter: Filter) {
  return (template: Template) => {
    for (const [logicalId] of find(template, type, filter)) delete template.Resources[logicalId]
  }
}

function find({ Resources }: Template, type: string, filter: Filter) {
  const found = Object.entries(Resources).filter(([, { Type, Properties = {} }]) => Type === type && filter(Properties))
  expect(found).not.toEqual([])
  return found
}

// The tests share one deployment.
describe('the unchanged stack', () => {
  let unchanged: LocalRun
  beforeAll(async () => {
    unchanged = await start()
  })
  afterAll(close)

  test('mints a session, and returns the local address of the API', async () => {
    const { outputs } = unchanged
    const response = await impersonateAlice(demoApiKey)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      endpointUrl: outputs.ApiUrl,
      clientId: outputs.ImpersonationClientId,
      userPoolId: outputs.UserPoolId,
      username: 'alice',
    })
  })

  test('ignores a slash at the end of a route, like API Gateway', async () => {
    const { outputs } = unchanged
    const headers = { 'x-api-key': demoApiKey, 'content-type': 'application/json' }
    const response = await fetch(`${outputs.ApiUrl}/auth/impersonate/`, { method: 'POST', headers, body: '{}' })
    expect(response.status).toBe(401)
  })

  test('has the outputs of a deployment, and the addresses of the services', async () => {
    const { outputs, apiKeys, resourceServerKeys, settings } = unchanged
    expect(outputs).toMatchObject({
      ApiUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1$/),
      UserPoolId: expect.stringMatching(/^us-east-1_[A-Za-z0-9]{9}$/),
      ActorClientId: expect.stringMatching(/^[a-z0-9]{26}$/),
      ImpersonationClientId: expect.stringMatching(/^[a-z0-9]{26}$/),
      RecordsTableName: expect.any(String),
      ApiKeyIdDefault: expect.stringMatching(/^[a-z0-9]{10}$/),
      CognitoEndpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      DynamoDbEndpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    })
    expect(apiKeys).toEqual({ Default: demoApiKey })
    expect(resourceServerKeys).toEqual({ ResourceServer: demoResourceKey })
    expect(settings).toEqual({
      impersonatorsGroup: 'impersonators',
      auditorsGroup: 'impersonation-auditors',
      approversGroup: 'impersonation-auditors',
      protectedGroups: ['impersonators', 'impersonation-auditors', 'admins'],
      mayActAs: 'none',
      approvalGroups: [],
      basic: true,
      actorAcr: [],
      actorClientIds: [outputs.ActorClientId],
      subjectClientIds: [],
      reasonPattern: 'none',
    })
  })

  test('logs a request and its decision with the same id', async () => {
    const response = await impersonateAlice(demoApiKey)
    const requestId = response.headers.get('x-amz-apigw-id')
    expect(logged).toContainEqual(expect.objectContaining({ source: 'gateway', requestId, status: 200 }))
    const decision = expect.objectContaining({
      event: 'impersonation',
      requestId,
      actorUsername: 'olivia',
      subject: 'alice',
    })
    expect(logged).toContainEqual(expect.objectContaining({ line: expect.objectContaining({ message: decision }) }))
  })

  test('refuses a call without an API key', async () => {
    expect((await impersonateAlice(undefined)).status).toBe(403)
  })

  test('does not share users with another run', async () => {
    const second = await runLocally({ assembly, keys: () => keys })
    try {
      expect(second.outputs.ApiUrl).not.toBe(unchanged.outputs.ApiUrl)
      const response = await impersonate(second.outputs.ApiUrl, { apiKey: demoApiKey })
      expect(response.status).toBe(401)
    } finally {
      await second.close()
    }
  })

  test('lets no other run start on its port, and that run leaves no server running', async () => {
    const port = Number(new URL(unchanged.outputs.ApiUrl ?? '').port)
    const listen = jest.spyOn(Server.prototype, 'listen')
    await expect(runLocally({ assembly, cognitoPort: port })).rejects.toThrow('EADDRINUSE')
    await expect(runLocally({ assembly, port })).rejects.toThrow('EADDRINUSE')
    const started = listen.mock.contexts as Server[]
    listen.mockRestore()
    expect(started.length).toBeGreaterThanOrEqual(3)
    expect(started.some(({ listening }) => listening)).toBe(false)
  })
})

describe('a changed stack', () => {
  afterEach(close)

  const all = () => true
  const isEndpoint = ({ Handler }: Properties) => Handler === 'endpoint.handler'
  const isConfidential = ({ GenerateSecret }: Properties) => GenerateSecret === true
  const isFor =
    (service: string) =>
    ({ Principal }: Properties) =>
      Principal === service

  async function expectNothingMinted() {
    const response = await impersonateAlice(demoApiKey)
    expect(response.status).toBeGreaterThanOrEqual(500)
    expect(await response.json()).toEqual({ status: 'error', message: expect.any(String) })
  }

  test.each<[string, NonNullable<LocalRunOptions['change']>]>([
    [
      'without ALLOW_CUSTOM_AUTH',
      editResources('AWS::Cognito::UserPoolClient', isConfidential, (client) => {
        client.ExplicitAuthFlows = []
      }),
    ],
    [
      'without a trigger',
      editResources('AWS::Cognito::UserPool', all, ({ LambdaConfig }) => {
        delete LambdaConfig.DefineAuthChallenge
      }),
    ],
    [
      'without a variable of the endpoint',
      editResources('AWS::Lambda::Function', isEndpoint, ({ Environment }) => {
        delete Environment.Variables.RECORDS_TABLE_NAME
      }),
    ],
    ["without API Gateway's permission", removeResources('AWS::Lambda::Permission', isFor('apigateway.amazonaws.com'))],
  ])('%s mints nothing', async (_name, change) => {
    await start({ assembly, change })
    await expectNothingMinted()
  })

  test('without Cognito’s permission mints nothing, and logs that Cognito may not invoke the function', async () => {
    await start({ assembly, change: removeResources('AWS::Lambda::Permission', isFor('cognito-idp.amazonaws.com')) })
    await expectNothingMinted()
    const message = expect.stringMatching(/^cognito-idp\.amazonaws\.com may not invoke arn:aws:lambda:/)
    expect(logged).toContainEqual({ source: 'run', message })
  })

  test('without ApiKeyRequired passes a call without a key on to the function, which refuses it', async () => {
    const change = editResources(
      'AWS::ApiGateway::Method',
      ({ HttpMethod }) => HttpMethod === 'POST',
      (method) => {
        method.ApiKeyRequired = false
      },
    )
    await start({ assembly, change })
    const response = await impersonateAlice(undefined)
    expect([response.status, response.headers.get('impersonation-error')]).toEqual([403, 'ApiKeyNotAllowed'])
  })

  test('with another stage name has another address', async () => {
    const change = editResources('AWS::ApiGateway::Stage', all, (stage) => {
      stage.StageName = 'v2'
    })
    await start({ assembly, change })
    expect(run?.outputs.ApiUrl).toMatch(/\/v2$/)
    expect((await impersonateAlice(demoApiKey)).status).toBe(200)
  })

  test('with an unknown resource type or property does not run', async () => {
    const change = ({ Resources }: Template) => {
      Resources.Bucket = { Type: 'AWS::S3::Bucket' }
    }
    await expect(start({ assembly, change })).rejects.toThrow(
      'Bucket is an AWS::S3::Bucket, which the local run does not know',
    )
    const unknownProperty = editResources('AWS::Cognito::UserPool', all, (pool) => {
      pool.UserPoolAddOns = {}
    })
    await expect(start({ assembly, change: unknownProperty })).rejects.toThrow(
      'sets UserPoolAddOns, which the local run does not know',
    )
  })
})

describe('a run', () => {
  afterEach(close)

  test('does not respond after it is closed', async () => {
    const { outputs } = await start()
    await run?.close()
    for (const url of [outputs.ApiUrl, outputs.CognitoEndpoint, outputs.DynamoDbEndpoint]) {
      await expect(fetch(String(url))).rejects.toThrow('fetch failed')
    }
  })
})

describe('the context', () => {
  afterEach(close)

  test('configures the stack', async () => {
    const { apiKeys, resourceServerKeys, outputs } = await start({
      context: {
        customers: 'acme,globex',
        resourceServers: 'orders,invoices',
        sessionMinutes: '5',
        impersonatorsGroup: 'support',
      },
    })
    expect(apiKeys).toEqual({ Acme: demoApiKey, Globex: 'local-demo-api-key-0002' })
    expect(resourceServerKeys).toEqual({ Orders: demoResourceKey, Invoices: 'local-demo-resource-key-0002' })
    expect(outputs).toHaveProperty('ApiKeyIdGlobex')
    expect((await impersonateAlice('local-demo-api-key-0002')).status).toBe(200)
  })

  test('is rejected with an error that names the setting that breaks its rule', async () => {
    await expect(runLocally({ context: { sessionMinutes: '1' } })).rejects.toThrow(/^setting sessionMinutes is "1"/)
  })
})
