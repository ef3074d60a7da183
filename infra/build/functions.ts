// Bundles the functions, as a deployment from the repository does.

import { join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { bundleOptions, type Entry, entries } from '../functions/bundle-options.ts'
import { root } from './paths.ts'

/** @param folder gets one folder for each function. Undefined: nothing is written */
export function buildFunctions(folder: string | undefined): Promise<Metafile[]> {
  return Promise.all((Object.keys(entries) as Entry[]).map((entry) => buildFunction(entry, folder)))
}

async function buildFunction(entry: Entry, folder: string | undefined): Promise<Metafile> {
  const options = bundleOptions(entry)
  const { metafile } = await build({
    ...options,
    // The paths in the metafile are relative to this folder.
    absWorkingDir: root,
    entryPoints: options.entryPoints.map(({ in: file, out }) => ({ in: join(options.absWorkingDir, file), out })),
    outdir: join(folder ?? 'nowhere', entry),
    write: folder !== undefined,
    metafile: true,
  })
  return metafile
}
