// Checks at synth the functions that the setting nextTriggers names.

import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { type NextTriggers, nextArns } from '../../lambda/next-triggers.ts'
import { isTriggersName } from '../functions/triggers-name.ts'
import { differ, regionsIn } from './location.ts'

/**
 * The attaching function checks again, since CloudFormation may know accounts and regions only at deployment.
 * @throws Error if a function is in another account or region than the stack, or is the stack's own trigger function
 */
export function assertNextTriggers(scope: Construct, next: NextTriggers, userPoolId: string): void {
  const stack = Stack.of(scope)
  for (const [slot, arn] of nextArns(next)) {
    if (Token.isUnresolved(arn)) continue
    const { region = '', account = '', resourceName = '' } = Arn.split(arn, ArnFormat.COLON_RESOURCE_NAME)
    const isElsewhere = [stack.region, ...regionsIn(userPoolId)].some((here) => differ(here, region))
    if (isElsewhere || differ(stack.account, account)) {
      throw new Error(
        `setting nextTriggers: ${slot} is ${arn}, but it must be a function of this stack's account and region, ${stack.account} and ${stack.region}. Cognito and this stack's functions can't run it elsewhere`,
      )
    }
    if (isTriggersName(stack, resourceName)) {
      throw new Error(
        `setting nextTriggers: ${slot} is ${arn}, the stack's own trigger function, which would call itself. Name the function that the pool had before`,
      )
    }
  }
}
