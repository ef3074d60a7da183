// Acknowledges findings of cdk-nag (AwsSolutions).

import { Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/** @param reasons by the rule's name without `AwsSolutions-`. They apply to `construct` and its children. */
export function acknowledge(construct: IConstruct, reasons: Record<string, string>): void {
  const rules = Object.entries(reasons).map(([rule, reason]) => ({ id: `AwsSolutions::AwsSolutions-${rule}`, reason }))
  Validations.of(construct).acknowledge(...rules)
}
