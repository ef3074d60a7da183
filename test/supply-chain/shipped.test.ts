// What ships comes under licences that allow it, in versions that are named exactly.

import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { shippedPackages } from './shipped.ts'

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'))

test('every package in the bundles is under a permissive licence, at the version of the lock', async () => {
  const { packages: locked } = read('package-lock.json') as { packages: Record<string, { version?: string }> }
  const versions = new Set(
    Object.entries(locked).map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`),
  )
  const shipped = await shippedPackages()
  expect(shipped.length).toBeGreaterThan(5)
  for (const { name, version, license } of shipped) {
    expect(['Apache-2.0', 'MIT', 'MIT-0', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC']).toContain(license)
    expect(versions).toContain(`${name}@${version}`)
  }
})

test('what is depended on is named by one exact version, with its hash in the lock', () => {
  const { dependencies, devDependencies } = read('package.json') as Record<string, Record<string, string>>
  const { '@types/node': _, ...pinned } = { ...dependencies, ...devDependencies }
  for (const version of Object.values(pinned)) expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  const { packages } = read('package-lock.json') as {
    packages: Record<string, { integrity?: string; inBundle?: boolean }>
  }
  for (const [path, { integrity, inBundle }] of Object.entries(packages))
    if (path !== '' && !inBundle) expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-/)])
})
