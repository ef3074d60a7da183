// One execution environment of a function: a worker thread with its own environment variables.

import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { functionWorker } from '../files.ts'
import type { Log } from '../log.ts'
import type { FunctionDefinition } from './function-definitions.ts'
import type { FromWorker, Invocation, WorkerData } from './function-worker.ts'
import type { Outcome } from './outcome.ts'
import { accessKeyIdOf } from './pass-role.ts'

export class ExecutionEnvironment {
  /** Resolves to undefined when the handler is loaded, or to the failure. */
  readonly ready: Promise<Outcome | undefined>
  alive = true
  readonly #definition: FunctionDefinition
  readonly #log: Log
  readonly #worker: Worker
  #settle: (outcome: Outcome) => void = () => {}

  /** @param variables environment variables in addition to the function's own */
  constructor(definition: FunctionDefinition, variables: Readonly<Record<string, string>>, log: Log) {
    this.#definition = definition
    this.#log = log
    this.#worker = new Worker(functionWorker, {
      workerData: { directory: definition.directory, handler: definition.handler } satisfies WorkerData,
      env: { ...lambdaVariables(definition), ...variables, ...definition.environment, ...compileCache() },
      execArgv: [],
      stdout: true,
      stderr: true,
    })
    this.#printLines(this.#worker.stdout)
    this.#printLines(this.#worker.stderr)

    let failure: Outcome = { kind: 'error', errorType: 'Runtime.ExitError', errorMessage: 'the worker exited' }
    this.ready = new Promise((resolve) => {
      this.#worker.on('message', (message: FromWorker) => {
        if (message.type === 'log') this.#print(message.line)
        else if (message.type === 'ready') resolve(undefined)
        else this.#settle(message.outcome)
      })
      this.#worker.on('error', (error: Error) => {
        failure = { kind: 'error', errorType: error.name, errorMessage: error.message }
        this.#printError(error.message)
      })
      this.#worker.on('exit', () => {
        this.alive = false
        resolve(failure)
        this.#settle(failure)
      })
    })
  }

  /** Handles one event. A time-out or a crash ends the environment. */
  async invoke(event: unknown, requestId: string): Promise<Outcome> {
    const failure = await this.ready
    if (failure) return failure
    const { name, arn, timeoutSeconds, memoryMegabytes } = this.#definition
    const deadline = Date.now() + timeoutSeconds * 1000
    let timer: NodeJS.Timeout | undefined
    const outcome = await new Promise<Outcome>((resolve) => {
      this.#settle = resolve
      timer = setTimeout(() => {
        this.#printError(`Task timed out after ${timeoutSeconds.toFixed(2)} seconds`, { requestId })
        resolve({ kind: 'timeout', limit: 'function' })
        void this.end()
      }, timeoutSeconds * 1000)
      this.#worker.postMessage({
        event: JSON.stringify(event),
        context: { requestId, deadline, functionName: name, functionArn: arn, memoryMegabytes },
      } satisfies Invocation)
    })
    clearTimeout(timer)
    return outcome
  }

  async end(): Promise<void> {
    this.alive = false
    await this.#worker.terminate()
  }

  #printLines(output: Readable): void {
    createInterface({ input: output }).on('line', (text) => this.#print(parseLine(text)))
  }

  #printError(message: string, fields: Record<string, unknown> = {}): void {
    this.#print({ timestamp: new Date().toISOString(), level: 'ERROR', ...fields, message })
  }

  #print(line: Record<string, unknown>): void {
    this.#log({ source: 'function', functionName: this.#definition.name, line })
  }
}

// Lambda's "Defined runtime environment variables". HOME hides this machine's AWS profile from the SDK.
function lambdaVariables(definition: FunctionDefinition): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyIdOf(definition.name),
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_LOG_FORMAT: 'JSON',
    AWS_LAMBDA_LOG_LEVEL: definition.logLevel,
    LAMBDA_TASK_ROOT: definition.directory,
    HOME: definition.directory,
    TZ: ':UTC',
    _HANDLER: definition.handler,
  }
}

/** Node.js's cache of compiled code, if this process uses it. The worker hides the variable from the function. */
function compileCache(): Record<string, string> {
  const { NODE_COMPILE_CACHE } = process.env
  return NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }
}

function parseLine(text: string): Record<string, unknown> {
  try {
    const line: unknown = JSON.parse(text)
    if (typeof line === 'object' && line !== null && !Array.isArray(line)) return line as Record<string, unknown>
  } catch {}
  return { message: text }
}
