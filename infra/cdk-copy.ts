// Checks the copy of aws-cdk-lib that the construct uses, before it fails in an unclear way.

import { Stack } from 'aws-cdk-lib'
import cdk from 'aws-cdk-lib/package.json' with { type: 'json' }
import type { Construct } from 'constructs'

/** package.json has the same in peerDependencies. Older versions refuse the names of the rules in `acknowledge`. */
const oldest = '2.269.0'

/** @throws Error if aws-cdk-lib is too old, or if the app uses another copy of it */
export function assertUsableCdk(scope: Construct, version: string = cdk.version): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number)
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw new Error(`aws-cdk-lib ${version} is too old: cognito-impersonation needs ${oldest} or newer`)
  }
  if (Stack.of(scope) instanceof Stack) return
  throw new Error(
    'the app and cognito-impersonation use two copies of aws-cdk-lib: install one version only. `npm ls aws-cdk-lib` shows both',
  )
}
