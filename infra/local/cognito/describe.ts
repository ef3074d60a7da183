// DescribeUserPool and DescribeUserPoolClient: the settings in the API's words, with Cognito's defaults.
import { type Call, clientCall, type LambdaConfig, poolOf } from './pool.ts'

export function describeUserPool(call: Call) {
  const pool = poolOf(call)
  const { UserPoolName, Schema, EnabledMfas: _, LambdaConfig = {}, ...properties } = pool.properties
  const at = pool.createdAt / 1000
  return {
    UserPool: {
      MfaConfiguration: 'OFF',
      UserPoolTier: 'ESSENTIALS',
      ...properties,
      Id: pool.definition.id,
      Name: UserPoolName ?? pool.definition.id,
      Arn: pool.definition.arn,
      ...(Schema ? { SchemaAttributes: Schema } : {}),
      LambdaConfig: describeTriggers(LambdaConfig),
      EstimatedNumberOfUsers: pool.users.size,
      CreationDate: at,
      LastModifiedDate: at,
    },
  }
}

/** The two names of the pre token generation trigger always hold the same function (API reference, LambdaConfigType). */
function describeTriggers(config: LambdaConfig): LambdaConfig {
  const { PreTokenGeneration: legacy, PreTokenGenerationConfig: versioned, ...others } = config
  const arn = versioned?.LambdaArn ?? legacy
  if (arn === undefined) return others
  const PreTokenGenerationConfig = versioned ?? { LambdaArn: arn, LambdaVersion: 'V1_0' }
  return { ...others, PreTokenGeneration: arn, PreTokenGenerationConfig }
}

export function describeUserPoolClient(call: Call) {
  const { pool, client } = clientCall(call, [poolOf(call)])
  const { GenerateSecret: _, ...properties } = client.properties as Record<string, unknown>
  return {
    UserPoolClient: {
      AuthSessionValidity: 3,
      EnableTokenRevocation: true,
      RefreshTokenValidity: 30,
      ...properties,
      UserPoolId: pool.definition.id,
      ClientId: client.id,
      ...(client.secret === undefined ? {} : { ClientSecret: client.secret }),
      CreationDate: pool.createdAt / 1000,
      LastModifiedDate: pool.createdAt / 1000,
    },
  }
}
