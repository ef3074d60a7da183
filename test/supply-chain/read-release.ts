// Reads this repository's version and changelog.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../support/commands.ts'
import type { Release } from './release.ts'

const read = (path: string) => readFileSync(join(root, path), 'utf8')

export function readRelease(): Release {
  const { version } = JSON.parse(read('package.json'))
  const lock = JSON.parse(read('package-lock.json'))
  return {
    changelog: read('infra/docs/CHANGELOG.md'),
    version,
    lockedVersions: [lock.version, lock.packages[''].version],
  }
}
