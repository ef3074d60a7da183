import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { localAccess } from '../../../infra/local/client-access.ts'
import { synthesizeInto } from '../../../infra/local/cloudformation/assembly.ts'
import type { Template } from '../../../infra/local/cloudformation/template.ts'
import { demoApiKey, makeDemoPeople } from '../../../infra/local/demo/people.ts'
import type { LogEntry } from '../../../infra/local/log.ts'
import { type LocalRun, type LocalRunOptions, runLocally } from '../../../infra/local/run.ts'
import { until } from './support.ts'

const assembly = mkdtempSync(join(tmpdir(), 'run-'))
beforeAll(() => synthesizeInto(assembly))
afterAll(() => rmSync(assembly, { recursive: true }))

let run: LocalRun | undefined
let logged: LogEntry[]
afterEach(async () => {
  await run?.close()
  run = undefined
})

async function start(options: LocalRunOptions = { assembly }): Promise<LocalRun> {
  logged = []
  run = await runLocally({ ...options, log: (entry) => logged.push(entry) })
  const { CognitoEndpoint = '', UserPoolId = '' } = run.outputs
  const cognito = new CognitoIdentityProviderClient(localAccess('us-east-1', CognitoEndpoint))
  await makeDemoPeople(cognito, UserPoolId, { impersonators: run.settings.impersonatorsGroup })
  cognito.destroy()
  return run
}

function impersonate(headers: Record<string, string> = { 'x-api-key': demoApiKey }): Promise<Response> {
  const authorization = `Basic ${btoa('olivia:Olivia-Local-1!')}`
  return fetch(`${run?.outputs.ApiUrl}/auth/impersonate`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', ...headers },
    body: '{"username":"alice"}',
  })
}

// biome-ignore lint/suspicious/noExplicitAny: a template's properties have no type.
type Properties = Record<string, any>

type Which = (properties: Properties) => boolean

function alter(type: string, which: Which, edit: (properties: Properties) => void) {
  return (template: Template) => {
    for (const [, { Properties = {} }] of find(template, type, which)) edit(Properties)
  }
}

function drop(type: string, which: Which) {
  return (template: Template) => {
    for (const [logicalId] of find(template, type, which)) delete template.Resources[logicalId]
  }
}

function find({ Resources }: Template, type: string, which: Which) {
  const found = Object.entries(Resources).filter(([, { Type, Properties = {} }]) => Type === type && which(Properties))
  expect(found).not.toEqual([])
  return found
}

describe('the stack, run as it is', () => {
  test('mints a session, under the address that it is told to be at', async () => {
    const { outputs } = await start()
    const response = await impersonate()
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      endpointUrl: outputs.ApiUrl,
      clientId: outputs.ImpersonationClientId,
      userPoolId: outputs.UserPoolId,
      username: 'alice',
    })
  })

  test('takes a slash at the end of a route for none, as API Gateway does', async () => {
    const { outputs } = await start()
    const headers = { 'x-api-key': demoApiKey, 'content-type': 'application/json' }
    const response = await fetch(`${outputs.ApiUrl}/auth/impersonate/`, { method: 'POST', headers, body: '{}' })
    expect(response.status).toBe(401)
  })

  test('has the outputs of a deployment, and where to find the services', async () => {
    const { outputs, apiKeys, settings } = await start()
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
    expect(settings).toEqual({
      impersonatorsGroup: 'impersonators',
      protectedGroups: ['impersonators', 'admins'],
      basic: true,
    })
  })

  test('tells of a request by its id, and of the decision by the same', async () => {
    await start()
    const response = await impersonate()
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
})

