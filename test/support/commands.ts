// Runs other programs.

import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface RunOptions {
  env: NodeJS.ProcessEnv
  /** Stops the program. */
  signal: AbortSignal
  /** Prints the program's output instead of returning it. */
  show?: boolean
  /** The folder in which it runs. Default: the project's folder. */
  cwd?: string
}

/**
 * Runs a program and waits for its end.
 * @returns its output, or '' with `show`.
 * @throws Error with its output if the exit code is not 0.
 */
export async function run(
  program: string,
  args: string[],
  { env, signal, show, cwd = root }: RunOptions,
): Promise<string> {
  const child = spawn(program, args, { cwd, env, signal, stdio: ['ignore', ...outputOf(show)] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (printed += chunk))
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${basename(program)} ended with code ${code}\n${printed}`.trim())
  return printed
}

function outputOf(show = false): ['inherit', 'inherit'] | ['pipe', 'pipe'] {
  return show ? ['inherit', 'inherit'] : ['pipe', 'pipe']
}
