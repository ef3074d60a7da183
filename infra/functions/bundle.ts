// Bundles a function of lambda/ for deployment.

import { AssetHashType, DockerImage } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { buildSync } from 'esbuild'
import { bundleOptions, type Entry } from './bundle-options.ts'

/** `<entry>.mjs` and, each in a chunk of its own, the modules that it imports only when it needs them. */
export function bundle(entry: Entry): Code {
  const options = bundleOptions(entry)
  return Code.fromAsset(options.absWorkingDir, {
    // The hash is of the bundle, so that what does not change it does not deploy.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // CDK wants an image to fall back on, which is never used, and takes assets of equal options for one asset.
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
