// The import rule of infra/ and lambda/: no circles, for values or for types.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The files that a source imports, as paths from the root. */
function importsOf(path: string, source: string): string[] {
  const specifiers = [...source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, specifier = '']) => specifier)
  return specifiers.map((specifier) => join(path, '..', specifier))
}

/** The import circles among these files, each as `a → b → a`. */
function findCircles(sources: Record<string, string>): string[] {
  const circles: string[] = []
  const finished = new Set<string>()
  const visit = (path: string, importers: string[]) => {
    const start = importers.indexOf(path)
    if (start >= 0) circles.push([...importers.slice(start), path].join(' → '))
    if (start >= 0 || finished.has(path)) return
    for (const imported of importsOf(path, sources[path] ?? '')) visit(imported, [...importers, path])
    finished.add(path)
  }
  for (const path of Object.keys(sources)) visit(path, [])
  return circles
}

describe('imports in infra/ and lambda/', () => {
  test('form no circle', () => {
    const paths = globSync('{infra,lambda}/**/*.{ts,js}', { cwd: root })
    expect(paths.length).toBeGreaterThan(100)
    const sources = Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]))
    expect(findCircles(sources)).toEqual([])
  })

  test.each<[string, Record<string, string>, string[]]>([
    [
      'of two files',
      { 'a/x.ts': `import { y } from '../b/y.ts'`, 'b/y.ts': `import { x } from '../a/x.ts'` },
      ['a/x.ts → b/y.ts → a/x.ts'],
    ],
    [
      'of types',
      { 'x.ts': `import type { Y } from './y.ts'`, 'y.ts': `export type { X } from './x.ts'` },
      ['x.ts → y.ts → x.ts'],
    ],
    [
      'of three files that a fourth file imports',
      {
        'w.ts': `import './x.ts'`,
        'x.ts': `import './y.ts'`,
        'y.ts': `await import('./z.ts')`,
        'z.ts': `import './x.ts'`,
      },
      ['x.ts → y.ts → z.ts → x.ts'],
    ],
    ['of one file', { 'x.ts': `import type { X } from './x.ts'` }, ['x.ts → x.ts']],
  ])('a circle %s is found', (_name, sources, circles) => {
    expect(findCircles(sources)).toEqual(circles)
  })

  test('two files that import the same third file form no circle', () => {
    const sources = { 'x.ts': `import './y.ts'; import './z.ts'`, 'y.ts': `import './z.ts'`, 'z.ts': '' }
    expect(findCircles(sources)).toEqual([])
  })
})
