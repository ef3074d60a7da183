// The Node.js programs that run the apps.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** This process's own, and the machine's if that is Node.js 20. npm puts the repository's own first in PATH. */
export function nodePrograms(): string[] {
  const machines = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'))
    .find(existsSync)
  return [process.execPath, ...(machines && versionOf(machines).startsWith('v20.') ? [machines] : [])]
}

export function versionOf(node: string): string {
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
}
