// Attaches impersonation to a user pool, whoever made it: the triggers, and the groups that there must be.

import { Stack } from 'aws-cdk-lib'
import {
  CfnUserPoolGroup,
  type IUserPool,
  LambdaVersion,
  type UserPool,
  UserPoolOperation,
} from 'aws-cdk-lib/aws-cognito'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { type BundledFunction, CustomResourceFunction } from '../functions/bundled-function.ts'

interface AttachmentProps<Pool extends IUserPool> {
  userPool: Pool
  groups: string[]
  /** Undefined: none are attached. */
  triggers: BundledFunction<Record<string, string>> | undefined
  /** The same, by a name that refers to nothing in the template. */
  triggersByName: IFunction
  logRetentionDays: RetentionDays
}

/** A pool that the app makes is made with its triggers. */
export function attachToOwned(scope: Construct, props: AttachmentProps<UserPool>): void {
  const { userPool, groups, triggers, triggersByName } = props
  if (triggers) {
    userPool.addTrigger(UserPoolOperation.DEFINE_AUTH_CHALLENGE, triggersByName)
    userPool.addTrigger(UserPoolOperation.CREATE_AUTH_CHALLENGE, triggersByName)
    userPool.addTrigger(UserPoolOperation.VERIFY_AUTH_CHALLENGE_RESPONSE, triggersByName)
    userPool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, triggersByName, LambdaVersion.V2_0)
  }
  const there = groupsOf(userPool)
  for (const groupName of groups.filter((name) => !there.includes(name))) {
    new CfnUserPoolGroup(scope, `Group-${groupName}`, { userPoolId: userPool.userPoolId, groupName })
  }
}

/** The groups that the app has made by now. */
function groupsOf(userPool: UserPool): string[] {
  const stack = Stack.of(userPool)
  const id = JSON.stringify(stack.resolve(userPool.userPoolId))
  return stack.node
    .findAll()
    .filter((construct) => construct instanceof CfnUserPoolGroup)
    .filter((group) => JSON.stringify(stack.resolve(group.userPoolId)) === id)
    .map(({ groupName = '' }) => groupName)
}

/**
 * A pool that is there already is changed by custom resources, which change it back when they go.
 * @returns where they log
 */
export function attachToImported(scope: Construct, props: AttachmentProps<IUserPool>): LogGroup[] {
  const { userPool, groups, triggers, logRetentionDays } = props
  const { userPoolId, userPoolArn } = userPool
  // New at each deployment, so that each puts back what somebody took away.
  const DeployedAt = new Date().toISOString()

  const groupMaker = new CustomResourceFunction(scope, 'MakeGroup', { entry: 'groups', logRetentionDays })
  groupMaker.allow(userPoolArn, 'cognito-idp:GetGroup', 'cognito-idp:CreateGroup', 'cognito-idp:DeleteGroup')
  const made = groups.map((GroupName) => {
    const properties = { UserPoolId: userPoolId, GroupName, DeployedAt }
    return groupMaker.addResource(scope, `Group-${GroupName}`, 'Custom::UserPoolGroup', properties)
  })

  if (!triggers) return [groupMaker.logGroup]
  const attacher = new CustomResourceFunction(scope, 'AttachTriggers', { entry: 'attach-triggers', logRetentionDays })
  attacher.allow(userPoolArn, 'cognito-idp:DescribeUserPool', 'cognito-idp:UpdateUserPool')
  const properties = { UserPoolId: userPoolId, TriggersArn: triggers.function.functionArn, DeployedAt }
  const attached = attacher.addResource(scope, 'Triggers', 'Custom::UserPoolTriggers', properties)
  // Cognito may run the function before the pool names it, and for as long as it does.
  attached.node.addDependency(triggers)
  // A group that can't be had fails the deployment before the pool is touched.
  attached.node.addDependency(...made)
  return [groupMaker.logGroup, attacher.logGroup]
}
