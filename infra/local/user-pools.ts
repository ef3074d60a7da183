// Reads the user pools of the template, with their app clients and groups.

import type { UserPoolDefinition } from './cognito/server.ts'
import { expectOnly, type Stack } from './template.ts'

const poolProperties = [
  'AccountRecoverySetting',
  'AdminCreateUserConfig',
  'AliasAttributes',
  'AutoVerifiedAttributes',
  'DeletionProtection',
  'EmailVerificationMessage',
  'EmailVerificationSubject',
  'EnabledMfas',
  'LambdaConfig',
  'MfaConfiguration',
  'Policies',
  'Schema',
  'SmsVerificationMessage',
  'UserAttributeUpdateSettings',
  'UserPoolName',
  'UserPoolTags',
  'UserPoolTier',
  'UsernameAttributes',
  'UsernameConfiguration',
  'VerificationMessageTemplate',
]
const clientProperties = [
  'AccessTokenValidity',
  'AllowedOAuthFlowsUserPoolClient',
  'AuthSessionValidity',
  'ClientName',
  'EnableTokenRevocation',
  'ExplicitAuthFlows',
  'GenerateSecret',
  'IdTokenValidity',
  'PreventUserExistenceErrors',
  'ReadAttributes',
  'RefreshTokenRotation',
  'RefreshTokenValidity',
  'SupportedIdentityProviders',
  'TokenValidityUnits',
  'UserPoolId',
  'WriteAttributes',
]
const groupProperties = ['Description', 'GroupName', 'Precedence', 'UserPoolId']

/** @throws Error naming a property that the local Cognito does not know. */
export function readUserPools(stack: Stack): UserPoolDefinition[] {
  const belonging = (type: string, known: string[], pool: string) =>
    stack.resources(type).filter((resource) => {
      expectOnly(resource, known)
      return resource.properties.UserPoolId === pool
    })
  return stack.resources('AWS::Cognito::UserPool').map((pool) => {
    expectOnly(pool, poolProperties)
    return {
      id: pool.id,
      arn: stack.attribute(pool.logicalId, 'Arn'),
      region: stack.place.region,
      account: stack.place.account,
      properties: pool.properties,
      clients: belonging('AWS::Cognito::UserPoolClient', clientProperties, pool.id).map((client) => ({
        id: client.id,
        properties: client.properties,
        ...(client.properties.GenerateSecret === true && { secret: stack.attribute(client.logicalId, 'ClientSecret') }),
      })),
      groups: belonging('AWS::Cognito::UserPoolGroup', groupProperties, pool.id).map(({ properties }) => properties),
    }
  })
}
