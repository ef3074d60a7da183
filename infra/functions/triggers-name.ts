// The name of the trigger function, for a pool that can't refer to the function itself.

import { ArnFormat, Aws, Fn, Stack, Token } from 'aws-cdk-lib'
import { type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { triggersNamePattern } from '../../lambda/next-triggers.ts'

/** Lambda allows 64 characters for a function's name. 18 of them follow the stack's name. */
export const maxStackNameLength = 46

/**
 * Composes the name without a reference to the function. A reference would form a circle: the pool refers to the function,
 * the function to an app client, the client to the pool. The name contains part of the stack's id, because an earlier stack
 * of the same name may have left its function behind. CloudFormation chooses the name of a nested stack, and it can be too
 * long.
 * @throws Error if the stack's name is too long
 */
export function composeTriggersName(scope: Construct): string {
  const { stackName, nested } = Stack.of(scope)
  if (!Token.isUnresolved(stackName) && stackName.length > maxStackNameLength) {
    throw new Error(
      `the name of stack ${stackName} has more than ${maxStackNameLength} characters: choose a shorter one`,
    )
  }
  const stackIdPart = Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))))
  return Fn.join('-', [nested ? 'impersonation' : Aws.STACK_NAME, 'triggers', stackIdPart])
}

/** Whether a function's name has the form of `composeTriggersName`. Synth does not know the part from the stack's id. */
export function isTriggersName({ stackName }: Stack, functionName: string): boolean {
  const [, before] = triggersNamePattern.exec(functionName) ?? []
  return before !== undefined && (Token.isUnresolved(stackName) || before === stackName)
}

/** A function of this account and region, without a reference in the template. */
export function functionByName(scope: Construct, id: string, name: string): IFunction {
  return LambdaFunction.fromFunctionAttributes(scope, id, {
    functionArn: Stack.of(scope).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    }),
    skipPermissions: true,
  })
}
