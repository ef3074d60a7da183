// Synthesized stacks, shared by the test files of one jest run.

import { synthesizeOnce } from './synthesis.ts'

/** @returns a folder with the template and the bundles for these settings. Only read its files. */
export async function sharedAssembly(context: Record<string, unknown> = {}): Promise<string> {
  return (await synthesizeOnce(context)).outdir
}
