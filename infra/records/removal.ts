// Removal policies: which resources stay when the stack is deleted.

import { RemovalPolicies } from 'aws-cdk-lib'
import { CfnUserPool } from 'aws-cdk-lib/aws-cognito'
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb'
import { CfnPermission } from 'aws-cdk-lib/aws-lambda'
import type { IConstruct } from 'constructs'
import type { BundledFunction } from '../functions/bundled-function.ts'
import type { Settings } from '../settings/settings.ts'

/**
 * Resources with deletion protection. CloudFormation can't delete them, not even when it rolls back their creation. CDK
 * retains them by default.
 */
const protectedTypes = [CfnTable.CFN_RESOURCE_TYPE_NAME, CfnUserPool.CFN_RESOURCE_TYPE_NAME]

/**
 * Sets whether the constructs and their resources are kept or deleted, by the setting `data`. Skips undefined constructs.
 * After a failed creation, only the table and the pool are kept. Any other kept resource with a fixed name would make the
 * next try fail.
 */
export function applyRemoval({ data }: Settings, constructs: readonly (IConstruct | undefined)[]): void {
  for (const construct of constructs) {
    if (!construct) continue
    const policies = RemovalPolicies.of(construct)
    if (data === 'destroy') policies.destroy()
    else policies.retainOnUpdateOrDelete({ excludeResourceTypes: protectedTypes })
  }
}

/**
 * Keeps the trigger function of an existing pool, unless `data` is `destroy`. Keeping an unused trigger function is
 * harmless. Deleting one that a pool still calls blocks every sign-in, and CloudFormation would delete it after an update
 * even if detaching the triggers failed. The permission for Cognito is always kept: Lambda deletes it with the function.
 */
export function keepTriggerFunction(
  { data }: Settings,
  { function: triggers, role }: Pick<BundledFunction, 'function' | 'role'>,
): void {
  const permissions = [CfnPermission.CFN_RESOURCE_TYPE_NAME]
  RemovalPolicies.of(triggers).retain({ applyToResourceTypes: permissions })
  if (data === 'destroy') return
  for (const construct of [triggers, role]) {
    RemovalPolicies.of(construct).retainOnUpdateOrDelete({ excludeResourceTypes: permissions })
  }
}
