// Synthesizes the stack in a worker thread, so that this thread is not blocked.

import { text } from 'node:stream/consumers'
import { Worker } from 'node:worker_threads'
import { assemblyWorker } from '../files.ts'

/**
 * Writes the template and the assets to `outdir`.
 * @param context settings, as in cdk.json or `-c`
 * @param defaults settings that cdk.json and `context` override
 * @throws Error with CDK's message, for example about a setting that breaks its rule
 */
export async function synthesizeInto(
  outdir: string,
  context: Record<string, unknown> = {},
  defaults: Record<string, unknown> = {},
): Promise<void> {
  const worker = new Worker(assemblyWorker, {
    workerData: { outdir, context, defaults },
    execArgv: [],
    stdout: true,
    stderr: true,
  })
  const output = Promise.all([text(worker.stdout), text(worker.stderr)])
  const failure = await new Promise<Error | undefined>((resolve) => {
    worker.once('error', resolve)
    worker.once('exit', (code) => resolve(code === 0 ? undefined : new Error(`the synthesis exited with code ${code}`)))
  })
  if (failure) throw new Error(describe(failure.message || (await output).join('')))
}

/** Names the peer dependency that is missing, where npm was told not to install it. */
function describe(message: string): string {
  const [, peer] = /^Cannot find (?:package|module) '(aws-cdk-lib|constructs)[/']/.exec(message) ?? []
  return peer === undefined ? message : `${peer} is not installed: npm install aws-cdk-lib constructs`
}
