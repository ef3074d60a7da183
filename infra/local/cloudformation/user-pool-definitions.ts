// Reads the user pools of the template, and the app clients and groups that it makes in them or in others.

import { clientSettings } from '../cognito/clients.ts'
import type { UserPoolDefinition } from '../cognito/server.ts'
import { customResource } from './identities.ts'
import { expectOnly, type Stack } from './stack.ts'

/** What the template makes in one pool. */
export type PoolParts = Pick<UserPoolDefinition, 'id' | 'clients' | 'groups'>

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
const clientProperties = [...clientSettings, 'ClientName', 'GenerateSecret', 'UserPoolId']
const groupProperties = ['Description', 'GroupName', 'Precedence', 'UserPoolId']

/** @throws Error naming a property that the local Cognito does not know. */
export function readUserPools(stack: Stack): UserPoolDefinition[] {
  return stack.resources('AWS::Cognito::UserPool').map((pool) => {
    expectOnly(pool, poolProperties)
    return {
      ...readParts(stack, pool.id),
      arn: stack.attribute(pool.logicalId, 'Arn'),
      region: stack.place.region,
      account: stack.place.account,
      properties: pool.properties,
    }
  })
}

/** What the template makes in pools that are not its own, also where that is done by custom resources alone. */
export function readForeignPools(stack: Stack): PoolParts[] {
  const own = stack.resources('AWS::Cognito::UserPool').map(({ id }) => id)
  const named = stack
    .resources('AWS::Cognito::UserPoolClient', 'AWS::Cognito::UserPoolGroup', customResource)
    .flatMap(({ properties }) => (typeof properties.UserPoolId === 'string' ? [properties.UserPoolId] : []))
  return [...new Set(named)].filter((id) => !own.includes(id)).map((id) => readParts(stack, id))
}

function readParts(stack: Stack, id: string): PoolParts {
  const belonging = (type: string, known: string[]) =>
    stack.resources(type).filter((resource) => {
      expectOnly(resource, known)
      return resource.properties.UserPoolId === id
    })
  return {
    id,
    clients: belonging('AWS::Cognito::UserPoolClient', clientProperties).map((client) => ({
      id: client.id,
      properties: client.properties,
      ...(client.properties.GenerateSecret === true && { secret: stack.attribute(client.logicalId, 'ClientSecret') }),
    })),
    groups: belonging('AWS::Cognito::UserPoolGroup', groupProperties).map(({ properties }) => properties),
  }
}
