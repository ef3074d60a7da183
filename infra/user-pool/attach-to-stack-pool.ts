// Attaches impersonation to a user pool of the same stack: the pool's own resource names the triggers.

import { Stack } from 'aws-cdk-lib'
import {
  type CfnUserPool,
  CfnUserPoolGroup,
  LambdaVersion,
  type UserPool,
  UserPoolOperation,
} from 'aws-cdk-lib/aws-cognito'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { challengeSlots, type NextTriggers, ourTokenVersion } from '../../lambda/next-triggers.ts'

export interface AttachToStackPoolProps {
  userPool: UserPool
  /** Groups that must exist. */
  groups: string[]
  /** The trigger function by name (`byName`). Undefined: no triggers are attached. */
  triggers: IFunction | undefined
  /** The app's own functions for the trigger slots. The trigger function runs them. */
  nextTriggers: NextTriggers
}

/**
 * Sets the pool's triggers, and makes the groups that the stack does not have yet.
 * @throws Error if the app has set one of the triggers, or if two groups differ only in capitals or code points
 */
export function attachToStackPool(scope: Construct, props: AttachToStackPoolProps): void {
  const { userPool, groups, triggers, nextTriggers } = props
  if (triggers) {
    assertSlotsFree(userPool)
    const version = LambdaVersion[ourTokenVersion(nextTriggers)]
    userPool.addTrigger(UserPoolOperation.DEFINE_AUTH_CHALLENGE, triggers)
    userPool.addTrigger(UserPoolOperation.CREATE_AUTH_CHALLENGE, triggers)
    userPool.addTrigger(UserPoolOperation.VERIFY_AUTH_CHALLENGE_RESPONSE, triggers)
    userPool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, triggers, version)
  }
  const appGroups = groupsOf(userPool)
  for (const groupName of groups.filter((name) => !appGroups.includes(name))) {
    assertNoOtherSpelling(groupName, { userPool, groupNames: [...appGroups, ...groups] })
    new CfnUserPoolGroup(scope, `Group-${groupName}`, { userPoolId: userPool.userPoolId, groupName })
  }
}

/** Cognito compares names by code points: a second group with other capitals or an é of two would be empty and protect nobody. */
function assertNoOtherSpelling(
  groupName: string,
  { userPool, groupNames }: { userPool: UserPool; groupNames: string[] },
): void {
  const similar = groupNames.find((name) => name !== groupName && folded(name) === folded(groupName))
  if (similar === undefined) return
  throw new Error(
    `user pool ${userPool.node.path} has the group "${similar}", and the settings (protectedGroups, mayActAs, approvalGroups, impersonatorsGroup, auditorsGroup, approversGroup) name "${groupName}": capitals and code points count. Use the same name`,
  )
}

const folded = (name: string) => name.normalize().toLowerCase()

/** Throws an error with the fix. CDK's own error says only that the trigger exists. */
function assertSlotsFree(userPool: UserPool): void {
  const { lambdaConfig } = userPool.node.defaultChild as CfnUserPool
  const config: Record<string, unknown> = Stack.of(userPool).resolve(lambdaConfig) ?? {}
  const taken = [...challengeSlots, 'PreTokenGeneration', 'PreTokenGenerationConfig'].filter(
    (slot) => config[slot.charAt(0).toLowerCase() + slot.slice(1)] !== undefined,
  )
  if (taken.length > 0) throw new Error(`user pool ${userPool.node.path} ${slotTaken(taken)}`)
}

/** @param slots by Cognito's names */
export function slotTaken(slots: string[]): string {
  const tokens = 'PreTokenGenerationConfig: { LambdaVersion, LambdaArn: yourFunction }'
  const properties = slots.map((slot) => (slot.startsWith('PreToken') ? tokens : `${slot}: yourFunction`))
  const names = slots.map((slot) => slot.charAt(0).toLowerCase() + slot.slice(1))
  return `has a trigger ${names.join(', ')}, but impersonation needs that slot: remove the trigger from the pool, and pass your function to Impersonation, which then runs it: nextTriggers: { ${properties.join(', ')} }`
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
