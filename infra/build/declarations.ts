// Writes the declarations of the package's modules into dist/types.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dist, root } from './paths.ts'

export function writeDeclarations(): void {
  const tsc = fileURLToPath(import.meta.resolve('typescript/package.json')).replace('package.json', 'bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', 'infra/build/tsconfig.json'], { cwd: root, stdio: 'inherit' })
  const types = join(dist, 'types')
  for (const name of readdirSync(types, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.d.ts')) useJsExtensions(join(types, name))
  }
}

/** `rewriteRelativeImportExtensions` leaves declarations as they are. Older versions of TypeScript need `.js` there. */
function useJsExtensions(file: string): void {
  const source = readFileSync(file, 'utf8')
  writeFileSync(file, source.replace(/(\bfrom |\bimport\()(['"]\.[^'"]*)\.ts(['"])/g, '$1$2.js$3'))
}
