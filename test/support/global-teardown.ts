// Runs once after all test files of a jest run.

import { rmSync } from 'node:fs'
import { runFolder } from './run-folder.ts'

export default function tearDown(): void {
  rmSync(runFolder(), { recursive: true, force: true })
}
