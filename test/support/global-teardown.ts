// Runs once after all test files of a jest run.

import { rmSync } from 'node:fs'
import { runFolder } from './run-folder.ts'
import { stopSynthesis } from './synthesis.ts'

export default async function tearDown(): Promise<void> {
  await stopSynthesis()
  rmSync(runFolder(), { recursive: true, force: true })
}
