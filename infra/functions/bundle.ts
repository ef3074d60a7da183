// Bundles a function of lambda/ for deployment.

import { AssetHashType, DockerImage } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { buildSync } from 'esbuild'
import { bundleOptions, type Entry } from './bundle-options.ts'

/** The bundle contains `<entry>.mjs` and one chunk for each module that it imports dynamically. */
export function bundle(entry: Entry): Code {
  const options = bundleOptions(entry)
  return Code.fromAsset(options.absWorkingDir, {
    // A hash of the bundle: CloudFormation updates the function only if its bundle changes.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // CDK requires a fallback image, which is never used. CDK reuses an asset whose options are equal, so `command` differs.
      image: DockerImage.fromRegistry('scratch'),
      command: [entry],
      local: {
        tryBundle(outdir) {
          buildSync({ ...options, outdir })
          return true
        },
      },
    },
  })
}
