// The packages in the bundles, from esbuild's metafile.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { bundleOptions, type Entry, entries } from '../../infra/functions/bundle-options.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Package {
  name: string
  version: string
  license: string
  /** Minified bytes in all bundles. */
  bytes: number
}

export async function shippedPackages(): Promise<Package[]> {
  const bundles = await Promise.all(
    (Object.keys(entries) as Entry[]).map((entry) =>
      build({
        ...bundleOptions(entry),
        absWorkingDir: root,
        entryPoints: [`lambda/${entries[entry]}`],
        outdir: 'nowhere',
        write: false,
        metafile: true,
      }),
    ),
  )
  const bytes = new Map<string, number>()
  for (const { inputs } of bundles.flatMap(({ metafile }) => Object.values(metafile.outputs))) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const [folder] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path) ?? []
      if (folder) bytes.set(folder, (bytes.get(folder) ?? 0) + bytesInOutput)
    }
  }
  return [...bytes]
    .map(([folder, bytes]) => ({ ...describe(folder), bytes }))
    .sort((a, b) => a.name.localeCompare(b.name))
}

/** Reads the package.json of a package. */
function describe(folder: string) {
  const path = join(root, folder, 'package.json')
  const { name, version, license } = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
  return { name: String(name ?? folder), version: String(version), license: String(license) }
}
