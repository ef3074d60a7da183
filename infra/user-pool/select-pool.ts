// Selects the user pool of a deployment: an existing pool, a pool of the same stack, or the own pool.

import { CfnDeletionPolicy, CfnResource, Stack, Token } from 'aws-cdk-lib'
import { type CfnUserPool, type IUserPool, UserPool } from 'aws-cdk-lib/aws-cognito'
import { Construct } from 'constructs'
import type { Settings } from '../settings/settings.ts'
import { slotTaken } from './attach-to-stack-pool.ts'
import { differ, regionsIn } from './location.ts'
import { OwnUserPool } from './own-pool.ts'

export type SelectedPool = {
  /** Scope for the pool's groups, client and custom resources. */
  poolScope: Construct
} & (
  | {
      /** `own`: this construct makes the pool. `same-stack`: the rest of the app makes it, in the same stack. */
      origin: 'own' | 'same-stack'
      userPool: UserPool
    }
  | {
      /** The template refers to the pool by its id. It can be of another stack of the app. */
      origin: 'existing'
      userPool: IUserPool
    }
)

/**
 * Makes a pool if neither `userPool` nor the setting `userPoolId` names one.
 * @throws Error saying why the pool can't be used
 */
export function selectPool(scope: Construct, userPool: IUserPool | undefined, settings: Settings): SelectedPool {
  if (userPool && settings.userPoolId) throw new Error('both userPool and setting userPoolId are set: remove one')
  if (!userPool && !settings.userPoolId) {
    const ownPool = new OwnUserPool(scope, 'UserPool', {
      deletionProtection: settings.data === 'keep',
      authenticatorApps: settings.actorAcr.length > 0,
    })
    return { origin: 'own', userPool: ownPool, poolScope: ownPool }
  }
  if (userPool instanceof UserPool && Stack.of(userPool) === Stack.of(scope)) {
    scope.node.addValidation({ validate: () => findFaults(userPool, settings) })
    return { origin: 'same-stack', userPool, poolScope: new Construct(scope, 'UserPool') }
  }
  if (userPool && !(userPool instanceof UserPool) && CfnResource.isCfnResource(userPool.node.defaultChild)) {
    throw new Error(
      `userPool ${userPool.node.path} comes from another copy of aws-cdk-lib: the whole app must use the same copy`,
    )
  }
  // A pool of another stack is used by its id alone, or that stack would depend on this one, too.
  const isImported = userPool !== undefined && !(userPool instanceof UserPool)
  const poolId = userPool?.userPoolId ?? settings.userPoolId
  const existingPool = isImported ? userPool : UserPool.fromUserPoolId(scope, 'ExistingUserPool', poolId)
  assertSameAccountAndRegion(scope, userPool ?? existingPool)
  // The pool's id is part of the logical ids: with a new id, CloudFormation deletes the old pool's custom resources, and
  // they detach the triggers.
  const id = Token.isUnresolved(existingPool.userPoolId) ? 'UserPool' : `UserPool-${existingPool.userPoolId}`
  return { origin: 'existing', userPool: existingPool, poolScope: new Construct(scope, id) }
}

function assertSameAccountAndRegion(scope: Construct, { userPoolId, env }: IUserPool): void {
  const { region, account } = Stack.of(scope)
  const poolRegions = [env.region, ...regionsIn(userPoolId)]
  if (poolRegions.some((poolRegion) => differ(region, poolRegion)) || differ(account, env.account)) {
    throw new Error(`user pool ${userPoolId} is not in this stack's account and region, ${account} and ${region}`)
  }
}

/** Runs at synth, when the whole app is known. */
function findFaults(userPool: UserPool, { data }: Settings): string[] {
  const pool = userPool.node.defaultChild as CfnUserPool
  const { deletionPolicy = CfnDeletionPolicy.DELETE } = pool.cfnOptions
  const triggers = Stack.of(userPool).resolve(pool.lambdaConfig) as CfnUserPool.LambdaConfigProperty | undefined
  const faults = {
    'has the feature plan LITE, but impersonation needs ESSENTIALS or PLUS': pool.userPoolTier === 'LITE',
    [slotTaken(['PreTokenGeneration'])]: triggers?.preTokenGeneration !== undefined,
    'stays when the stack is deleted, but the setting data=destroy deletes its triggers, and then nobody can sign in: give the pool RemovalPolicy.DESTROY, or set data=keep':
      data === 'destroy' && deletionPolicy !== CfnDeletionPolicy.DELETE,
    'has deletion protection, but the setting data=destroy deletes its triggers first, and then nobody can sign in: turn deletionProtection off, or set data=keep':
      data === 'destroy' && pool.deletionProtection === 'ACTIVE',
  }
  return Object.entries(faults).flatMap(([fault, found]) => (found ? [`user pool ${userPool.node.path} ${fault}`] : []))
}
