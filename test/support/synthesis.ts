// Synthesizes stacks for all test files of a jest run, in one worker thread outside of Jest: aws-cdk-lib loads once.

import { createServer } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { Worker } from 'node:worker_threads'
import { listen } from '../../infra/local/listen.ts'
import { runFolder } from './run-folder.ts'
import type { Synthesis, Synthesized } from './synthesis-worker.ts'

const variable = 'TEST_SYNTHESIS_URL'

/** Settings, as in cdk.json or `-c`. */
type Context = Record<string, unknown>

let stop = async () => {}

/** Serves `synthesizeOnce` to the test files of a jest run, until `stopSynthesis`. */
export async function startSynthesis(): Promise<void> {
  const results = new Map<string, Promise<Synthesized>>()
  let worker: ReturnType<typeof startWorker> | undefined
  const server = createServer(async (request, response) => {
    const context = (await json(request)) as Context
    const key = JSON.stringify(context)
    worker ??= startWorker()
    const result = results.get(key) ?? worker.run(context, join(runFolder(), `assembly-${results.size}`))
    results.set(key, result)
    response.end(JSON.stringify(await result))
  })
  process.env[variable] = `http://127.0.0.1:${await listen(server)}`
  stop = async () => {
    server.close()
    server.closeAllConnections()
    await worker?.end()
  }
}

export const stopSynthesis = () => stop()

/** @returns the stack for these settings, the same for equal settings. Only read its files. */
export async function synthesizeOnce(context: Context): Promise<Synthesized> {
  const url = process.env[variable]
  if (url === undefined) throw new Error(`${variable} is not set: jest did not run global-setup.ts`)
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(context) })
  const result = (await response.json()) as Synthesized
  if (result.error !== undefined) throw new Error(result.error)
  return result
}

function startWorker() {
  const worker = new Worker(new URL('./synthesis-worker.ts', import.meta.url), {
    execArgv: [],
    stdout: true,
    stderr: true,
  })
  // An error here is one of loading the stack's modules: no stack can be synthesized.
  const failed = new Promise<Synthesized>((resolve) => {
    worker.on('error', ({ message }: Error) => resolve({ outdir: '', stack: undefined, error: message }))
  })
  const waiting: ((result: Synthesized) => void)[] = []
  // The worker answers in the order of its messages.
  worker.on('message', (result: Synthesized) => waiting.shift()?.(result))
  return {
    run(context: Context, outdir: string) {
      worker.postMessage({ context, outdir } satisfies Synthesis)
      return Promise.race([failed, new Promise<Synthesized>((resolve) => waiting.push(resolve))])
    },
    end: () => worker.terminate(),
  }
}
