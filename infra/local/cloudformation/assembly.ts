// Synthesizes the stack in a worker thread, so that this thread is not blocked.

import { text } from 'node:stream/consumers'
import { Worker } from 'node:worker_threads'

/**
 * Writes the template and the assets to `outdir`.
 * @param context settings, as in cdk.json or `-c`
 * @throws Error with CDK's message, for example about a setting that breaks its rule
 */
export async function synthesizeInto(outdir: string, context: Record<string, unknown> = {}): Promise<void> {
  const worker = new Worker(new URL('./assembly-worker.ts', import.meta.url), {
    workerData: { outdir, context },
    execArgv: [],
    stdout: true,
    stderr: true,
  })
  const output = Promise.all([text(worker.stdout), text(worker.stderr)])
  const failure = await new Promise<Error | undefined>((resolve) => {
    worker.once('error', resolve)
    worker.once('exit', (code) => resolve(code === 0 ? undefined : new Error(`the synthesis exited with code ${code}`)))
  })
  if (failure) throw new Error(failure.message || (await output).join(''))
}
