// Runs the synthesized stack on this machine: its functions, its REST API, its user pool and its table.

import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Account, place, startAccount } from './account.ts'
import { startGateway } from './apigateway/server.ts'
import { synthesizeInto } from './cloudformation/assembly.ts'
import { readCustomResources } from './cloudformation/custom-resource-definitions.ts'
import { type DeployedResource, deploy, destroy } from './cloudformation/custom-resource-lifecycle.ts'
import { createSendRequest } from './cloudformation/custom-resource-requests.ts'
import { startResponseServer } from './cloudformation/custom-resource-responses.ts'
import { Stack } from './cloudformation/stack.ts'
import type { Template } from './cloudformation/template.ts'
import { applyUserPools, removeUserPools } from './cloudformation/user-pool-deployment.ts'
import type { Cognito, CognitoOptions } from './cognito/server.ts'
import { createDocs } from './demo/docs-page.ts'
import { demoApiKeyOf, people } from './demo/people.ts'
import { startDynamoDb } from './dynamodb.ts'
import { type FunctionDefinition, readFunctions } from './lambda/function-definitions.ts'
import { type FunctionSettings, readActorClientIds, readSettings } from './lambda/function-settings.ts'
import { type Functions, startFunctions } from './lambda/functions.ts'
import { readPermissions } from './lambda/permissions.ts'
import type { Log } from './log.ts'

export interface LocalRunOptions {
  /** 0, the default: a free one */
  port?: number
  cognitoPort?: number
  /** As cdk.json or `-c` would give it. */
  context?: Record<string, unknown>
  /** A folder that `synthesizeInto` filled, so that several runs share one synthesis; the context is then its own. */
  assembly?: string
  /** Alters the template before it runs. */
  change?: (template: Template) => void
  log?: Log
  /** ms since the epoch, for the gateway and for Cognito; the functions have the machine's clock. */
  now?: () => number
  /** Stands between Cognito's requests and their answers. */
  intercept?: CognitoOptions['intercept']
  /**
   * Deploys into this account, which has a Cognito already, and leaves it running; `cognitoPort` and `intercept` are its
   * own. Otherwise a Cognito is started, with an ordinary user pool in it where the context names one by its id.
   */
  account?: Account
  /** The run of the stack's former version in the account: this one updates what that made. */
  previous?: Pick<LocalRun, 'stack' | 'customResources'>
}

export interface LocalRun {
  /** The stack's, with `ApiUrl` the local address, `CognitoEndpoint` and `DynamoDbEndpoint`. */
  outputs: Record<string, string>
  /** The value of each customer's API key, by the name that `ApiKeyId…` ends in. */
  apiKeys: Record<string, string>
  /** What the functions were told. */
  settings: FunctionSettings
  cognito: Cognito
  stack: Stack
  customResources: readonly DeployedResource[]
  /** Ends the functions, the API and the table; what custom resources did stays done. */
  close(): Promise<void>
  /**
   * Deletes the stack: what it retains stays, then all is closed.
   * @throws Error with the Reason of a custom resource that can't be deleted
   */
  destroy(): Promise<void>
}

/**
 * @throws Error when a setting breaks its rule, a port is taken, the template asks for what is not known here, or a
 * custom resource fails; what the run did to the account is undone then
 */
