// The regions that impersonation supports.

import { Stack, Token } from 'aws-cdk-lib'
import type { IUserPool } from 'aws-cdk-lib/aws-cognito'
import type { Construct } from 'constructs'
import { regionsIn } from './location.ts'

/** The prefixes of regions in the partitions of China, of governments and of the European Sovereign Cloud. */
const otherPartition = /^(cn|us-gov|us-iso\w*|eu-iso\w*|eusc)-/

/**
 * A stack without a region is deployed to the CDK CLI's default region, which is in CDK_DEFAULT_REGION.
 * @throws Error if the stack or its user pool is in a region of another partition than `aws`
 */
export function assertSupportedRegion(scope: Construct, { userPoolId, env }: IUserPool): void {
  const { region } = Stack.of(scope)
  const stackRegion = Token.isUnresolved(region) ? (process.env.CDK_DEFAULT_REGION ?? '') : region
  for (const name of [stackRegion, env.region, ...regionsIn(userPoolId)]) {
    if (!otherPartition.test(name)) continue
    throw new Error(
      `region ${name} is not supported: the endpoint accepts ID tokens only from issuers under amazonaws.com, and partitions other than aws are untested`,
    )
  }
}
