// CreateUserPoolClient and DescribeUserPoolClient.
import { secret } from '../random.ts'
import { assertAttributeLists } from './attribute-permissions.ts'
import { adminClientCall, type Call, poolOf } from './call.ts'
import { assertClientSettings } from './client-rules.ts'
import type { Client, Pool } from './pool.ts'

/** The settings of an app client except its name and its secret. */
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
  assertClientSettings(client)
  assertAttributeLists(pool.properties, client.properties)
  pool.clients.set(client.id, client)
  return { UserPoolClient: describeClient(pool, client) }
}

export function describeUserPoolClient(call: Call) {
  const { pool, client } = adminClientCall(call)
  return { UserPoolClient: describeClient(pool, client) }
}

/** The client's settings, with Cognito's defaults. */
function describeClient(pool: Pool, client: Client) {
  const { GenerateSecret: _, ...properties } = client.properties
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
