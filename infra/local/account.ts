// What outlives a stack on this machine: a Cognito, and the way from it to the functions of whatever is deployed.

import { type Cognito, type CognitoOptions, startCognito } from './cognito/server.ts'
import type { Functions } from './lambda/functions.ts'
import type { Outcome } from './lambda/outcome.ts'

type Callable = Pick<Functions, 'invoke' | 'run'>

export const place = { stackName: 'Impersonation', region: 'us-east-1', account: '000000000000' }

export interface Account {
  cognito: Cognito
  /** What stacks made up here, and keep when they are deployed again: by logical id. */
  secrets: Map<string, string>
  /** Has these functions found, before others of the same name, until what it gives back is called. */
  connect(functionArns: readonly string[], functions: Callable): () => void
  /** Runs a function by the right of whoever deploys. */
  run(functionArn: string, event: unknown): Promise<Outcome>
  close(): Promise<void>
}

/** An account without any stack. Rejects where the port is taken. */
export async function startAccount(options: Omit<Partial<CognitoOptions>, 'invoke'> = {}): Promise<Account> {
  const connections: { functionArns: readonly string[]; functions: Callable }[] = []
  const functionsWith = (arn: string) =>
    (connections.findLast(({ functionArns }) => functionArns.includes(arn)) ?? connections.at(-1))?.functions
  const cognito = await startCognito({
    port: 0,
    region: place.region,
    account: place.account,
    ...options,
    invoke: async (functionArn, ...call) =>
      functionsWith(functionArn)?.invoke(functionArn, ...call) ?? { kind: 'denied' },
  })
  return {
    cognito,
    secrets: new Map(),
    connect(functionArns, functions) {
      const connection = { functionArns, functions }
      connections.push(connection)
      return () => {
        const index = connections.indexOf(connection)
        if (index >= 0) connections.splice(index, 1)
      }
    },
    run: async (functionArn, event) => functionsWith(functionArn)?.run(functionArn, event) ?? { kind: 'denied' },
    close: () => cognito.close(),
  }
}
