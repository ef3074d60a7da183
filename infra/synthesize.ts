// Synthesizes the stack in this process, as the CDK CLI would in another.

import { readFileSync } from 'node:fs'
import { App } from 'aws-cdk-lib'
import type { CloudAssembly } from 'aws-cdk-lib/cx-api'
import { ImpersonationStack } from './impersonation-stack.ts'

export interface SynthesizeOptions {
  /** What `-c` would give: it goes before the context of cdk.json. */
  context?: Record<string, unknown>
  /** Where the template and the bundles go; a temporary folder when left out. */
  outdir?: string
}

/** @throws Error naming the setting that breaks its rule. */
export function synthesize({ context = {}, outdir }: SynthesizeOptions = {}): CloudAssembly {
  const cdkJson: { context?: object } = JSON.parse(readFileSync(new URL('../cdk.json', import.meta.url), 'utf8'))
  const app = new App({ context: { ...cdkJson.context, ...context }, ...(outdir !== undefined && { outdir }) })
  new ImpersonationStack(app, 'Impersonation')
  return app.synth()
}
