// CreateUserPoolClient and DescribeUserPoolClient.
import { secret } from '../random.ts'
import { type Call, type Client, clientCall, type Pool, poolOf } from './pool.ts'

/** The settings of an app client, its name and its secret left out. */
export const appClientSettings = [
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
    properties: { ...input.pick(appClientSettings), ClientName: input.text('ClientName') },
  }
  pool.clients.set(client.id, client)
  return { UserPoolClient: describeClient(pool, client) }
}

export function describeUserPoolClient(call: Call) {
  const { pool, client } = clientCall(call, [poolOf(call)])
  return { UserPoolClient: describeClient(pool, client) }
}

function describeClient(pool: Pool, client: Client) {
  const { GenerateSecret: _, ...properties } = client.properties as Record<string, unknown>
  return {
    AuthSessionValidity: 3,
    EnableTokenRevocation: true,
    RefreshTokenValidity: 30,
    ...properties,
    UserPoolId: pool.definition.id,
    ClientId: client.id,
    ...(client.secret === undefined ? {} : { ClientSecret: client.secret }),
    CreationDate: pool.createdAt / 1000,
    LastModifiedDate: pool.createdAt / 1000,
  }
}
