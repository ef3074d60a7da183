// The esbuild options that bundle a function of lambda/.

import { fileURLToPath } from 'node:url'
import type { BuildOptions } from 'esbuild'

/** The entry file of each function, in lambda/. The key names the bundle: `endpoint.mjs`. */
export const entries = {
  endpoint: 'endpoint/handler.ts',
  oversight: 'oversight/handler.ts',
  introspection: 'oversight/introspection-handler.ts',
  triggers: 'triggers/handler.ts',
  'attach-triggers': 'existing-pool/attach-triggers-handler.ts',
  groups: 'existing-pool/groups-handler.ts',
} as const

export type Entry = keyof typeof entries

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url))

export function bundleOptions(entry: Entry) {
  return {
    absWorkingDir: pathOf('../../lambda'),
    entryPoints: [{ in: entries[entry], out: entry }],
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    alias: {
      '@aws-sdk/credential-provider-node': pathOf('./replacements/credential-provider-node.ts'),
      '@smithy/core/event-streams': pathOf('./replacements/event-streams.ts'),
      'node:http': pathOf('./replacements/node-http.ts'),
    },
    // The AWS SDK needs bowser only in browsers.
    external: ['bowser'],
    logLevel: 'warning',
  } as const satisfies BuildOptions
}
