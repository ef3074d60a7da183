// Bundles the construct into dist/index.js, and the check for resource servers into dist/live.js.

import { build, type Metafile } from 'esbuild'
import { packageModules } from './package-modules.ts'
import { dist, root } from './paths.ts'

export async function buildModules(): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { index: 'infra/index.ts', live: 'infra/live.ts' },
    outdir: dist,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    external: ['aws-cdk-lib', 'constructs'],
    define: { 'import.meta.dirname': '__dirname' },
    plugins: [packageModules],
    metafile: true,
    logLevel: 'warning',
  })
  return metafile
}
