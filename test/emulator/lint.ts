// cfn-lint over the template that is deployed.

import { join } from 'node:path'
import { type RunOptions, run } from '../support/commands.ts'
import { pythonEnvironment } from '../support/python.ts'

// CDK has a function wait for its role, which the function names anyway: true of every function that it writes.
const ignored = ['W3005']

/** @throws Error with what it found, down to warnings. */
export async function lint(assembly: string, options: RunOptions): Promise<void> {
  const template = join(assembly, 'Impersonation.template.json')
  await run(pythonEnvironment('emulator').program('cfn-lint'), ['--ignore-checks', ...ignored, '--', template], options)
}
