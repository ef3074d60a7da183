// DescribeUserPool and DescribeUserPoolClient: the settings in the API's words, with Cognito's defaults.
import { type Call, type Client, clientCall, type Pool, poolOf } from './pool.ts'
import { describeSettings } from './pool-settings.ts'

export const describeUserPool = (call: Call) => ({ UserPool: describePool(poolOf(call)) })

export function describePool(pool: Pool) {
  return {
    ...describeSettings(pool.properties),
    Id: pool.definition.id,
    Name: pool.properties.UserPoolName ?? pool.definition.id,
    Arn: pool.definition.arn,
    EstimatedNumberOfUsers: pool.users.size,
    CreationDate: pool.createdAt / 1000,
    LastModifiedDate: pool.modifiedAt / 1000,
  }
}

export function describeUserPoolClient(call: Call) {
  const { pool, client } = clientCall(call, [poolOf(call)])
  return { UserPoolClient: describeClient(pool, client) }
}

export function describeClient(pool: Pool, client: Client) {
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
