// The packages in bundles, from esbuild's metafiles.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import { root } from './paths.ts'

export interface BundledPackage {
  name: string
  version: string
  license: string
  author: string
  /** In all bundles together. */
  bytes: number
  folder: string
}

/** @param metafiles their paths are relative to the repository's folder */
export function bundledPackages(metafiles: readonly Metafile[]): BundledPackage[] {
  const bytes = new Map<string, number>()
  for (const { inputs } of metafiles.flatMap(({ outputs }) => Object.values(outputs))) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const [folder] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path) ?? []
      if (folder) bytes.set(folder, (bytes.get(folder) ?? 0) + bytesInOutput)
    }
  }
  return [...bytes]
    .map(([folder, bytes]) => ({ ...describe(join(root, folder)), bytes }))
    .sort((a, b) => a.name.localeCompare(b.name))
}

function describe(folder: string) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return {
    name: String(name),
    version: String(version),
    // Old packages have an object.
    license: String(license?.type ?? license),
    author: String(author?.name ?? author ?? `the authors of ${name}`),
    folder,
  }
}
