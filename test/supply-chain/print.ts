// `npm run licences`: prints the packages in the bundles with licence and size.

import { shippedPackages } from './shipped.ts'

const packages = await shippedPackages()
const width = Math.max(...packages.map(({ name, version }) => `${name}@${version}`.length))
for (const { name, version, license, bytes } of packages) {
  console.log(
    `${`${name}@${version}`.padEnd(width)}  ${license.padEnd(12)}  ${(bytes / 1024).toFixed(1).padStart(7)} kB`,
  )
}
console.log(`${packages.length} packages`)
