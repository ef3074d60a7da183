// The folder rule of lambda/: a folder ships in its own functions, the top level is shared, and folders stay apart.

import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'

const root = fileURLToPath(new URL('../../lambda', import.meta.url))
const shared = '.'

/** `endpoint` for endpoint/http/verifier.ts, `.` for the top level. */
const folderOf = (path: string) => (path.includes('/') ? (path.split('/')[0] as string) : shared)

/** Imports from one folder to another that the rule forbids, as `from → to`. */
function forbiddenImports(sources: Record<string, string>): string[] {
  return Object.entries(sources).flatMap(([path, source]) =>
    [...source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)]
      .map(([, specifier = '']) => join(dirname(path), specifier))
      .filter((target) => folderOf(target) !== shared && folderOf(target) !== folderOf(path))
      .map((target) => `${path} → ${target}`),
  )
}

describe('folders of functions', () => {
  test('import only themselves and the top level', () => {
    const paths = globSync('**/*.ts', { cwd: root })
    expect(paths.length).toBeGreaterThan(20)
    expect(
      forbiddenImports(Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]))),
    ).toEqual([])
  })

  test.each([
    ['a folder that imports another', 'triggers/handler.ts', `import { x } from '../endpoint/tokens.ts'`],
    ['one that does so only when needed', 'triggers/handler.ts', `await import('../existing-pool/pool-settings.ts')`],
    ['one that exports from another', 'endpoint/http/a.ts', `export type { X } from '../../triggers/event.ts'`],
    ['the top level that imports a folder', 'records.ts', `import type { X } from './endpoint/request.ts'`],
  ])('%s is found', (_what, path, source) => {
    expect(forbiddenImports({ [path]: source })).toHaveLength(1)
  })

  test('may import the top level and their own subfolders', () => {
    const source = `import '../records.ts'; import { a } from './http/chain.ts'`
    expect(forbiddenImports({ 'endpoint/handler.ts': source })).toEqual([])
  })
})