export async function runLocally(options: LocalRunOptions = {}): Promise<LocalRun> {
  const { log = () => {}, now = Date.now, port = 0, cognitoPort = 0 } = options
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    await Promise.all(closers.splice(0).map((end) => end()))
  }
  let undo = () => {}
  try {
    const assembly = options.assembly ?? (await mkdtemp(join(tmpdir(), 'impersonation-')))
    if (options.assembly === undefined) {
      closers.push(() => rm(assembly, { recursive: true, force: true }))
      await synthesizeInto(assembly, options.context)
    }
    const stack = loadStack(assembly, options)
    const definitions = readFunctions(stack, assembly)
    const permissions = readPermissions(stack)
    const settings = readSettings(definitions)
    const [actor] = people

    // Gateway and Cognito call the functions, which want the addresses of Cognito and the gateway.
    const functions = Promise.withResolvers<Functions>()
    const invoke: Functions['invoke'] = async (...call) => (await functions.promise).invoke(...call)
    const run: Functions['run'] = async (...call) => (await functions.promise).run(...call)
    const started = <Server extends { close(): Promise<void> }>(server: Server): Server => {
      closers.push(() => server.close())
      return server
    }
    const makeUserPools = async (account: Account) => {
      const ordinary = options.account ? undefined : readActorClientIds(definitions)
      undo = await applyUserPools(stack, account.cognito, now(), ordinary)
      return account
    }
    const [gateway, account, dynamoDb] = await allOf([
      startGateway({
        stack,
        port,
        invoke,
        keyValue: demoApiKeyOf,
        log,
        now,
        beside: ({ url, keys }) =>
          createDocs({ url, apiKey: keys[0]?.value, actor: settings.basic ? actor : undefined }),
      }).then(started),
      (options.account
        ? Promise.resolve(options.account)
        : startAccount({
            port: cognitoPort,
            now,
            ...(options.intercept && { intercept: options.intercept }),
          }).then(started)
      ).then(makeUserPools),
      startDynamoDb(stack).then(started),
    ] as const)
    const { cognito } = account
    functions.resolve(
      started(
        await startFunctions({
          definitions: definitions.map((definition) => withAddress(definition, gateway.url)),
          permissions,
          environment: {
            AWS_REGION: place.region,
            AWS_DEFAULT_REGION: place.region,
            AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.url,
            AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
          },
          log,
        }),
      ),
    )
    const disconnect = account.connect(
      definitions.map(({ arn }) => arn),
      { invoke, run },
    )
    closers.push(async () => disconnect())
    const ask = createSendRequest(stack.id, started(await startResponseServer()), account.run)
    const existing = options.previous?.customResources ?? []
    const customResources = await deploy(ask, readCustomResources(stack), existing, (message) =>
      log({ source: 'run', message }),
    )
    if (options.previous) removeUserPools(options.previous.stack, cognito, stack)
    const outputs = stack.outputs()
    const apiKeys = Object.entries(outputs).flatMap(([name, id]) => {
      const key = name.startsWith('ApiKeyId') && gateway.keys.find((candidate) => candidate.id === id)
      return key ? [[name.slice('ApiKeyId'.length), key.value] as const] : []
    })
    return {
      outputs: { ...outputs, ApiUrl: gateway.url, CognitoEndpoint: cognito.url, DynamoDbEndpoint: dynamoDb.url },
      apiKeys: Object.fromEntries(apiKeys),
      settings,
      cognito,
      stack,
      customResources,
      close,
      async destroy() {
        await destroy(ask, customResources)
        removeUserPools(stack, cognito)
        await close()
      },
    }
  } catch (error) {
    undo()
    await close()
    throw error
  }
}

function loadStack(assembly: string, { change, account }: LocalRunOptions): Stack {
  const path = join(assembly, `${place.stackName}.template.json`)
  const template = JSON.parse(readFileSync(path, 'utf8')) as Template
  change?.(template)
  return new Stack(template, place, account?.secrets)
}

// Requests come in over plain HTTP here, which nothing in API Gateway's request context tells.
function withAddress(definition: FunctionDefinition, url: string): FunctionDefinition {
  if (definition.environment.ENDPOINT_URL !== '') return definition
  return { ...definition, environment: { ...definition.environment, ENDPOINT_URL: url } }
}

// Unlike Promise.all, waits for all of them, so that whatever has started is known and can be closed.
async function allOf<Values extends readonly unknown[]>(
  promises: Values,
): Promise<{ -readonly [Index in keyof Values]: Awaited<Values[Index]> }> {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}
