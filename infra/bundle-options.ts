// How esbuild bundles a function of lambda/.

import { fileURLToPath } from 'node:url'
import type { BuildOptions } from 'esbuild'

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** @param entry the file of lambda/, without its ending. */
export function bundleOptions(entry: string) {
  return {
    absWorkingDir: pathOf('../lambda'),
    entryPoints: [`${entry}.ts`],
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    alias: {
      '@aws-sdk/credential-provider-node': pathOf('./bundled/credential-provider-node.ts'),
      'node:http': pathOf('./bundled/node-http.ts'),
    },
    // Reads a browser's user agent.
    external: ['bowser'],
    logLevel: 'warning',
  } as const satisfies BuildOptions
}
