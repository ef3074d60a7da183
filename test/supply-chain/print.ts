// `npm run licences`: prints the packages in the bundles of the functions and of the local run, with licence and size.

import { bundledPackages } from '../../infra/build/bundled-packages.ts'
import { buildFunctions } from '../../infra/build/functions.ts'
import { bundleLocal } from '../../infra/build/local.ts'

const packages = bundledPackages([...(await buildFunctions(undefined)), ...(await bundleLocal(undefined))])
const width = Math.max(...packages.map(({ name, version }) => `${name}@${version}`.length))
for (const { name, version, license, bytes } of packages) {
  console.log(
    `${`${name}@${version}`.padEnd(width)}  ${license.padEnd(12)}  ${(bytes / 1024).toFixed(1).padStart(7)} kB`,
  )
}
console.log(`${packages.length} packages`)
