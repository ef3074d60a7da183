// Installs Python programs into virtual environments under .venv/.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RunOptions, root, run } from './commands.ts'

const checkVersion = 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10)'

/** The virtual environment `.venv/<name>` with the packages of `test/<name>/requirements.txt`. */
export function pythonEnvironment(name: 'emulator' | 'fuzz') {
  const folder = join(root, '.venv', name)
  const requirements = join(root, 'test', name, 'requirements.txt')
  const installed = join(folder, 'installed.txt')
  const program = (file: string) => join(folder, 'bin', file)

  return {
    /** @returns the path of an installed program. */
    program,

    /** Installs the packages, unless the same list is installed already. @throws Error if Python is missing. */
    async install(options: RunOptions): Promise<void> {
      const python = program('python')
      const wanted = readFileSync(requirements, 'utf8')
      if (existsSync(python) && existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return
      await run(await findPython(options), ['-m', 'venv', '--clear', folder], options)
      // requirements.txt lists all dependencies: with --no-deps pip adds no other version.
      // Python compiles what it imports; pip would compile everything.
      const flags = ['--no-deps', '--no-compile', '--disable-pip-version-check']
      const pip = ['-m', 'pip', 'install', ...flags, '-r', requirements]
      await run(python, pip, options)
      writeFileSync(installed, wanted)
    },
  }
}

async function findPython(options: RunOptions): Promise<string> {
  for (const program of ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10']) {
    try {
      await run(program, ['-c', checkVersion], options)
      return program
    } catch {
      options.signal.throwIfAborted()
    }
  }
  throw new Error('this test needs Python 3.10 or newer with its venv module (python3-venv on Debian) on PATH')
}
