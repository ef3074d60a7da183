// The files that the local run reads in the npm package, beside the bundle that contains this module. Replaces ../files.ts.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type * as repository from '../files.ts'

const at = (path: string) => join(import.meta.dirname, path)

export const assemblyWorker = at('assembly-worker.js')
export const functionWorker = at('function-worker.js')
export const packageJson = at('../../package.json')
export const triggersFolder: typeof repository.triggersFolder = undefined

export const readOpenApi: typeof repository.readOpenApi = () => JSON.parse(readFileSync(at('openapi.json'), 'utf8'))
export const readDemoFile: typeof repository.readDemoFile = (name) => readFileSync(at(`demo/${name}`), 'utf8')
export const readSwaggerUi: typeof repository.readSwaggerUi = (name) => readFileSync(at(`swagger-ui/${name}`))
