// Packs the npm package and installs it outside this repository.

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RunOptions, root, run } from '../support/commands.ts'

/** Builds and packs, unless the environment variable TARBALL names a packed package. @returns the path of the tarball */
export async function pack(folder: string, options: RunOptions): Promise<string> {
  const { TARBALL } = process.env
  if (TARBALL) return TARBALL
  await run('npm', ['pack', '--silent', '--ignore-scripts=false', `--pack-destination=${folder}`], options)
  const [name = ''] = readdirSync(folder).filter((file) => file.endsWith('.tgz'))
  return join(folder, name)
}

/** Installs packages into a folder. @returns how long it took, in seconds */
export async function install(folder: string, packages: readonly string[], options: RunOptions): Promise<number> {
  mkdirSync(folder, { recursive: true })
  const started = performance.now()
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  await run('npm', ['install', ...flags, ...packages], { ...options, cwd: folder })
  return (performance.now() - started) / 1000
}

/** The folder's npm project without packages. */
export function makeProject(folder: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
}

/** The paths of the installed packages. */
export function installed(folder: string): string[] {
  const { packages } = JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8'))
  return Object.keys(packages)
}

export function megabytes(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0) / 1e6
}

/** The version of a development dependency of this repository. */
export function ownVersion(name: string): string {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies[name]
}

/** The oldest version that the package accepts. */
export function oldestVersion(name: string): string {
  const range: string = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).peerDependencies[name]
  return range.replace('^', '')
}
