// The Lambda functions of the template, each in worker threads of its own.

import { randomUUID } from 'node:crypto'
import type { Log } from '../log.ts'
import type { FunctionDefinition } from './function-definitions.ts'
import type { Outcome } from './outcome.ts'
import { isPermitted, type Permission } from './permissions.ts'
import { Pool } from './worker-pool.ts'

export interface Caller {
  /** The service, such as `cognito-idp.amazonaws.com`. */
  principal: string
  sourceArn: string
  /** How long the caller waits, in ms. The function itself goes on after it. */
  timeoutMs?: number
}

export interface Functions {
  invoke(functionArn: string, event: unknown, caller: Caller): Promise<Outcome>
  /** For a caller who needs no permission of the function's, since its own allow it. */
  run(functionArn: string, event: unknown): Promise<Outcome>
  close(): Promise<void>
}

export interface FunctionsOptions {
  definitions: readonly FunctionDefinition[]
  permissions: readonly Permission[]
  /** What Lambda's own environment adds to each function's, such as the endpoints of the services. */
  environment: Readonly<Record<string, string>>
  log: Log
}

/** Starts one worker a function; more follow when calls overlap. */
export async function startFunctions(options: FunctionsOptions): Promise<Functions> {
  const pools = new Map<string, Pool>()
  for (const definition of options.definitions) {
    pools.set(definition.arn, new Pool(definition, options.environment, options.log))
  }
  await Promise.all([...pools.values()].map((pool) => pool.warm()))

  return {
    async invoke(functionArn, event, caller) {
      const pool = pools.get(functionArn)
      if (!pool || !isPermitted(options.permissions, functionArn, caller)) {
        options.log({ source: 'run', message: `${caller.principal} may not invoke ${functionArn}` })
        return { kind: 'denied' }
      }
      const outcome = pool.invoke(event, randomUUID())
      return caller.timeoutMs === undefined ? outcome : withDeadline(outcome, caller.timeoutMs)
    },
    async run(functionArn, event) {
      return pools.get(functionArn)?.invoke(event, randomUUID()) ?? { kind: 'denied' }
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()))
    },
  }
}

async function withDeadline(outcome: Promise<Outcome>, milliseconds: number): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'timeout', limit: 'caller' }), milliseconds)
  })
  try {
    return await Promise.race([outcome, deadline])
  } finally {
    clearTimeout(timer)
  }
}
