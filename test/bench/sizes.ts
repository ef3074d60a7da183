// Sizes of the bundles and of the packages in them.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { buildSync, type Metafile } from 'esbuild'
import { bundleOptions, type Entry } from '../../infra/functions/bundle-options.ts'
import type { Variant } from './variants.ts'

export interface Size {
  /** Bytes of the entry and its static imports. The rest is loaded on demand. */
  loaded: number
  entry: number
  total: number
  /** Bytes per package, loaded at start and on demand. Missing if no metafile fits. */
  packages?: Record<string, { loaded: number; onDemand: number }>
}

export function sizeOf({ directory, file }: Variant): Size {
  const files = readdirSync(directory).filter((name) => /\.[cm]?js$/.test(name))
  const bytes = (name: string) => statSync(join(directory, name)).size
  const sum = (names: Iterable<string>) => [...names].reduce((total, name) => total + bytes(name), 0)
  const loaded = closure(directory, basename(file))
  const metafile = metafileOf(directory, file)
  return {
    loaded: sum(loaded),
    entry: bytes(basename(file)),
    total: sum(files),
    ...(metafile && { packages: packagesOf(metafile, loaded) }),
  }
}

/** A file and its static imports. */
export function closure(directory: string, name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found
  found.add(name)
  const source = readFileSync(join(directory, name), 'utf8')
  for (const [, imported] of source.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) {
    closure(directory, imported ?? '', found)
  }
  return found
}

/** Reads the metafile of NodejsFunction, or bundles ours again and compares the chunk names. */
function metafileOf(directory: string, file: string): Metafile | undefined {
  const written = join(directory, 'index.meta.json')
  if (existsSync(written)) return JSON.parse(readFileSync(written, 'utf8'))
  const options = bundleOptions(basename(file, '.mjs') as Entry)
  const { metafile } = buildSync({ ...options, outdir: directory, write: false, metafile: true })
  const names = Object.keys(metafile.outputs).map((path) => basename(path))
  return names.every((name) => existsSync(join(directory, name))) ? metafile : undefined
}

function packagesOf({ outputs }: Metafile, loaded: Set<string>): NonNullable<Size['packages']> {
  const packages: NonNullable<Size['packages']> = {}
  for (const [path, { inputs, bytes }] of Object.entries(outputs)) {
    const when = loaded.has(basename(path)) ? 'loaded' : 'onDemand'
    const add = (name: string, count: number) => {
      packages[name] ??= { loaded: 0, onDemand: 0 }
      packages[name][when] += count
    }
    const parts = Object.entries(inputs)
    for (const [input, { bytesInOutput }] of parts) add(packageOf(input), bytesInOutput)
    add('(joints)', bytes - parts.reduce((total, [, { bytesInOutput }]) => total + bytesInOutput, 0))
  }
  return packages
}

function packageOf(input: string): string {
  const path = input.split('node_modules/').at(-1) ?? ''
  return path === input ? 'ours' : path.split('/', path.startsWith('@') ? 2 : 1).join('/')
}
