// Bundles a function of lambda/ for deployment.

import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { AssetHashType, DockerImage } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { buildSync, type OutputFile } from 'esbuild'
import { bundleOptions, type Entry } from './bundle-options.ts'

/** The bundle contains `<entry>.mjs` and one chunk for each module that it imports dynamically. */
export function bundle(entry: Entry): Code {
  return Code.fromAsset(bundleOptions(entry).absWorkingDir, {
    // A hash of the bundle: CloudFormation updates the function only if its bundle changes.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // CDK requires a fallback image, which is never used. CDK reuses an asset whose options are equal, so `command` differs.
      image: DockerImage.fromRegistry('scratch'),
      command: [entry],
      local: {
        tryBundle(outdir) {
          for (const { path, contents } of build(entry)) writeFileSync(join(outdir, basename(path)), contents)
          return true
        },
      },
    },
  })
}

const built = new Map<Entry, OutputFile[]>()

/** Several stacks of one process share the files. */
function build(entry: Entry): OutputFile[] {
  const files = built.get(entry) ?? buildSync({ ...bundleOptions(entry), outdir: '/', write: false }).outputFiles
  built.set(entry, files)
  return files
}
