// Compares accounts and regions at synth, when some are not known yet.

import { Token } from 'aws-cdk-lib'

/** The region in a user pool's id. Empty if CloudFormation knows the id only at deployment. */
export function regionsIn(userPoolId: string): string[] {
  return Token.isUnresolved(userPoolId) ? [] : userPoolId.split('_').slice(0, 1)
}

/** False also if CloudFormation knows one of them only at deployment. */
export function differ(left: string, right: string): boolean {
  return !Token.isUnresolved(left) && !Token.isUnresolved(right) && left !== right
}
