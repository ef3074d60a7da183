// The esbuild options that bundle a function of lambda/.

import { fileURLToPath } from 'node:url'
import type { BuildOptions } from 'esbuild'

/** The entry file of each function, in lambda/. The key names the bundle: `endpoint.mjs`. */
export const entries = {
  endpoint: 'endpoint/handler.ts',
  oversight: 'oversight/handler.ts',
  introspection: 'oversight/introspection-handler.ts',
  triggers: 'triggers/handler.ts',
  events: 'events/handler.ts',
  'attach-triggers': 'existing-pool/attach-triggers-handler.ts',
  groups: 'existing-pool/groups-handler.ts',
} as const

export type Entry = keyof typeof entries

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Node's modules that the functions and their libraries import, besides those in replacements/. */
const builtins = [
  'console',
  'crypto',
  'https',
  'os',
  'path',
  'process',
  'querystring',
  'stream',
  'stream/consumers',
  'timers',
  'timers/promises',
]

/**
 * A module with the exports of one of Node's modules. A normal import calls all getters of Node's module, and some load more of
 * Node.js than the functions use. esbuild leaves out the exports that nothing imports.
 */
function replacementOf(builtin: string): string {
  const load = `process.getBuiltinModule('node:${builtin}')`
  const exports = Object.keys(process.getBuiltinModule(builtin) ?? {}).map(
    (name) => `export const ${name} = /* @__PURE__ */ (() => ${load}.${name})()`,
  )
  return `data:text/javascript,${encodeURIComponent([...exports, `export default /* @__PURE__ */ ${load}`].join('\n'))}`
}

const builtinAliases = Object.fromEntries(
  builtins.flatMap((name) => [name, `node:${name}`].map((imported) => [imported, replacementOf(name)])),
)

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
      '@aws-sdk/endpoint-cache': pathOf('./replacements/endpoint-cache.ts'),
      '@aws-sdk/signature-v4-multi-region': pathOf('./replacements/signature-v4-multi-region.ts'),
      '@smithy/core/event-streams': pathOf('./replacements/event-streams.ts'),
      'node:fs': pathOf('./replacements/node-fs.ts'),
      'node:http': pathOf('./replacements/node-http.ts'),
      'node:fs/promises': pathOf('./replacements/node-fs-promises.ts'),
      ...builtinAliases,
    },
    // The functions have no web streams. Node.js would load its own as soon as the AWS SDK asks for the type of a body.
    define: { ReadableStream: 'undefined' },
    // The AWS SDK needs bowser only in browsers.
    external: ['bowser'],
    logLevel: 'warning',
  } as const satisfies BuildOptions
}
