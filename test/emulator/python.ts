// MiniStack and cfn-lint, in a virtual environment of this project's own.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './commands.ts'

const folder = join(root, '.venv')
const requirements = join(root, 'test/emulator/requirements.txt')
const installed = join(folder, 'installed.txt')

const python = tool('python')

export function tool(name: string): string {
  return join(folder, 'bin', name)
}

/** Installs what requirements.txt names, unless it is there already. @throws Error where Python is missing. */
export async function installTools(signal: AbortSignal): Promise<void> {
  const wanted = readFileSync(requirements, 'utf8')
  if (existsSync(python) && existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return
  const options = { env: process.env, signal }
  await run(await findPython(signal), ['-m', 'venv', '--clear', folder], options)
  // All that is wanted is named, so that nothing of another version comes along.
  const pip = ['-m', 'pip', 'install', '--no-deps', '--disable-pip-version-check', '-r', requirements]
  await run(python, pip, options)
  writeFileSync(installed, wanted)
}

const check = 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10)'

async function findPython(signal: AbortSignal): Promise<string> {
  for (const program of ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10']) {
    try {
      await run(program, ['-c', check], { env: process.env, signal })
      return program
    } catch {
      signal.throwIfAborted()
    }
  }
  throw new Error('the emulator test needs Python 3.10 or newer with its venv module (python3-venv on Debian) on PATH')
}
