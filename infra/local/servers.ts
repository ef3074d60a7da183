// Starts the servers of a local run: API Gateway, Cognito, DynamoDB and Lambda.

import { type Account, stackLocation, startAccount } from './account.ts'
import { type Gateway, startGateway } from './apigateway/server.ts'
import type { Closers } from './closers.ts'
import type { CognitoOptions } from './cognito/server.ts'
import { createDocsHandler } from './demo/docs-page.ts'
import { demoKeyValues } from './demo/people.ts'
import { type DynamoDb, startDynamoDb } from './dynamodb.ts'
import type { FunctionDefinition } from './lambda/function-definitions.ts'
import { readApiKeyIds } from './lambda/function-settings.ts'
import { type Functions, startFunctions } from './lambda/functions.ts'
import { type InvokeApi, startInvokeApi } from './lambda/invoke-api.ts'
import type { LoadedStack } from './load-stack.ts'
import type { Log } from './log.ts'
import type { Person } from './people/person.ts'

export interface ServerOptions {
  port: number
  cognitoPort: number
  log: Log
  /** Milliseconds since the epoch. */
  now: () => number
  intercept: CognitoOptions['intercept']
  keys: CognitoOptions['keys']
  /** An account that is already running. If undefined, a new one is started. */
  account: Account | undefined
  /** The page at /docs fills in this person's name and password. */
  docsActor: Person | undefined
}

export interface Servers {
  gateway: Gateway
  account: Account
  dynamoDb: DynamoDb
  invokeApi: InvokeApi
  functions: Functions
}

/**
 * Starts the servers and adds each to `closers`. The caller must close `closers`, also after an error.
 * @throws Error when a port is taken, or when the template has something that the local run does not know
 */
export async function startServers(loaded: LoadedStack, options: ServerOptions, closers: Closers): Promise<Servers> {
  // The functions need the gateway's URL, so they start last. The gateway keeps requests waiting until then.
  const startedFunctions = Promise.withResolvers<Functions>()
  const invoke: Functions['invoke'] = async (...args) => (await startedFunctions.promise).invoke(...args)
  const gateway = closers.track(await startStackGateway(loaded, options, invoke))
  const account = options.account ?? closers.track(await startNewAccount(options))
  const dynamoDb = closers.track(await startDynamoDb(loaded.stack))
  const invokeApi = closers.track(await startInvokeApi(account.runFunction))
  const functions = closers.track(startStackFunctions(loaded, { gateway, account, dynamoDb, invokeApi }, options.log))
  startedFunctions.resolve(functions)
  const functionArns = loaded.definitions.map(({ arn }) => arn)
  closers.add(account.registerFunctions(functionArns, functions, loaded.passableRoles))
  return { gateway, account, dynamoDb, invokeApi, functions }
}

function startStackGateway(
  { stack, definitions, settings }: LoadedStack,
  { port, log, now, docsActor }: ServerOptions,
  invoke: Functions['invoke'],
): Promise<Gateway> {
  const keyValues = demoKeyValues(readApiKeyIds(definitions))
  return startGateway({
    stack,
    port,
    invoke,
    keyValue: (id) => keyValues.get(id) ?? `local-demo-key-${id}`,
    log,
    now,
    createPageHandler: ({ url, keys }) =>
      createDocsHandler({ url, apiKey: keys[0]?.value, actor: settings.basic ? docsActor : undefined }),
  })
}

function startNewAccount({ cognitoPort, now, intercept, keys }: ServerOptions): Promise<Account> {
  return startAccount({ port: cognitoPort, now, ...(intercept && { intercept }), ...(keys && { keys }) })
}

function startStackFunctions(
  { definitions, permissions }: LoadedStack,
  { gateway, account, dynamoDb, invokeApi }: Omit<Servers, 'functions'>,
  log: Log,
): Functions {
  return startFunctions({
    definitions: definitions.map((definition) => withEndpointUrl(definition, gateway.url)),
    permissions,
    environment: {
      AWS_REGION: stackLocation.region,
      AWS_DEFAULT_REGION: stackLocation.region,
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: account.cognito.url,
      AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
      AWS_ENDPOINT_URL_LAMBDA: invokeApi.url,
    },
    log,
  })
}

// At AWS the endpoint reads its URL from the request. It assumes https, but the local gateway speaks plain HTTP.
function withEndpointUrl(definition: FunctionDefinition, url: string): FunctionDefinition {
  if (definition.environment.ENDPOINT_URL !== '') return definition
  return { ...definition, environment: { ...definition.environment, ENDPOINT_URL: url } }
}
