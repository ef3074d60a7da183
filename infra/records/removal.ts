// Removal policies: which resources stay when the stack is deleted.

import { RemovalPolicies, RemovalPolicy } from 'aws-cdk-lib'
import { CfnPermission } from 'aws-cdk-lib/aws-lambda'
import type { IConstruct } from 'constructs'
import type { BundledFunction } from '../functions/bundled-function.ts'
import type { Settings } from '../settings/settings.ts'

/** Retains the constructs with all their resources, or deletes them, by the setting `data`. Skips undefined ones. */
export function applyRemoval({ data }: Settings, constructs: readonly (IConstruct | undefined)[]): void {
  const policy = data === 'keep' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY
  for (const construct of constructs) if (construct) RemovalPolicies.of(construct).apply(policy)
}

/**
 * Keeps the trigger function of an existing pool, unless `data` is `destroy`. Keeping an unused trigger function is
 * harmless. Deleting one that a pool still calls blocks every sign-in, and the clean-up after an update goes on even if
 * detaching the triggers fails. The permission for Cognito is always kept: Lambda deletes it with the function.
 */
export function keepTriggersRunning(
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
