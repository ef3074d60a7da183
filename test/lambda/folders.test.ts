// Checks the folder rule of lambda/: a folder imports only its own files and the shared files at the top. The folders of the
// API's functions also import http/.

import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'

const root = fileURLToPath(new URL('../../lambda', import.meta.url))
const topLevel = '.'

/** The folders of the functions that API Gateway invokes. They share http/. */
const apiFolders = ['endpoint', 'oversight']

/** @returns `triggers` for triggers/next/run.ts, `.` for the top level. */
const folderOf = (path: string) => (path.includes('/') ? (path.split('/')[0] as string) : topLevel)

function mayImport(folder: string, imported: string): boolean {
  return imported === topLevel || imported === folder || (imported === 'http' && apiFolders.includes(folder))
}

/** @returns the imports that break the rule, as `from → to`. */
function forbiddenImports(sources: Record<string, string>): string[] {
  return Object.entries(sources).flatMap(([path, source]) =>
    [...source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)]
      .map(([, specifier = '']) => join(dirname(path), specifier))
      .filter((target) => !mayImport(folderOf(path), folderOf(target)))
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
    ['an export from another folder', 'triggers/next/a.ts', `export type { X } from '../../endpoint/tokens.ts'`],
    ['an import of http/ by the triggers', 'triggers/handler.ts', `import { x } from '../http/username.ts'`],
    ['an import of a function by http/', 'http/chain.ts', `import { x } from '../endpoint/request.ts'`],
    ['an import of a folder by the top level', 'records.ts', `import type { X } from './endpoint/request.ts'`],
  ])('finds %s', (_, path, source) => {
    expect(forbiddenImports({ [path]: source })).toHaveLength(1)
  })

  test('allows imports of the top level and of own subfolders', () => {
    const source = `import '../records.ts'; import { a } from './next/run.ts'`
    expect(forbiddenImports({ 'triggers/handler.ts': source })).toEqual([])
  })

  test.each(apiFolders)('allows %s to import http/', (folder) => {
    expect(forbiddenImports({ [`${folder}/handler.ts`]: `import { a } from '../http/chain.ts'` })).toEqual([])
  })
})
