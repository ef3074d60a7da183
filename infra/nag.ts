// Rules of cdk-nag (AwsSolutions) that do not hold here, each said beside what it concerns.

import { Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/** @param reasons by the rule's name after `AwsSolutions-`, why it is not followed by `construct` and what is in it. */
export function acknowledge(construct: IConstruct, reasons: Record<string, string>): void {
  const rules = Object.entries(reasons).map(([rule, reason]) => ({ id: `AwsSolutions::AwsSolutions-${rule}`, reason }))
  Validations.of(construct).acknowledge(...rules)
}
