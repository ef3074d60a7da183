// Replaces the modules that differ in the npm package.

import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Plugin } from 'esbuild'

/** In place of `<folder>/<name>.ts`, the package contains `<folder>/package/<name>.ts` if that file exists. */
export const packageModules: Plugin = {
  name: 'package-modules',
  setup({ onResolve }) {
    onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const file = join(resolveDir, path)
      const inPackage = join(dirname(file), 'package', basename(file))
      return existsSync(inPackage) ? { path: inPackage } : undefined
    })
  },
}
