// Which user pool a deployment is for, and what can be told at synth of one that is handed in.

import { CfnDeletionPolicy, CfnResource, Stack, Token } from 'aws-cdk-lib'
import { type CfnUserPool, type IUserPool, UserPool } from 'aws-cdk-lib/aws-cognito'
import { Construct } from 'constructs'
import type { Settings } from '../settings/settings.ts'
import { OwnUserPool } from './own-pool.ts'

/** `owned` pools are made by the same template, by us or by the rest of the app. */
export type ChosenPool = {
  /** Where what belongs to the pool stands. */
  parts: Construct
} & ({ owned: true; userPool: UserPool } | { owned: false; userPool: IUserPool })

/**
 * Ours where none is given: the pool is `scope`'s child UserPool then, and so are the parts of one that is given.
 * @throws Error saying why a given pool can't be used
 */
export function choosePool(scope: Construct, given: IUserPool | undefined, settings: Settings): ChosenPool {
  if (given && settings.userPoolId) throw new Error('userPool and setting userPoolId are both given: leave one out')
  if (!given && !settings.userPoolId) {
    const userPool = new OwnUserPool(scope, 'UserPool', { deletionProtection: settings.data === 'keep' })
    return { owned: true, userPool, parts: userPool }
  }
  if (given instanceof UserPool) {
    assertSameStack(scope, given)
    scope.node.addValidation({ validate: () => faultsOf(given, settings) })
    return { owned: true, userPool: given, parts: new Construct(scope, 'UserPool') }
  }
  if (given && CfnResource.isCfnResource(given.node.defaultChild)) {
    throw new Error(
      `userPool ${given.node.path} is of another copy of aws-cdk-lib: there must be one for all of the app`,
    )
  }
  const userPool = given ?? UserPool.fromUserPoolId(scope, 'ExistingUserPool', settings.userPoolId)
  assertSamePlace(scope, userPool)
  // Named after the pool: another pool gets other parts, and these are deleted while they still may touch theirs.
  const name = Token.isUnresolved(userPool.userPoolId) ? 'UserPool' : `UserPool-${userPool.userPoolId}`
  return { owned: false, userPool, parts: new Construct(scope, name) }
}

function assertSameStack(scope: Construct, userPool: UserPool): void {
  if (Stack.of(scope) === Stack.of(userPool)) return
  throw new Error(
    `userPool ${userPool.node.path} is made by another stack: its triggers and their function would wait for each other. Make Impersonation in that stack, or hand the pool in by UserPool.fromUserPoolId`,
  )
}

function assertSamePlace(scope: Construct, { userPoolId, env }: IUserPool): void {
  const { region, account } = Stack.of(scope)
  const regions = [env.region, ...(Token.isUnresolved(userPoolId) ? [] : [userPoolId.split('_')[0] as string])]
  const elsewhere = (here: string, there: string) =>
    !Token.isUnresolved(here) && !Token.isUnresolved(there) && here !== there
  if (regions.some((there) => elsewhere(region, there)) || elsewhere(account, env.account)) {
    throw new Error(`user pool ${userPoolId} is not in this stack's account and region, ${account} and ${region}`)
  }
}

/** What is wrong with a pool of the app's own, once the whole app is known. */
function faultsOf(userPool: UserPool, { data }: Settings): string[] {
  const pool = userPool.node.defaultChild as CfnUserPool
  const { deletionPolicy = CfnDeletionPolicy.DELETE } = pool.cfnOptions
  const config = Stack.of(userPool).resolve(pool.lambdaConfig) as CfnUserPool.LambdaConfigProperty | undefined
  const faults = {
    'has the feature plan LITE, but impersonation needs ESSENTIALS or PLUS': pool.userPoolTier === 'LITE',
    'has a trigger preTokenGeneration, but impersonation needs that slot': config?.preTokenGeneration !== undefined,
    'is kept when the stack goes, but with the setting data=destroy its triggers would not be, and nobody could sign in: give it RemovalPolicy.DESTROY, or leave data=keep':
      data === 'destroy' && deletionPolicy !== CfnDeletionPolicy.DELETE,
    'is protected from deletion, but with the setting data=destroy its triggers are not: they would go first, and nobody could sign in: take deletionProtection off, or leave data=keep':
      data === 'destroy' && pool.deletionProtection === 'ACTIVE',
  }
  return Object.entries(faults).flatMap(([fault, found]) => (found ? [`user pool ${userPool.node.path} ${fault}`] : []))
}
