// Attaches impersonation to a user pool of the same stack: the pool's own resource names the triggers.

import { Stack } from 'aws-cdk-lib'
import { CfnUserPoolGroup, LambdaVersion, type UserPool, UserPoolOperation } from 'aws-cdk-lib/aws-cognito'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'

export interface AttachToStackPoolProps {
  userPool: UserPool
  /** Groups that must exist. */
  groups: string[]
  /** The trigger function by name (`byName`). Undefined: no triggers are attached. */
  triggers: IFunction | undefined
}

/** Sets the pool's triggers, and makes the groups that the app has not made before. */
export function attachToStackPool(scope: Construct, { userPool, groups, triggers }: AttachToStackPoolProps): void {
  if (triggers) {
    userPool.addTrigger(UserPoolOperation.DEFINE_AUTH_CHALLENGE, triggers)
    userPool.addTrigger(UserPoolOperation.CREATE_AUTH_CHALLENGE, triggers)
    userPool.addTrigger(UserPoolOperation.VERIFY_AUTH_CHALLENGE_RESPONSE, triggers)
    userPool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, triggers, LambdaVersion.V2_0)
  }
  const appGroups = groupsOf(userPool)
  for (const groupName of groups.filter((name) => !appGroups.includes(name))) {
    new CfnUserPoolGroup(scope, `Group-${groupName}`, { userPoolId: userPool.userPoolId, groupName })
  }
}

function groupsOf(userPool: UserPool): string[] {
  const stack = Stack.of(userPool)
  const poolId = JSON.stringify(stack.resolve(userPool.userPoolId))
  return stack.node
    .findAll()
    .filter((construct) => construct instanceof CfnUserPoolGroup)
    .filter((group) => JSON.stringify(stack.resolve(group.userPoolId)) === poolId)
    .map(({ groupName = '' }) => groupName)
}
