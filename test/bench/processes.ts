// Starts the measured processes and the stand-in server.

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
/** V8 limits that Lambda's Node.js runtimes derive from the function's memory. */
const flags = [`--max-semi-space-size=${Math.floor(memory * 0.05)}`, `--max-old-space-size=${Math.floor(memory * 0.9)}`]

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))

export async function startStandIn(place: Place) {
  const child = fork(fileURLToPath(new URL('./stand-in.ts', import.meta.url)), [JSON.stringify(place)])
  const ready: Ready = await answer(child)
  return {
    ...ready,
    /** @param delay of all following answers, ms. @returns the counts since the last turn. */
    turn(delay = 0): Promise<Counts> {
      child.send({ delay } satisfies Turn)
      return answer(child)
    },
    close: () => child.disconnect(),
  }
}

export type StandIn = Awaited<ReturnType<typeof startStandIn>>

/** @param paths `directory` for the certificate file, and `host`, the bundled function.ts. */
export function processes(paths: { directory: string; host: string }, facts: Facts, { port, certificate }: Ready) {
  const { directory, host } = paths
  const order = ({ file, kind }: Variant) => JSON.stringify({ file, kind, facts, port } satisfies Order)
  const certificateFile = join(directory, 'stand-in.pem')
  writeFileSync(certificateFile, certificate)
  return {
    /** Does one cold start and one job in a new process. */
    async startOnce(variant: Variant): Promise<Started> {
      const child = spawn(process.execPath, [...flags, host, order(variant)], {
        env: environmentOf(variant, certificateFile),
        stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
      })
      const printed = await text(child.stdio[3] as Readable)
      if (printed === '') throw new Error(`${variant.name} did not start`)
      return JSON.parse(printed)
    },

    /** Starts a process for many jobs. */
    async serve(variant: Variant) {
      const child = fork(host, [order(variant)], {
        env: environmentOf(variant, certificateFile),
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

/** Lambda's environment variables. NODE_PATH points to this project's SDK instead of the runtime's. */
function environmentOf({ name, directory, environment }: Variant, certificateFile: string): Record<string, string> {
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
    NODE_EXTRA_CA_CERTS: certificateFile,
    ...environment,
  }
}
