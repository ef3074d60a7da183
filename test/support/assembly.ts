// Synthesized stacks, shared by the test files of one jest run.

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { synthesizeInto } from '../../infra/local/cloudformation/assembly.ts'
import { runFolder } from './run-folder.ts'

/** @returns a folder with the template and the bundles for these settings. Only read its files. */
export async function sharedAssembly(context: Record<string, unknown> = {}): Promise<string> {
  const folder = join(runFolder(), `assembly-${createHash('sha256').update(JSON.stringify(context)).digest('hex')}`)
  if (existsSync(folder)) return folder
  const unfinished = await mkdtemp(`${folder}-`)
  await synthesizeInto(unfinished, context)
  try {
    await rename(unfinished, folder)
  } catch (error) {
    // Another test file has just made the same assembly.
    if (!existsSync(folder)) throw error
  }
  return folder
}
