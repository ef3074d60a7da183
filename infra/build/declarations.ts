// Writes the declarations of the package's modules into dist/types.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dist, root } from './paths.ts'

export function writeDeclarations(): void {
  const tsc = fileURLToPath(import.meta.resolve('typescript/package.json')).replace('package.json', 'bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', 'infra/build/tsconfig.json'], { cwd: root, stdio: 'inherit' })
  const types = join(dist, 'types')
  const needed = new Set<string>()
  for (const entry of ['index.d.ts', 'local/index.d.ts', 'live.d.ts']) collect(join(types, 'infra', entry), needed)
  for (const name of readdirSync(types, { recursive: true, encoding: 'utf8' })) {
    const file = join(types, name)
    if (needed.has(file)) useJsExtensions(file)
    else if (name.endsWith('.d.ts')) rmSync(file)
  }
}

/** Collects a declaration and those that it imports. The others describe modules that the package does not export. */
function collect(file: string, needed: Set<string>): void {
  if (needed.has(file)) return
  needed.add(file)
  for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(/['"](\.[^'"]*)\.ts['"]/g)) {
    collect(join(file, '..', `${specifier}.d.ts`), needed)
  }
}

/** `rewriteRelativeImportExtensions` leaves declarations as they are. Older versions of TypeScript need `.js` there. */
function useJsExtensions(file: string): void {
  const source = readFileSync(file, 'utf8')
  writeFileSync(file, source.replace(/(\bfrom |\bimport\()(['"]\.[^'"]*)\.ts(['"])/g, '$1$2.js$3'))
}
