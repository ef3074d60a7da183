// Worker thread of execution-environment.ts: loads a handler and runs it for each event.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { describeError, patchConsole } from './console.ts'
import type { Outcome } from './outcome.ts'

export interface WorkerData {
  directory: string
  handler: string
}

export interface Invocation {
  /** JSON text */
  event: string
  context: {
    requestId: string
    /** ms since the epoch */
    deadline: number
    functionName: string
    functionArn: string
    memoryMegabytes: number
  }
}

export type FromWorker =
  | { type: 'ready' }
  | { type: 'log'; line: Record<string, unknown> }
  | { type: 'outcome'; outcome: Outcome }

type Handler = (event: unknown, context: unknown) => unknown

const port = parentPort
if (!port) throw new Error('this file must run in a worker thread')
const send = (message: FromWorker) => port.postMessage(message)

// A variable of the local run, not of the function. Node.js has read it already.
delete process.env.NODE_COMPILE_CACHE

let requestId: string | undefined
patchConsole(
  process.env.AWS_LAMBDA_LOG_LEVEL,
  () => requestId,
  (line) => send({ type: 'log', line }),
)
// A failure ends the worker. The npm package has this file as CommonJS, where the top level cannot wait.
void load(workerData as WorkerData).then((handler) => {
  send({ type: 'ready' })
  port.on('message', async ({ event, context }: Invocation) => {
    requestId = context.requestId
    send({ type: 'outcome', outcome: await handle(handler, JSON.parse(event), context) })
  })
})

async function handle(handler: Handler, event: unknown, context: Invocation['context']): Promise<Outcome> {
  try {
    const answer = await handler(event, lambdaContext(context))
    return { kind: 'answer', payload: JSON.parse(JSON.stringify(answer ?? null)) }
  } catch (error) {
    const description = describeError(error)
    console.error(description)
    return { kind: 'error', errorType: description.errorType, errorMessage: description.errorMessage }
  }
}

function lambdaContext(context: Invocation['context']) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: context.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: context.functionArn,
    memoryLimitInMB: String(context.memoryMegabytes),
    awsRequestId: context.requestId,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, context.deadline - Date.now()),
  }
}

async function load({ directory, handler }: WorkerData): Promise<Handler> {
  const [file = '', name = ''] = handler.split('.')
  const path = ['js', 'mjs', 'cjs'].map((extension) => join(directory, `${file}.${extension}`)).find(existsSync)
  if (!path) throw new Error(`no module ${file} for the handler ${handler}`)
  const module = (await import(pathToFileURL(path).href)) as Record<string, unknown>
  const exported = module[name]
  if (typeof exported !== 'function') throw new Error(`${handler} is undefined or not exported`)
  return exported as Handler
}
