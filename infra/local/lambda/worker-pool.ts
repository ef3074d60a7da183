// The execution environments of one function. As in Lambda, each handles one event at a time.

import type { Log } from '../log.ts'
import { ExecutionEnvironment } from './execution-environment.ts'
import type { FunctionDefinition } from './function-definitions.ts'
import type { Outcome } from './outcome.ts'

const maxEnvironments = 4

export class WorkerPool {
  readonly #definition: FunctionDefinition
  readonly #variables: Readonly<Record<string, string>>
  readonly #log: Log
  readonly #limit: number
  readonly #environments = new Set<ExecutionEnvironment>()
  readonly #idle: ExecutionEnvironment[] = []
  readonly #waiting: (() => void)[] = []
  #closed = false

  /** @param variables environment variables in addition to the function's own */
  constructor(definition: FunctionDefinition, variables: Readonly<Record<string, string>>, log: Log) {
    this.#definition = definition
    this.#variables = variables
    this.#log = log
    this.#limit = Math.min(maxEnvironments, definition.reservedConcurrency ?? maxEnvironments)
  }

  /** Starts the first environment before the first event. */
  warm(): void {
    if (!this.#closed && this.#limit > 0 && this.#environments.size === 0) this.#idle.push(this.#start())
  }

  async invoke(event: unknown, requestId: string): Promise<Outcome> {
    if (this.#limit === 0)
      return { kind: 'error', errorType: 'TooManyRequestsException', errorMessage: 'Rate Exceeded.' }
    const environment = await this.#acquire()
    if (!environment) return { kind: 'error', errorType: 'Runtime.ExitError', errorMessage: 'the local run has ended' }
    const outcome = await environment.invoke(event, requestId)
    this.#idle.push(environment)
    this.#waiting.shift()?.()
    return outcome
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#environments].map((environment) => environment.end()))
  }

  /** @returns undefined once the pool is closed */
  async #acquire(): Promise<ExecutionEnvironment | undefined> {
    while (!this.#closed) {
      const environment = this.#idle.pop()
      if (environment?.alive) return environment
      if (environment) this.#environments.delete(environment)
      else if (this.#environments.size < this.#limit) return this.#start()
      else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    return undefined
  }

  #start(): ExecutionEnvironment {
    const environment = new ExecutionEnvironment(this.#definition, this.#variables, this.#log)
    this.#environments.add(environment)
    return environment
  }
}
