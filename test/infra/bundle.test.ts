// The functions' bundles, as they would be uploaded.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { synthesize } from '../../infra/synthesize.ts'

const outdir = mkdtempSync(join(tmpdir(), 'bundle-'))
let bundles: string[]
beforeAll(() => {
  synthesize({ outdir })
  bundles = readdirSync(outdir).filter((name) => name.startsWith('asset.'))
})
afterAll(() => rmSync(outdir, { recursive: true }))

function read(entry: string): string {
  const bundle = bundles.find((name) => readdirSync(join(outdir, name)).includes(entry)) ?? ''
  return readFileSync(join(outdir, bundle, entry), 'utf8')
}

/** The files that are run before an entry is. */
function loadedWith(entry: string): string[] {
  const source = read(entry)
  const imported = [...source.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)].map(([, name]) => name as string)
  return [source, ...imported.flatMap(loadedWith)]
}

describe('bundles', () => {
  test('are one a function', () => {
    expect(bundles).toHaveLength(2)
  })

  test.each(['impersonate.mjs', 'triggers.mjs'])('%s exports a handler and needs no require', (entry) => {
    expect(read(entry)).toMatch(/export\s*\{[^}]*\bhandler\b/)
    expect(read(entry)).not.toContain('Dynamic require')
  })

  test('leave the AWS SDK out of what an ordinary sign-in loads', () => {
    const loaded = loadedWith('triggers.mjs')
    expect(loaded.join()).not.toContain('DynamoDB')
    expect(Buffer.byteLength(loaded.join())).toBeLessThan(4096)
    expect(read('triggers.mjs')).toMatch(/import\("\.\/[\w-]+\.mjs"\)/)
  })

  test('come out the same every time, so that the same code deploys nothing', () => {
    const again = mkdtempSync(join(tmpdir(), 'bundle-'))
    synthesize({ outdir: again, context: { sessionMinutes: 30 } })
    const names = readdirSync(again).filter((name) => name.startsWith('asset.'))
    rmSync(again, { recursive: true })
    expect(names).toEqual(bundles)
  })
})
