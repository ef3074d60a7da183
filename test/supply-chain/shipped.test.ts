// Licences and versions of the packages.

import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { bundledPackages } from '../../infra/build/bundled-packages.ts'
import { buildFunctions } from '../../infra/build/functions.ts'
import { bundleLocal } from '../../infra/build/local.ts'

/** The repository itself, and the folder that brings Node.js. */
const ownFolders = ['', 'infra/node', 'node_modules/node-for-development']

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'))

test('all packages in the bundles have a permissive licence and the version of the lock file', async () => {
  const { packages: locked } = read('package-lock.json') as { packages: Record<string, { version?: string }> }
  const versions = new Set(
    Object.entries(locked).map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`),
  )
  const shipped = bundledPackages([...(await buildFunctions(undefined)), ...(await bundleLocal(undefined))])
  expect(shipped.length).toBeGreaterThan(5)
  for (const { name, version, license } of shipped) {
    expect(['Apache-2.0', 'MIT', 'MIT-0', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC']).toContain(license)
    expect(versions).toContain(`${name}@${version}`)
  }
})

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
