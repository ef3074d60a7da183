// Runs once before all test files of a jest run: makes them faster.

import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeKeys } from './pool-keys.ts'
import { setRunFolder } from './run-folder.ts'
import { startSynthesis } from './synthesis.ts'

export default async function setUp(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'impersonation-tests-'))
  setRunFolder(folder)
  // Worker threads start faster with code that Node.js has compiled before.
  process.env.NODE_COMPILE_CACHE = join(folder, 'compiled')
  // CDK's validation takes 3 s in each test file that synthesizes. app.test.ts runs it.
  process.env.CDK_VALIDATION = 'false'
  // Nobody reads where each construct was made, and finding out takes a quarter of the time of a synthesis.
  process.env.CDK_CONTEXT_JSON = JSON.stringify({
    'aws:cdk:disable-creation-stack-traces': true,
    'aws:cdk:disable-logicalId-metadata': true,
    'aws:cdk:disable-stack-trace': true,
  })
  await Promise.all([startSynthesis(), storeKeys()])
}
