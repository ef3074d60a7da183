// Starts the processes that are measured, and the stand-in that they talk to.

import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Done, Order, Started, Task } from './function.ts'
import type { Facts } from './jobs.ts'
import type { Counts, Place, Ready, Turn } from './stand-in.ts'
import type { Variant } from './variants.ts'

/** MB */
const memory = 1024
/** As Lambda's Node.js runtimes set V8's limits, by the function's memory. */
const flags = [`--max-semi-space-size=${Math.floor(memory * 0.05)}`, `--max-old-space-size=${Math.floor(memory * 0.9)}`]

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))

export async function startStandIn(place: Place) {
  const child = fork(fileURLToPath(new URL('./stand-in.ts', import.meta.url)), [JSON.stringify(place)])
  const ready: Ready = await answer(child)
  return {
    ...ready,
    /** What was asked since the last time. @param delay of every answer from now on, ms */
    turn(delay = 0): Promise<Counts> {
      child.send({ delay } satisfies Turn)
      return answer(child)
    },
    close: () => child.disconnect(),
  }
}

export type StandIn = Awaited<ReturnType<typeof startStandIn>>

/** @param directory takes what they need on disk. @param host function.ts, bundled. */
export function processes(directory: string, host: string, facts: Facts, { port, certificate }: Ready) {
  const order = ({ file, kind }: Variant) => JSON.stringify({ file, kind, facts, port } satisfies Order)
  const trusted = join(directory, 'stand-in.pem')
  writeFileSync(trusted, certificate)
  return {
    /** One cold start and one job, in a fresh process. */
    async startOnce(variant: Variant): Promise<Started> {
      const child = spawn(process.execPath, [...flags, host, order(variant)], {
        env: environmentOf(variant, trusted),
        stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
      })
      const printed = await text(child.stdio[3] as Readable)
      if (printed === '') throw new Error(`${variant.name} did not start`)
      return JSON.parse(printed)
    },

    /** A process that stays. */
    async serve(variant: Variant) {
      const child = fork(host, [order(variant)], {
        env: environmentOf(variant, trusted),
        execArgv: flags,
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      })
      const started: Started = await answer(child)
      return {
        variant,
        started,
        run(task: Task): Promise<Done> {
          child.send(task)
          return answer(child)
        },
        close: () => child.disconnect(),
      }
    },
  }
}

export type Processes = ReturnType<typeof processes>

async function answer<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController()
  const gone = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`${child.spawnargs[1]} ended with code ${code}`)
  })
  try {
    const [message] = await Promise.race([once(child, 'message', { signal: ended.signal }), gone])
    return message
  } finally {
    gone.catch(() => {})
    ended.abort()
  }
}

/** As Lambda sets it. Where the runtime has its SDK, this project's is. */
function environmentOf({ name, directory, environment }: Variant, trusted: string): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local'.repeat(200),
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
    LAMBDA_TASK_ROOT: directory,
    NODE_PATH: modules,
    HOME: directory,
    TZ: ':UTC',
    NODE_EXTRA_CA_CERTS: trusted,
    ...environment,
  }
}
