// Runs cfn-lint on the template.

import { join } from 'node:path'
import { type RunOptions, run } from '../support/commands.ts'
import { pythonEnvironment } from '../support/python.ts'

// W3005, redundant DependsOn: CDK writes it on every function.
const ignored = ['W3005']

/** @throws Error with cfn-lint's errors and warnings. */
export async function lint(assembly: string, options: RunOptions): Promise<void> {
  const template = join(assembly, 'Impersonation.template.json')
  await run(pythonEnvironment('emulator').program('cfn-lint'), ['--ignore-checks', ...ignored, '--', template], options)
}
