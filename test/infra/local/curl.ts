// Runs the calls that a local run prints.

import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { test } from '@jest/globals'

/** `npm test` must also pass on a machine without curl. */
export const hasCurl = !spawnSync('curl', ['--version']).error
export const testWithCurl = hasCurl ? test : test.skip

/** Runs a printed line in a shell. @returns what it prints. @throws Error if it fails, or if there is no such line */
export async function paste(line: string | undefined): Promise<string> {
  return (await promisify(execFile)('sh', ['-c', line ?? 'false'])).stdout
}
