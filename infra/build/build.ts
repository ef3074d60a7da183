// `npm run build`: makes the npm package's code in dist/. The repository itself needs no build.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundledPackages } from './bundled-packages.ts'
import { writeDeclarations } from './declarations.ts'
import { buildFunctions } from './functions.ts'
import { buildLocal } from './local.ts'
import { buildModules } from './modules.ts'
import { noticesOf } from './notices.ts'
import { dist } from './paths.ts'

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist)
// `cdk init` makes CommonJS apps, and jest cannot load ES modules from them. ES modules can import CommonJS by name.
writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n')
writeDeclarations()
const metafiles = [...(await buildFunctions(join(dist, 'bundles'))), await buildModules(), ...(await buildLocal())]
writeFileSync(join(dist, 'THIRD-PARTY-NOTICES'), noticesOf(bundledPackages(metafiles)))
