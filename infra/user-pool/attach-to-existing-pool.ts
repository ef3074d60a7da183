// Attaches impersonation to an existing user pool, by custom resources.

import { Aws } from 'aws-cdk-lib'
import type { IUserPool } from 'aws-cdk-lib/aws-cognito'
import type { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { attachmentVariables, groupVariables } from '../../lambda/config.ts'
import type { NextTriggers } from '../../lambda/next-triggers.ts'
import { type BundledFunction, CustomResourceFunction } from '../functions/bundled-function.ts'
import { environmentOf } from '../functions/environment.ts'
import type { PoolGroups } from './groups.ts'

export interface AttachToExistingPoolProps {
  userPool: IUserPool
  groups: PoolGroups
  /** Undefined: no triggers are attached. */
  triggers: BundledFunction | undefined
  /** The owner's functions in the trigger slots. Detaching puts them back. */
  nextTriggers: NextTriggers
  /** The pool's role for text messages. Empty: the pool has none. */
  smsRoleArn: string
  logRetentionDays: RetentionDays
}

/**
 * Makes or requires the groups, and attaches the triggers. The functions of the custom resources take the pool, the groups
 * and the triggers from their environment, and refuse requests that name others. A deleted custom resource undoes its
 * changes.
 * @returns the log groups of the custom resources' functions
 */
export function attachToExistingPool(scope: Construct, props: AttachToExistingPoolProps): LogGroup[] {
  const { userPool, groups, triggers, nextTriggers, smsRoleArn, logRetentionDays } = props
  const { userPoolId, userPoolArn } = userPool
  // A new value makes CloudFormation update the custom resources at each deployment, so they repair the pool.
  const DeployedAt = new Date().toISOString()

  const groupMaker = new CustomResourceFunction(scope, 'MakeGroup', {
    entry: 'groups',
    environment: environmentOf(scope, groupVariables, {
      userPoolId,
      stackId: Aws.STACK_ID,
      groupNames: groups.made,
      requiredGroups: groups.required,
    }),
    logRetentionDays,
  })
  groupMaker.allow(
    userPoolArn,
    'cognito-idp:GetGroup',
    'cognito-idp:CreateGroup',
    'cognito-idp:DeleteGroup',
    'cognito-idp:ListUsersInGroup',
    ...(groups.required.length > 0 ? ['cognito-idp:ListGroups'] : []),
  )
  const groupResources = [...groups.made, ...groups.required].map((GroupName) => {
    const properties = { UserPoolId: userPoolId, GroupName, DeployedAt }
    return groupMaker.addResource(scope, `Group-${GroupName}`, 'Custom::UserPoolGroup', properties)
  })
  if (!triggers) return [groupMaker.logGroup]

  const triggersArn = triggers.function.functionArn
  const environment = environmentOf(scope, attachmentVariables, {
    userPoolId,
    triggersArn,
    nextTriggers,
    smsRoleArn: smsRoleArn || undefined,
  })
  const attacher = new CustomResourceFunction(scope, 'AttachTriggers', {
    entry: 'attach-triggers',
    environment,
    logRetentionDays,
  })
  attacher.allow(
    userPoolArn,
    'cognito-idp:DescribeUserPool',
    'cognito-idp:GetUserPoolMfaConfig',
    'cognito-idp:GetUserPoolSessionConfiguration',
    'cognito-idp:UpdateUserPool',
  )
  if (smsRoleArn) attacher.allowToPass(smsRoleArn, 'cognito-idp.amazonaws.com')
  const { NEXT_TRIGGERS: NextTriggers } = environment
  const properties = {
    UserPoolId: userPoolId,
    TriggersArn: triggersArn,
    ...(NextTriggers && { NextTriggers }),
    DeployedAt,
  }
  const attachment = attacher.addResource(scope, 'Triggers', 'Custom::UserPoolTriggers', properties)
  // Cognito needs its permission to run the function before the pool names it, and until the pool no longer does.
  attachment.node.addDependency(triggers)
  // If a group is missing or can't be made, the deployment fails before the triggers are attached.
  attachment.node.addDependency(...groupResources)
  return [groupMaker.logGroup, attacher.logGroup]
}
