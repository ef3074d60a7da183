// Schemathesis, in a virtual environment of this project's own.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type RunOptions, root, run } from '../emulator/commands.ts'

const folder = join(root, '.venv/fuzz')
const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url))
const installed = join(folder, 'installed.txt')

/** @returns the program, once it is installed. @throws Error where Python is missing. */
export async function installSchemathesis(options: RunOptions): Promise<string> {
  const program = join(folder, 'bin/schemathesis')
  const wanted = readFileSync(requirements, 'utf8')
  if (existsSync(program) && existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return program
  const check = 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10)'
  await run('python3', ['-c', check], options).catch(() => {
    options.signal.throwIfAborted()
    throw new Error(
      'fuzzing needs Python 3.10 or newer with its venv module (python3-venv on Debian) as python3 on PATH',
    )
  })
  await run('python3', ['-m', 'venv', '--clear', folder], options)
  const pip = ['-m', 'pip', 'install', '--no-deps', '--disable-pip-version-check', '-r', requirements]
  await run(join(folder, 'bin/python'), pip, options)
  writeFileSync(installed, wanted)
  return program
}
