// The files that the local run reads at run time. The npm package has another version of this module: package/files.ts.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const at = (path: string) => new URL(path, import.meta.url)

export const assemblyWorker = at('./cloudformation/assembly-worker.ts')
export const functionWorker = at('./lambda/function-worker.ts')
export const packageJson = at('../../package.json')
/** The default folder of the functions that the setting nextTriggers names. */
export const triggersFolder: string | undefined = fileURLToPath(at('../../test/example/'))

export function readOpenApi(): object {
  return parse(readFileSync(at('../docs/openapi.yaml'), 'utf8'))
}

/** @param name a file below demo/ */
export function readDemoFile(name: string): string {
  return readFileSync(at(`./demo/${name}`), 'utf8')
}

/** @param name a file of swagger-ui-dist */
export function readSwaggerUi(name: string): Buffer {
  return readFileSync(new URL(import.meta.resolve(`swagger-ui-dist/${name}`)))
}
