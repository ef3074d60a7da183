// Starts the servers of a local run: API Gateway, Cognito, DynamoDB, Lambda, and the event bus.

import { type Account, stackLocation, startAccount } from './account.ts'
import { type Gateway, startGateway } from './apigateway/server.ts'
import type { Closers } from './closers.ts'
import type { CognitoOptions } from './cognito/server.ts'
import { createDocsHandler } from './demo/docs-page.ts'
import { demoKeyValues } from './demo/people.ts'
import { type DynamoDb, startDynamoDb } from './dynamodb.ts'
import { createPutEvents } from './events/event-bus.ts'
import { type MessagesApi, startMessagesApi } from './events/messages-api.ts'
import { StreamReader } from './events/stream-reader.ts'
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
  messagesApi: MessagesApi
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
  const messagesApi = closers.track(await startStackMessagesApi(loaded, options.log))
  const others = { gateway, account, dynamoDb, invokeApi, messagesApi }
  const functions = closers.track(startStackFunctions(loaded, others, options.log))
  readStreamsOf(loaded, { dynamoDb, functions, log: options.log }, closers)
  startedFunctions.resolve(functions)
  const functionArns = loaded.definitions.map(({ arn }) => arn)
  closers.add(account.registerFunctions(functionArns, functions, loaded.passableRoles))
  return { ...others, functions }
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
  { gateway, account, dynamoDb, invokeApi, messagesApi }: Omit<Servers, 'functions'>,
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
      AWS_ENDPOINT_URL_EVENTBRIDGE: messagesApi.url,
      AWS_ENDPOINT_URL_SQS: messagesApi.url,
    },
    log,
  })
}

function startStackMessagesApi({ stack }: LoadedStack, log: Log): Promise<MessagesApi> {
  return startMessagesApi({
    putEvents: createPutEvents({
      place: stack.place,
      take: (bus, event) => log({ source: 'events', bus, event }),
    }),
    send: (queueUrl, body) => log({ source: 'run', message: `the queue ${queueUrl} got a message: ${body}` }),
  })
}

/** Runs the functions of event source mappings with the changes of their tables. */
function readStreamsOf(
  { eventSources }: LoadedStack,
  { dynamoDb, functions, log }: { dynamoDb: DynamoDb; functions: Functions; log: Log },
  closers: Closers,
): void {
  for (const source of eventSources) {
    const stream = dynamoDb.streams.find(({ arn }) => arn === source.streamArn)
    if (!stream)
      throw new Error(`template: an event source mapping names the stream ${source.streamArn}, which does not exist`)
    const reader = new StreamReader({
      source,
      run: functions.run,
      giveUp: (queueArn, message) =>
        log({ source: 'run', message: `the queue ${queueArn} got a message: ${JSON.stringify(message)}` }),
    })
    stream.subscribe((record) => reader.receive(record))
    closers.add(() => reader.close())
  }
}

// At AWS the endpoint reads its URL from the request. It assumes https, but the local gateway speaks plain HTTP.
function withEndpointUrl(definition: FunctionDefinition, url: string): FunctionDefinition {
  if (definition.environment.ENDPOINT_URL !== '') return definition
  return { ...definition, environment: { ...definition.environment, ENDPOINT_URL: url } }
}
