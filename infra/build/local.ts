// Bundles the local run: the public module, the command, the workers, the page at /docs, and the demo.

import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'
import { parse } from 'yaml'
import { bundleOptions } from '../functions/bundle-options.ts'
import { packageModules } from './package-modules.ts'
import { dist, root } from './paths.ts'

const { '@aws-sdk/credential-provider-node': credentialProvider, '@smithy/core/event-streams': eventStreams } =
  bundleOptions('endpoint').alias

/** The package contains the construct only once, in dist/index.js. */
const sharedConstruct: Plugin = {
  name: 'shared-construct',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/impersonation\.ts$/ }, () => ({ path: '../index.js', external: true }))
  },
}

/** dynalite requires its operations by names without `.js`, which esbuild does not find. */
const dynaliteOperations: Plugin = {
  name: 'dynalite-operations',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/dynalite\/index\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8')
      return { contents: source.replace(/(require\('\.\/(?:actions|validations)\/' \+ action)\)/g, "$1 + '.js')") }
    })
  },
}

const options = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22',
  logLevel: 'warning',
  metafile: true,
} as const satisfies BuildOptions

const code = {
  ...options,
  format: 'cjs',
  mainFields: ['module', 'main'],
  define: { 'import.meta.dirname': '__dirname' },
  // Peer dependencies; bowser, which the AWS SDK needs only in browsers; and the bundle that bin.js loads.
  external: ['aws-cdk-lib', 'constructs', 'bowser', './index.js'],
} as const satisfies BuildOptions

const swaggerUi = ['swagger-ui-bundle.js', 'swagger-ui-bundle.js.LICENSE.txt', 'swagger-ui.css'].map((file) => ({
  in: `node_modules/swagger-ui-dist/${file}`,
  out: `swagger-ui/${file.replace(/\.\w+$/, '')}`,
}))

/** The files of the demo's pages. */
const demoPages = readdirSync(join(root, 'infra/local/demo'), { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(html|js|css)$/.test(name),
)

/** @param folder gets the bundles. Undefined: nothing is written */
export async function bundleLocal(folder: string | undefined): Promise<Metafile[]> {
  const output = { outdir: folder ?? 'nowhere', write: folder !== undefined }
  const builds = await Promise.all([
    build({
      ...code,
      ...output,
      entryPoints: {
        index: 'infra/local/package/entry.ts',
        bin: 'infra/local/package/bin.js',
      },
      // jest loads this bundle and refuses `import()` by default.
      supported: { 'dynamic-import': false },
      alias: {
        '@aws-sdk/credential-provider-node': credentialProvider,
        '@smithy/core/event-streams': eventStreams,
        level: join(root, 'infra/local/package/level.ts'),
      },
      plugins: [packageModules, dynaliteOperations],
    }),
    build({
      ...code,
      ...output,
      entryPoints: {
        'assembly-worker': 'infra/local/cloudformation/assembly-worker.ts',
        'function-worker': 'infra/local/lambda/function-worker.ts',
      },
      plugins: [sharedConstruct],
    }),
    build({
      ...options,
      ...output,
      entryPoints: swaggerUi,
      // Without the stylesheet's reference to a source map.
      minify: true,
      loader: { '.js': 'copy', '.txt': 'copy' },
    }),
  ])
  return builds.map(({ metafile }) => metafile)
}

/** Writes dist/local, and the CDK's feature flags into dist/cdk.json. @returns esbuild's lists of what the bundles contain */
export async function buildLocal(): Promise<Metafile[]> {
  const metafiles = await bundleLocal(join(dist, 'local'))
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8'))
  writeFileSync(join(dist, 'cdk.json'), JSON.stringify({ context }))
  const description: unknown = parse(readFileSync(join(root, 'infra/docs/openapi.yaml'), 'utf8'))
  writeFileSync(join(dist, 'local/openapi.json'), JSON.stringify(description))
  for (const name of demoPages) cpSync(join(root, 'infra/local/demo', name), join(dist, 'local/demo', name))
  return metafiles
}
