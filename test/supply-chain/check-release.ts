// Stops a release whose tag, package.json, package-lock.json and CHANGELOG.md disagree: node check-release.ts v1.2.3

import { readRelease } from './read-release.ts'
import { releaseFaults } from './release.ts'

const [tag = ''] = process.argv.slice(2)
const faults = releaseFaults({ ...readRelease(), tag })
for (const fault of faults) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0
