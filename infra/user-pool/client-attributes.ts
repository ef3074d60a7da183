// The user attributes that the stack's app clients may read and write.

import { Annotations, Lazy, Stack } from 'aws-cdk-lib'
import { type CfnUserPool, CfnUserPoolClient, type IUserPoolClient, type UserPool } from 'aws-cdk-lib/aws-cognito'
import type { Construct } from 'constructs'
import { standardAttributes } from '../settings/attribute-names.ts'
import type { Settings, SettingsProps } from '../settings/settings.ts'
import type { SelectedPool } from './select-pool.ts'

/**
 * Cognito reads an empty list as all attributes, so a client that needs none must name one. `locale` exists in every pool,
 * is no sign-in name or address, and only says which language a person prefers.
 */
export const harmlessAttribute = 'locale'

/** The shortest write list that Cognito accepts. Every app client must be able to write the pool's required attributes. */
export function fewestWritable(pool: SelectedPool, { requiredAttributes }: Pick<Settings, 'requiredAttributes'>) {
  if (pool.origin !== 'existing' && requiredAttributes.length > 0) {
    throw new Error('setting requiredAttributes is only for an existing pool: remove it, the stack knows this pool')
  }
  return Lazy.list({
    produce() {
      const required = pool.origin === 'existing' ? requiredAttributes : requiredIn(pool.userPool)
      return [...new Set([harmlessAttribute, ...required])]
    },
  })
}

/**
 * Selects the attributes in an impersonated ID token: the setting `readAttributes`, or those of the app's own client, or all
 * of the pool.
 * @returns undefined for an existing pool: its schema is not known, and Cognito's default applies
 * @throws Error if `appClient` cannot be used
 */
export function readableInImpersonation(
  scope: Construct,
  { appClient, pool, settings }: { appClient: IUserPoolClient | undefined; pool: SelectedPool; settings: Settings },
): string[] | undefined {
  const { readAttributes } = settings
  const isSet = readAttributes.length > 0
  if (appClient && isSet) throw new Error('both appClient and setting readAttributes are set: remove one')
  if (appClient) return readableBy(appClient, pool)
  if (pool.origin === 'existing') return isSet ? readAttributes : undefined
  const { userPool } = pool
  if (!isSet) return Lazy.list({ produce: () => attributesOf(userPool) })
  scope.node.addValidation({
    validate: () =>
      readAttributes
        .filter((name) => !attributesOf(userPool).includes(name))
        .map((name) => `setting readAttributes contains ${name}, which user pool ${userPool.node.path} does not have`),
  })
  return readAttributes
}

/** Warnings at synth about what the stack cannot know of an existing pool. */
export function warnOfUnknownAttributes(
  scope: Construct,
  { pool, appClient, given }: { pool: SelectedPool; appClient: IUserPoolClient | undefined; given: SettingsProps },
): void {
  if (pool.origin !== 'existing') return
  const annotations = Annotations.of(scope)
  if (given.requiredAttributes === undefined) {
    annotations.addWarningV2(
      'cognito-impersonation:requiredAttributes',
      'setting requiredAttributes is not set: if the user pool requires attributes, name them. Otherwise the deployment fails with "Invalid write attributes specified while creating a client". If it requires none, set []',
    )
  }
  if (given.readAttributes === undefined && !appClient) {
    annotations.addWarningV2(
      'cognito-impersonation:readAttributes',
      'setting readAttributes is not set: an impersonated ID token can show attributes that your app’s own app client hides, or lack custom attributes. Name those that your app’s own client may read',
    )
  }
}

/** A client without a list gets Cognito's default, and then so does the impersonation client. */
function readableBy(appClient: IUserPoolClient, pool: SelectedPool): string[] {
  if (pool.origin === 'own') throw new Error('appClient is set without userPool: set the pool of that app client, too')
  const client = appClient.node.defaultChild
  if (!(client instanceof CfnUserPoolClient)) {
    throw new Error(
      `appClient ${appClient.node.path} is imported, so its attributes are not known: set readAttributes instead`,
    )
  }
  return Lazy.list({ produce: () => Stack.of(client).resolve(client.readAttributes) }, { omitEmpty: true })
}

/** Developer-only attributes are left out: no app client lists them. */
function attributesOf(userPool: UserPool): string[] {
  const custom = schemaOf(userPool)
    .filter(({ developerOnlyAttribute }) => !developerOnlyAttribute)
    .map(({ name = '' }) => name)
    .filter((name) => name !== 'sub' && !standardAttributes.includes(name))
  return [...standardAttributes, ...custom.map((name) => `custom:${name}`)]
}

function requiredIn(userPool: UserPool): string[] {
  return schemaOf(userPool).flatMap(({ name, required }) => (required && name && name !== 'sub' ? [name] : []))
}

function schemaOf(userPool: UserPool): CfnUserPool.SchemaAttributeProperty[] {
  return Stack.of(userPool).resolve((userPool.node.defaultChild as CfnUserPool).schema) ?? []
}
