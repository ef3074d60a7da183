// Reads the template's user pools, and its app clients and groups for own and existing pools.

import { appClientSettings } from '../cognito/app-clients.ts'
import type { UserPoolDefinition } from '../cognito/server.ts'
import { customResource } from './identities.ts'
import { expectOnly, type Stack } from './stack.ts'

/** The app clients and groups that the template adds to one pool. */
export type PoolContents = Pick<UserPoolDefinition, 'id' | 'clients' | 'groups'>

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
const clientProperties = [...appClientSettings, 'ClientName', 'GenerateSecret', 'UserPoolId']
const groupProperties = ['Description', 'GroupName', 'Precedence', 'UserPoolId']

/**
 * The pools that the template creates.
 * @throws Error naming a property that the local Cognito does not know
 */
export function readUserPools(stack: Stack): UserPoolDefinition[] {
  return stack.resources('AWS::Cognito::UserPool').map((pool) => {
    expectOnly(pool, poolProperties)
    return {
      ...readContents(stack, pool.id),
      arn: stack.attribute(pool.logicalId, 'Arn'),
      region: stack.place.region,
      account: stack.place.account,
      properties: pool.properties,
    }
  })
}

/** The existing pools that the template refers to, including pools that only custom resources change. */
export function readExistingPools(stack: Stack): PoolContents[] {
  const ownIds = stack.resources('AWS::Cognito::UserPool').map(({ id }) => id)
  const referenced = stack
    .resources('AWS::Cognito::UserPoolClient', 'AWS::Cognito::UserPoolGroup', customResource)
    .flatMap(({ properties }) => (typeof properties.UserPoolId === 'string' ? [properties.UserPoolId] : []))
  return [...new Set(referenced)].filter((id) => !ownIds.includes(id)).map((id) => readContents(stack, id))
}

function readContents(stack: Stack, id: string): PoolContents {
  const resourcesOfPool = (type: string, known: string[]) =>
    stack.resources(type).filter((resource) => {
      expectOnly(resource, known)
      return resource.properties.UserPoolId === id
    })
  return {
    id,
    clients: resourcesOfPool('AWS::Cognito::UserPoolClient', clientProperties).map((client) => ({
      id: client.id,
      properties: client.properties,
      ...(client.properties.GenerateSecret === true && { secret: stack.attribute(client.logicalId, 'ClientSecret') }),
    })),
    groups: resourcesOfPool('AWS::Cognito::UserPoolGroup', groupProperties).map(({ properties }) => properties),
  }
}
