// Worker thread of synthesis.ts.

import { existsSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
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
    shareBundles(outdir)
    return { outdir, stack: { template, terminationProtection } }
  } catch (error) {
    return { outdir, stack: undefined, error: (error as Error).message }
  }
}

/** Stacks share equal bundles: Node.js finds the code that it has compiled before by the path of its file. */
function shareBundles(outdir: string): void {
  for (const name of readdirSync(outdir).filter((name) => name.startsWith('asset.'))) {
    const [own, shared] = [join(outdir, name), join(dirname(outdir), name)]
    if (existsSync(shared)) rmSync(own, { recursive: true })
    else renameSync(own, shared)
    symlinkSync(shared, own)
  }
}
