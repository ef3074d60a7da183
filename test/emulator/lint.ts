// Runs cfn-lint on the template.

import { join } from 'node:path'
import { type RunOptions, run } from '../support/commands.ts'
import { pythonEnvironment } from '../support/python.ts'

// W3005, redundant DependsOn: CDK writes it on every function.
const ignored = ['W3005']

/** W3037, unknown action: cfn-lint 1.58 does not know GetUserPoolSessionConfiguration of November 2026. */
export const ignoredOnExistingPool = ['W3037']

/** @throws Error with cfn-lint's errors and warnings. */
export async function lint(assembly: string, options: RunOptions, further: readonly string[] = []): Promise<void> {
  const template = join(assembly, 'Impersonation.template.json')
  const args = ['--ignore-checks', ...ignored, ...further, '--', template]
  await run(pythonEnvironment('emulator').program('cfn-lint'), args, options)
}
