// Synthesizes the stack beside this thread, which goes on with its own work meanwhile.

import { text } from 'node:stream/consumers'
import { Worker } from 'node:worker_threads'

/**
 * @param context as cdk.json or `-c` would give it
 * @throws Error with CDK's message, such as the rule that a setting breaks
 */
export async function synthesizeInto(outdir: string, context: Record<string, unknown> = {}): Promise<void> {
  const worker = new Worker(new URL('./assembly-worker.ts', import.meta.url), {
    workerData: { outdir, context },
    execArgv: [],
    stdout: true,
    stderr: true,
  })
  const printed = Promise.all([text(worker.stdout), text(worker.stderr)])
  const failure = await new Promise<Error | undefined>((resolve) => {
    worker.once('error', resolve)
    worker.once('exit', (code) => resolve(code === 0 ? undefined : new Error(`synthesis ended with code ${code}`)))
  })
  if (failure) throw new Error(failure.message || (await printed).join(''))
}
