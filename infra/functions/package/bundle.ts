// The functions' bundles in the npm package. infra/build makes them. This file replaces ../bundle.ts there.

import { join } from 'node:path'
import { Code } from 'aws-cdk-lib/aws-lambda'
import type * as repository from '../bundle.ts'

/** The bundles are beside the package's index.js, which contains this file. */
export const bundle: typeof repository.bundle = (entry) => Code.fromAsset(join(import.meta.dirname, 'bundles', entry))
