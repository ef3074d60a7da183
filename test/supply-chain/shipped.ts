// What the bundles are made of: the packages in them, from esbuild's own account, with version and licence.

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
  /** Bytes of it in all bundles, minified. */
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

/** Some packages keep a bare package.json in a folder of theirs: the one that counts has a name. */
function describe(folder: string) {
  const path = join(root, folder, 'package.json')
  const { name, version, license } = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
  return { name: String(name ?? folder), version: String(version), license: String(license) }
}
