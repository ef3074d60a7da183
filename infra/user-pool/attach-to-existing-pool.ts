// Attaches impersonation to an existing user pool, by custom resources.

import type { IUserPool } from 'aws-cdk-lib/aws-cognito'
import type { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { type BundledFunction, CustomResourceFunction } from '../functions/bundled-function.ts'

export interface AttachToExistingPoolProps {
  userPool: IUserPool
  /** Groups that must exist. */
  groups: string[]
  /** Undefined: no triggers are attached. */
  triggers: BundledFunction | undefined
  logRetentionDays: RetentionDays
}

/**
 * Makes missing groups and attaches the triggers. When they are deleted, the custom resources undo what they did.
 * @returns the log groups of the custom resources' functions
 */
export function attachToExistingPool(scope: Construct, props: AttachToExistingPoolProps): LogGroup[] {
  const { userPool, groups, triggers, logRetentionDays } = props
  const { userPoolId, userPoolArn } = userPool
  // A new value makes CloudFormation update the custom resources at each deployment, so they repair the pool.
  const DeployedAt = new Date().toISOString()

  const groupMaker = new CustomResourceFunction(scope, 'MakeGroup', { entry: 'groups', logRetentionDays })
  groupMaker.allow(userPoolArn, 'cognito-idp:GetGroup', 'cognito-idp:CreateGroup', 'cognito-idp:DeleteGroup')
  const groupResources = groups.map((GroupName) => {
    const properties = { UserPoolId: userPoolId, GroupName, DeployedAt }
    return groupMaker.addResource(scope, `Group-${GroupName}`, 'Custom::UserPoolGroup', properties)
  })
  if (!triggers) return [groupMaker.logGroup]

  const attacher = new CustomResourceFunction(scope, 'AttachTriggers', { entry: 'attach-triggers', logRetentionDays })
  attacher.allow(userPoolArn, 'cognito-idp:DescribeUserPool', 'cognito-idp:UpdateUserPool')
  const properties = { UserPoolId: userPoolId, TriggersArn: triggers.function.functionArn, DeployedAt }
  const attachment = attacher.addResource(scope, 'Triggers', 'Custom::UserPoolTriggers', properties)
  // Cognito needs its permission to run the function before the pool names it, and until the pool no longer does.
  attachment.node.addDependency(triggers)
  // If a group can't be made, the deployment fails before the pool changes.
  attachment.node.addDependency(...groupResources)
  return [groupMaker.logGroup, attacher.logGroup]
}
