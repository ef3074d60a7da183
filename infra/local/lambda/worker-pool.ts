// One function's execution environments: each handles one event at a time, as Lambda's do.

import type { Log } from '../log.ts'
import { Environment } from './execution-environment.ts'
import type { FunctionDefinition } from './function-definitions.ts'
import type { Outcome } from './outcome.ts'

const most = 4

export class Pool {
  readonly #definition: FunctionDefinition
  readonly #surroundings: Readonly<Record<string, string>>
  readonly #log: Log
  readonly #limit: number
  readonly #environments = new Set<Environment>()
  readonly #idle: Environment[] = []
  readonly #waiting: (() => void)[] = []
  #closed = false

  constructor(definition: FunctionDefinition, surroundings: Readonly<Record<string, string>>, log: Log) {
    this.#definition = definition
    this.#surroundings = surroundings
    this.#log = log
    this.#limit = Math.min(most, definition.reservedConcurrency ?? most)
  }

  /** Starts the first environment, so that the first event finds it ready. */
  async warm(): Promise<void> {
    if (this.#limit === 0) return
    const environment = this.#start()
    await environment.ready
    this.#idle.push(environment)
  }

  async invoke(event: unknown, requestId: string): Promise<Outcome> {
    if (this.#limit === 0)
      return { kind: 'error', errorType: 'TooManyRequestsException', errorMessage: 'Rate Exceeded.' }
    const environment = await this.#take()
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

  async #take(): Promise<Environment | undefined> {
    while (!this.#closed) {
      const environment = this.#idle.pop()
      if (environment?.alive) return environment
      if (environment) this.#environments.delete(environment)
      else if (this.#environments.size < this.#limit) return this.#start()
      else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    return undefined
  }

  #start(): Environment {
    const environment = new Environment(this.#definition, this.#surroundings, this.#log)
    this.#environments.add(environment)
    return environment
  }
}
