// A local AWS account. Stacks share its Cognito and its generated secrets, and register their functions in it.

import { type Cognito, type CognitoOptions, startCognito } from './cognito/server.ts'
import type { Functions } from './lambda/functions.ts'
import type { Outcome } from './lambda/outcome.ts'
import type { PassableRoles } from './lambda/pass-role.ts'

type FunctionCalls = Pick<Functions, 'invoke' | 'run'>

/** The stack's name, region and account in the local run. */
export const stackLocation = { stackName: 'Impersonation', region: 'us-east-1', account: '000000000000' }

export interface Account {
  cognito: Cognito
  /** Values that stacks generated, by logical id. The next deployment of a stack uses them again. */
  secrets: Map<string, string>
  /**
   * Makes functions callable in this account. The latest registration of an ARN wins.
   * @param passableRoles what a function that this lacks may pass is not checked
   * @returns a function that removes the registration
   */
  registerFunctions(
    functionArns: readonly string[],
    functions: FunctionCalls,
    passableRoles?: PassableRoles,
  ): () => void
  /** Runs a function without a permission check: the person who deploys may call every function. */
  runFunction(functionArn: string, event: unknown): Promise<Outcome>
  close(): Promise<void>
}

/** Starts an account without any stack. Rejects when the port is taken. */
export async function startAccount(options: Omit<Partial<CognitoOptions>, 'invoke'> = {}): Promise<Account> {
  const registrations: {
    functionArns: readonly string[]
    functions: FunctionCalls
    passableRoles: PassableRoles
  }[] = []
  // The latest registration gets the calls of an unregistered ARN. It denies and logs them.
  const findFunctions = (arn: string) =>
    (registrations.findLast(({ functionArns }) => functionArns.includes(arn)) ?? registrations.at(-1))?.functions
  const cognito = await startCognito({
    port: 0,
    region: stackLocation.region,
    account: stackLocation.account,
    ...options,
    mayPassRole({ accessKeyId = '', roleArn }) {
      const registration = registrations.findLast(({ passableRoles }) => passableRoles.has(accessKeyId))
      return registration?.passableRoles.get(accessKeyId)?.includes(roleArn) ?? true
    },
    invoke: async (functionArn, ...args) =>
      findFunctions(functionArn)?.invoke(functionArn, ...args) ?? { kind: 'denied' },
  })
  return {
    cognito,
    secrets: new Map(),
    registerFunctions(functionArns, functions, passableRoles = new Map()) {
      const registration = { functionArns, functions, passableRoles }
      registrations.push(registration)
      return () => {
        const index = registrations.indexOf(registration)
        if (index >= 0) registrations.splice(index, 1)
      }
    },
    runFunction: async (functionArn, event) =>
      findFunctions(functionArn)?.run(functionArn, event) ?? { kind: 'denied' },
    close: () => cognito.close(),
  }
}
