// What stays when the stack goes.

import { RemovalPolicies, RemovalPolicy } from 'aws-cdk-lib'
import { CfnPermission } from 'aws-cdk-lib/aws-lambda'
import type { IConstruct } from 'constructs'
import type { BundledFunction } from '../functions/bundled-function.ts'
import type { Settings } from '../settings/settings.ts'

/** Of parts that are not there nothing stays. */
export function applyRemoval({ data }: Settings, parts: readonly (IConstruct | undefined)[]): void {
  const policy = data === 'keep' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY
  for (const part of parts) if (part) RemovalPolicies.of(part).apply(policy)
}

/**
 * A function that no pool names is in nobody's way; one that a pool names, and that is gone, is in everybody's. Where
 * triggers can't be taken off, CloudFormation goes on with a clean-up all the same. A permission goes with its function.
 */
export function keepTriggersRunning(
  { data }: Settings,
  { function: triggers, role }: Pick<BundledFunction, 'function' | 'role'>,
): void {
  const permissions = [CfnPermission.CFN_RESOURCE_TYPE_NAME]
  RemovalPolicies.of(triggers).retain({ applyToResourceTypes: permissions })
  if (data === 'destroy') return
  for (const part of [triggers, role]) {
    RemovalPolicies.of(part).retainOnUpdateOrDelete({ excludeResourceTypes: permissions })
  }
}
