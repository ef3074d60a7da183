// Checks an actors' client that the same app makes.

import { Stack } from 'aws-cdk-lib'
import { CfnUserPoolClient, type IUserPoolClient } from 'aws-cdk-lib/aws-cognito'
import type { Construct } from 'constructs'

/** The flow that `Authorization: Basic` needs, and its older name. */
const passwordFlows = ['ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ADMIN_NO_SRP_AUTH']

/**
 * Fails at synth if Basic can't work with the client. At a request, a client with a secret would look like a wrong password.
 * The check runs when the whole app is known. It can't check a client of another app.
 */
export function refuseUnfitForBasic(scope: Construct, actorClient: IUserPoolClient): void {
  const stack = Stack.of(scope)
  scope.node.addValidation({
    validate() {
      const client = findResource(stack, actorClient)
      if (!client) return []
      const flows: string[] = stack.resolve(client.explicitAuthFlows) ?? []
      const faults = {
        'has a secret': stack.resolve(client.generateSecret) === true,
        'does not allow ADMIN_USER_PASSWORD_AUTH': !flows.some((flow) => passwordFlows.includes(flow)),
      }
      return Object.entries(faults).flatMap(([fault, found]) =>
        found
          ? [`actors’ client ${client.node.path} ${fault}, so Basic fails: change the client, or set basic=false`]
          : [],
      )
    },
  })
}

/** Finds the client's resource, also if the app imports a client of this stack by its id. Undefined: another app makes it. */
function findResource(stack: Stack, { node, userPoolClientId }: IUserPoolClient): CfnUserPoolClient | undefined {
  if (node.defaultChild instanceof CfnUserPoolClient) return node.defaultChild
  const id = JSON.stringify(stack.resolve(userPoolClientId))
  return stack.node
    .findAll()
    .filter((construct) => construct instanceof CfnUserPoolClient)
    .find((client) => client.stack === stack && JSON.stringify(stack.resolve(client.ref)) === id)
}
