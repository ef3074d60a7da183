// Runs other programs to their end.

import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface RunOptions {
  env: NodeJS.ProcessEnv
  /** Ends the program. */
  signal: AbortSignal
  /** Lets what it prints through, in place of keeping it for an error. */
  show?: boolean
}

/**
 * @returns what the program printed, unless that was shown.
 * @throws Error with what it printed, where it ends with another code than 0.
 */
export async function run(program: string, args: string[], { env, signal, show }: RunOptions): Promise<string> {
  const child = spawn(program, args, { cwd: root, env, signal, stdio: ['ignore', ...output(show)] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (printed += chunk))
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${basename(program)} ended with code ${code}\n${printed}`.trim())
  return printed
}

function output(show = false): ['inherit', 'inherit'] | ['pipe', 'pipe'] {
  return show ? ['inherit', 'inherit'] : ['pipe', 'pipe']
}
