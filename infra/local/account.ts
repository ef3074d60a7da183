// What outlives a stack on this machine: a Cognito, and the way from it to the functions of whatever is deployed.

import { type Cognito, type CognitoOptions, startCognito } from './cognito/server.ts'
import type { Functions } from './functions.ts'

export const place = { stackName: 'Impersonation', region: 'us-east-1', account: '000000000000' }

export interface Account {
  cognito: Cognito
  /** Has Cognito find these functions, before others of the same name, until the function it gives back is called. */
  connect(functionArns: readonly string[], invoke: Functions['invoke']): () => void
  close(): Promise<void>
}

/** An account without any stack. Rejects where the port is taken. */
export async function startAccount(options: Omit<Partial<CognitoOptions>, 'invoke'> = {}): Promise<Account> {
  const connections: { functionArns: readonly string[]; invoke: Functions['invoke'] }[] = []
  const cognito = await startCognito({
    port: 0,
    region: place.region,
    account: place.account,
    ...options,
    async invoke(functionArn, event, caller) {
      const owner = connections.findLast(({ functionArns }) => functionArns.includes(functionArn)) ?? connections.at(-1)
      return owner ? owner.invoke(functionArn, event, caller) : { kind: 'denied' }
    },
  })
  return {
    cognito,
    connect(functionArns, invoke) {
      const connection = { functionArns, invoke }
      connections.push(connection)
      return () => {
        const index = connections.indexOf(connection)
        if (index >= 0) connections.splice(index, 1)
      }
    },
    close: () => cognito.close(),
  }
}
