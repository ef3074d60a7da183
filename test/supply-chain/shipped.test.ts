// Versions of the packages.

import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

/** The repository itself, and the folder that brings Node.js. */
const ownFolders = ['', 'infra/node', 'node_modules/node-for-development']

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'))

test('all dependencies have an exact version, and a hash in the lock file', () => {
  const { devDependencies } = read('package.json') as Record<string, Record<string, string>>
  const { '@types/node': _, ...pinned } = devDependencies ?? {}
  for (const version of Object.values(pinned)) expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  const { packages } = read('package-lock.json') as {
    packages: Record<string, { integrity?: string; inBundle?: boolean }>
  }
  for (const [path, { integrity, inBundle }] of Object.entries(packages))
    if (!ownFolders.includes(path) && !inBundle)
      expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-/)])
})
