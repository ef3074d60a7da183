// esbuild as infra/bundle.ts calls it, and what each bundle turned out to be made of.

import { registerHooks } from 'node:module'
import { type BuildOptions, buildSync as build, type Metafile } from 'esbuild'

export * from 'esbuild'

/** By entry point. */
export const metafiles: Record<string, Metafile> = {}

export function buildSync(options: BuildOptions) {
  const result = build({ ...options, metafile: true })
  for (const entry of options.entryPoints as string[]) metafiles[entry] = result.metafile
  return result
}

/** From now on infra/bundle.ts, which must not be loaded yet, finds this module where it imports esbuild. */
export function observeBundling(): void {
  registerHooks({
    resolve(specifier, context, next) {
      return specifier === 'esbuild' && context.parentURL?.endsWith('/infra/bundle.ts')
        ? { url: import.meta.url, shortCircuit: true }
        : next(specifier, context)
    },
  })
}