describe('the stack, changed', () => {
  const every = () => true
  const isEndpoint = ({ Handler }: Properties) => Handler === 'endpoint.handler'
  const isConfidential = ({ GenerateSecret }: Properties) => GenerateSecret === true
  const isFor =
    (service: string) =>
    ({ Principal }: Properties) =>
      Principal === service

  test.each<[string, NonNullable<LocalRunOptions['change']>]>([
    [
      'without ALLOW_CUSTOM_AUTH',
      alter('AWS::Cognito::UserPoolClient', isConfidential, (client) => {
        client.ExplicitAuthFlows = []
      }),
    ],
    [
      'without a trigger',
      alter('AWS::Cognito::UserPool', every, ({ LambdaConfig }) => {
        delete LambdaConfig.DefineAuthChallenge
      }),
    ],
    [
      'without a variable of the endpoint',
      alter('AWS::Lambda::Function', isEndpoint, ({ Environment }) => {
        delete Environment.Variables.RECORDS_TABLE_NAME
      }),
    ],
    ["without API Gateway's permission", drop('AWS::Lambda::Permission', isFor('apigateway.amazonaws.com'))],
    ["without Cognito's permission", drop('AWS::Lambda::Permission', isFor('cognito-idp.amazonaws.com'))],
  ])('%s mints nothing', async (_name, change) => {
    await start({ assembly, change })
    const response = await impersonate()
    expect(response.status).toBeGreaterThanOrEqual(500)
    expect(await response.json()).toEqual({ status: 'error', message: expect.any(String) })
  })

  test('without a permission says who may not invoke', async () => {
    await start({ assembly, change: drop('AWS::Lambda::Permission', isFor('cognito-idp.amazonaws.com')) })
    await impersonate()
    const message = expect.stringMatching(/^cognito-idp\.amazonaws\.com may not invoke arn:aws:lambda:/)
    expect(logged).toContainEqual({ source: 'run', message })
  })

  test('without the API key requirement lets in who has no key', async () => {
    await start()
    expect((await impersonate({})).status).toBe(403)
    await run?.close()
    const change = alter(
      'AWS::ApiGateway::Method',
      ({ HttpMethod }) => HttpMethod === 'POST',
      (method) => {
        method.ApiKeyRequired = false
      },
    )
    await start({ assembly, change })
    expect((await impersonate({})).status).toBe(200)
  })

  test('under another stage is at another address', async () => {
    const change = alter('AWS::ApiGateway::Stage', every, (stage) => {
      stage.StageName = 'v2'
    })
    await start({ assembly, change })
    expect(run?.outputs.ApiUrl).toMatch(/\/v2$/)
    expect((await impersonate()).status).toBe(200)
  })

  test('beyond what is known here does not run', async () => {
    const change = ({ Resources }: Template) => {
      Resources.Bucket = { Type: 'AWS::S3::Bucket' }
    }
    await expect(start({ assembly, change })).rejects.toThrow(
      'Bucket is an AWS::S3::Bucket, which the local run does not know',
    )
    const odd = alter('AWS::Cognito::UserPool', every, (pool) => {
      pool.UserPoolAddOns = {}
    })
    await expect(start({ assembly, change: odd })).rejects.toThrow(
      'sets UserPoolAddOns, which the local run does not know',
    )
  })
})

describe('a run', () => {
  test('beside another is its own', async () => {
    const first = await start()
    const second = await runLocally({ assembly })
    try {
      expect(second.outputs.ApiUrl).not.toBe(first.outputs.ApiUrl)
      const foreign = await fetch(`${second.outputs.ApiUrl}/auth/impersonate`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa('olivia:Olivia-Local-1!')}`,
          'content-type': 'application/json',
          'x-api-key': demoApiKey,
        },
        body: '{"username":"alice"}',
      })
      expect(foreign.status).toBe(401)
    } finally {
      await second.close()
    }
  })

  test('that is closed answers no more', async () => {
    const { outputs } = await start()
    await run?.close()
    for (const url of [outputs.ApiUrl, outputs.CognitoEndpoint, outputs.DynamoDbEndpoint]) {
      await expect(fetch(String(url))).rejects.toThrow('fetch failed')
    }
  })

  test('on a taken port does not start, and leaves nothing running', async () => {
    const { outputs } = await start()
    const port = Number(new URL(outputs.ApiUrl ?? '').port)
    const servers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length
    const before = servers()
    await expect(runLocally({ assembly, cognitoPort: port })).rejects.toThrow('EADDRINUSE')
    await expect(runLocally({ assembly, port })).rejects.toThrow('EADDRINUSE')
    await until(() => servers() === before)
  })
})

describe('context', () => {
  test('is what the stack is synthesized with', async () => {
    const { apiKeys, outputs } = await start({
      context: { customers: 'acme,globex', sessionMinutes: '5', impersonatorsGroup: 'support' },
    })
    expect(apiKeys).toEqual({ Acme: demoApiKey, Globex: 'local-demo-api-key-0002' })
    expect(outputs).toHaveProperty('ApiKeyIdGlobex')
    expect((await impersonate({ 'x-api-key': 'local-demo-api-key-0002' })).status).toBe(200)
  })

  test('that breaks a rule is an error that names the setting', async () => {
    await expect(runLocally({ context: { sessionMinutes: '1' } })).rejects.toThrow(/^setting sessionMinutes is "1"/)
  })
})
