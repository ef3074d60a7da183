// Synthesizes the stack in this process, without the CDK CLI.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import type { CloudAssembly } from 'aws-cdk-lib/cx-api'
import { ImpersonationStack } from './impersonation-stack.ts'

export interface SynthesizeOptions {
  /** Like `-c`: overrides the context in cdk.json. */
  context?: Record<string, unknown>
  /** The context in cdk.json overrides it. */
  defaults?: Record<string, unknown>
  /** The folder for the template and the bundles. Default: a temporary folder. */
  outdir?: string
}

/** @throws Error naming the setting that breaks its rule */
export function synthesize({ context = {}, defaults = {}, outdir }: SynthesizeOptions = {}): CloudAssembly {
  const cdkJson: { context?: object } = JSON.parse(readFileSync(join(import.meta.dirname, '../cdk.json'), 'utf8'))
  const app = new App({
    context: { ...defaults, ...cdkJson.context, ...context },
    ...(outdir !== undefined && { outdir }),
    // The validation takes 3 s in each process. `cdk synth` and `cdk deploy` validate the template: see app.ts.
    builtinCloudFormationValidation: false,
    // Nobody reads tree.json.
    treeMetadata: false,
  })
  new ImpersonationStack(app, 'Impersonation')
  return app.synth()
}
