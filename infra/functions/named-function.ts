// A function known by a composed name, which refers to nothing in the template.

import { ArnFormat, Aws, Fn, Stack, Token } from 'aws-cdk-lib'
import { type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'

/** Lambda's limit of 64 for a name, less what is put behind the stack's. */
const longestStackName = 46

/**
 * The pool names the function, the function a client, the client the pool: the pool's side of that circle is a composed
 * name. Part of the stack's own id is in it, so that what a former stack left behind is not in the way.
 * @throws Error where Lambda would not take the name
 */
export function nameOfTriggers(scope: Construct): string {
  const { stackName } = Stack.of(scope)
  if (!Token.isUnresolved(stackName) && stackName.length > longestStackName) {
    throw new Error(`stack ${stackName} has a name of more than ${longestStackName} characters: choose a shorter one`)
  }
  const idOfStack = Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))))
  return Fn.join('-', [Aws.STACK_NAME, 'triggers', idOfStack])
}

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
