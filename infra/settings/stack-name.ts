// The rule for the stack's name, which the app reads from CDK context: `-c stackName=…`.

import { maxStackNameLength } from '../functions/triggers-name.ts'
import { matching } from './rules.ts'

/** CloudFormation's rule, but shorter: the trigger function's name contains the stack's. */
export const stackNameRule = matching(
  `a letter, then letters, digits and dashes, at most ${maxStackNameLength} characters`,
  RegExp(`^[A-Za-z][A-Za-z0-9-]{0,${maxStackNameLength - 1}}$`),
)
