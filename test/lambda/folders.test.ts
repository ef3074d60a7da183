// Checks the folder rule of lambda/: a folder imports only its own files and the shared files at the top.

import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'

const root = fileURLToPath(new URL('../../lambda', import.meta.url))
const topLevel = '.'

/** @returns `endpoint` for endpoint/http/verifier.ts, `.` for the top level. */
const folderOf = (path: string) => (path.includes('/') ? (path.split('/')[0] as string) : topLevel)

/** @returns the imports that break the rule, as `from → to`. */
function forbiddenImports(sources: Record<string, string>): string[] {
  return Object.entries(sources).flatMap(([path, source]) =>
    [...source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)]
      .map(([, specifier = '']) => join(dirname(path), specifier))
      .filter((target) => folderOf(target) !== topLevel && folderOf(target) !== folderOf(path))
      .map((target) => `${path} → ${target}`),
  )
}

describe('the folder rule', () => {
  test('is followed in lambda/', () => {
    const paths = globSync('**/*.ts', { cwd: root })
    expect(paths.length).toBeGreaterThan(20)
    expect(
      forbiddenImports(Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]))),
    ).toEqual([])
  })

  test.each([
    ['an import of another folder', 'triggers/handler.ts', `import { x } from '../endpoint/tokens.ts'`],
    ['a dynamic import of another folder', 'triggers/handler.ts', `await import('../existing-pool/pool-settings.ts')`],
    ['an export from another folder', 'endpoint/http/a.ts', `export type { X } from '../../triggers/event.ts'`],
    ['an import of a folder by the top level', 'records.ts', `import type { X } from './endpoint/request.ts'`],
  ])('finds %s', (_, path, source) => {
    expect(forbiddenImports({ [path]: source })).toHaveLength(1)
  })

  test('allows imports of the top level and of own subfolders', () => {
    const source = `import '../records.ts'; import { a } from './http/chain.ts'`
    expect(forbiddenImports({ 'endpoint/handler.ts': source })).toEqual([])
  })
})
