// Runs the Lambda functions of the template in worker threads.

import { randomUUID } from 'node:crypto'
import type { Log } from '../log.ts'
import type { FunctionDefinition } from './function-definitions.ts'
import type { Outcome } from './outcome.ts'
import { isPermitted, type Permission } from './permissions.ts'
import { WorkerPool } from './worker-pool.ts'

export interface Caller {
  /** The service, such as `cognito-idp.amazonaws.com`. */
  principal: string
  sourceArn: string
  /** How long the caller waits, in ms. The function continues after that. */
  timeoutMs?: number
}

export interface Functions {
  invoke(functionArn: string, event: unknown, caller: Caller): Promise<Outcome>
  /** Runs a function without a permission check, for a caller that needs no AWS::Lambda::Permission. */
  run(functionArn: string, event: unknown): Promise<Outcome>
  /** Starts a worker for each function that has none, so that its first event is faster. Does not wait for them. */
  warm(): void
  close(): Promise<void>
}

export interface FunctionsOptions {
  definitions: readonly FunctionDefinition[]
  permissions: readonly Permission[]
  /** Environment variables for every function, such as the endpoints of the services. */
  environment: Readonly<Record<string, string>>
  log: Log
}

/** Starts no worker yet: a function's first event starts one, and concurrent events start more. */
export function startFunctions(options: FunctionsOptions): Functions {
  const pools = new Map<string, WorkerPool>()
  for (const definition of options.definitions) {
    pools.set(definition.arn, new WorkerPool(definition, options.environment, options.log))
  }

  return {
    async invoke(functionArn, event, caller) {
      const pool = pools.get(functionArn)
      if (!pool || !isPermitted(options.permissions, functionArn, caller)) {
        options.log({ source: 'run', message: `${caller.principal} may not invoke ${functionArn}` })
        return { kind: 'denied' }
      }
      const outcome = pool.invoke(event, randomUUID())
      return caller.timeoutMs === undefined ? outcome : withTimeout(outcome, caller.timeoutMs)
    },
    async run(functionArn, event) {
      return pools.get(functionArn)?.invoke(event, randomUUID()) ?? { kind: 'denied' }
    },
    warm() {
      for (const pool of pools.values()) pool.warm()
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()))
    },
  }
}

async function withTimeout(outcome: Promise<Outcome>, milliseconds: number): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'timeout', limit: 'caller' }), milliseconds)
  })
  try {
    return await Promise.race([outcome, timeout])
  } finally {
    clearTimeout(timer)
  }
}
