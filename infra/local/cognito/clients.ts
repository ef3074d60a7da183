// CreateUserPoolClient and DeleteUserPoolClient.
import { secret } from '../cloudformation/identities.ts'
import { describeClient } from './describe.ts'
import { type Call, type Client, clientCall, poolOf } from './pool.ts'

/** The settings of an app client, its name and its secret left out. */
export const clientSettings = [
  'AccessTokenValidity',
  'AllowedOAuthFlowsUserPoolClient',
  'AuthSessionValidity',
  'EnableTokenRevocation',
  'ExplicitAuthFlows',
  'IdTokenValidity',
  'PreventUserExistenceErrors',
  'ReadAttributes',
  'RefreshTokenRotation',
  'RefreshTokenValidity',
  'SupportedIdentityProviders',
  'TokenValidityUnits',
  'WriteAttributes',
]

export function createUserPoolClient(call: Call) {
  const { input } = call
  const pool = poolOf(call)
  const client: Client = {
    id: secret(26),
    secret: input.flag('GenerateSecret') ? secret(51) : undefined,
    properties: { ...input.pick(clientSettings), ClientName: input.text('ClientName') },
  }
  pool.clients.set(client.id, client)
  return { UserPoolClient: describeClient(pool, client) }
}

export function deleteUserPoolClient(call: Call) {
  const { pool, client } = clientCall(call, [poolOf(call)])
  pool.clients.delete(client.id)
  return {}
}
