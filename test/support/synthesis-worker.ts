// Worker thread of synthesis.ts.

import { parentPort } from 'node:worker_threads'
import { synthesize } from '../../infra/synthesize.ts'

export interface Synthesis {
  context: Record<string, unknown>
  outdir: string
}

export interface Synthesized {
  /** The folder with the template and the bundles. */
  outdir: string
  /** Undefined after an error. */
  stack: { template: unknown; terminationProtection: boolean | undefined } | undefined
  error?: string
}

parentPort?.on('message', (synthesis: Synthesis) => parentPort?.postMessage(run(synthesis)))

function run({ context, outdir }: Synthesis): Synthesized {
  try {
    const { template, terminationProtection } = synthesize({ context, outdir }).getStackByName('Impersonation')
    return { outdir, stack: { template, terminationProtection } }
  } catch (error) {
    return { outdir, stack: undefined, error: (error as Error).message }
  }
}
