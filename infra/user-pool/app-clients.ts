// The app clients: the actors' client, and the impersonation client.

import { Duration, Stack } from 'aws-cdk-lib'
import { CfnUserPoolClient, ClientAttributes, type IUserPoolClient, UserPoolClient } from 'aws-cdk-lib/aws-cognito'
import type { Construct } from 'constructs'
import type { Settings } from '../settings/settings.ts'
import { fewestWritable, harmlessAttribute } from './client-attributes.ts'
import type { SelectedPool } from './select-pool.ts'

/**
 * Makes a client if neither `actorClient` nor the setting `actorClientId` names one.
 * @throws Error if both name one, or if one is named without its pool
 */
export function selectActorClient(
  scope: Construct,
  actorClient: IUserPoolClient | undefined,
  { pool, settings }: { pool: SelectedPool; settings: Settings },
): IUserPoolClient {
  const { actorClientId } = settings
  if (actorClient && actorClientId) throw new Error('both actorClient and setting actorClientId are set: remove one')
  if (actorClient || actorClientId) {
    if (pool.origin === 'own') {
      const [name, poolName] = actorClient
        ? ['actorClient', 'userPool']
        : ['setting actorClientId', 'setting userPoolId']
      throw new Error(`${name} is set without ${poolName}: set the pool of that app client, too`)
    }
    return actorClient ?? UserPoolClient.fromUserPoolClientId(scope, 'GivenActorClient', actorClientId)
  }
  return addActorClient(pool, settings)
}

/**
 * Actors sign in with this client by SRP and, if `basic` is true, by the endpoint's `Authorization: Basic`. It has no
 * secret, so every user of the pool can sign in with it: they may do as little as Cognito allows.
 */
function addActorClient(pool: SelectedPool, settings: Settings): UserPoolClient {
  const { basic, actorAcr, signInMaxAgeMinutes } = settings
  const client = new UserPoolClient(pool.poolScope, 'ActorClient', {
    userPool: pool.userPool,
    userPoolClientName: 'actors',
    // By the API, only the flow USER_AUTH can ask for a level (TARGET_ACR_VALUES).
    authFlows: { userSrp: true, adminUserPassword: basic, user: actorAcr.length > 0 },
    readAttributes: new ClientAttributes().withStandardAttributes({ [harmlessAttribute]: true }),
    // A refreshed ID token keeps the time of the sign-in, so a longer life would be of no use. Cognito requires an hour.
    refreshTokenValidity: Duration.minutes(Math.max(60, signInMaxAgeMinutes)),
    disableOAuth: true,
    preventUserExistenceErrors: true,
    enableTokenRevocation: true,
  })
  const resource = client.node.defaultChild as CfnUserPoolClient
  resource.writeAttributes = fewestWritable(pool, settings)
  return client
}

/**
 * Cognito issues impersonated sessions to this client. It is an L1 construct: the L2 reads a secret by a custom resource.
 * @param readAttributes undefined: Cognito's default
 */
export function addImpersonationClient(
  scope: Construct,
  { pool, settings, readAttributes }: { pool: SelectedPool; settings: Settings; readAttributes: string[] | undefined },
): CfnUserPoolClient {
  const { sessionMinutes } = settings
  return new CfnUserPoolClient(scope, 'ImpersonationClient', {
    userPoolId: pool.userPool.userPoolId,
    clientName: 'impersonation',
    generateSecret: true,
    // Cognito has refused clients without the refresh flow (aws-cdk#7625). It gives nobody a way in: no refresh token
    // leaves the endpoint, and the triggers refuse every refresh.
    explicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    allowedOAuthFlowsUserPoolClient: false,
    supportedIdentityProviders: ['COGNITO'],
    // LEGACY tells a missing subject from one who can't sign in. Only the endpoint uses this client.
    preventUserExistenceErrors: 'LEGACY',
    enableTokenRevocation: true,
    ...(readAttributes && { readAttributes }),
    writeAttributes: fewestWritable(pool, settings),
    idTokenValidity: sessionMinutes,
    accessTokenValidity: sessionMinutes,
    // Nobody gets the refresh token. Cognito requires at least an hour, and no less than the other tokens.
    refreshTokenValidity: Math.max(60, sessionMinutes),
    tokenValidityUnits: { idToken: 'minutes', accessToken: 'minutes', refreshToken: 'minutes' },
    authSessionValidity: 3,
  })
}

/**
 * Fails at synth if callers' clients include the impersonation client, since an impersonated session has none of their
 * rights, or if a client is both the actors' and the subjects'.
 * The ids are compared at synth, since an app can pass a client by a lazy value.
 */
export function refuseUnfitClients(
  scope: Construct,
  ids: { actorClientId: string; actorClientIds: string[]; subjectClientIds: string[]; impersonationClientId: string },
): void {
  const stack = Stack.of(scope)
  const resolved = (id: string) => JSON.stringify(stack.resolve(id))
  scope.node.addValidation({
    validate() {
      const ours = resolved(ids.impersonationClientId)
      const actors = [ids.actorClientId, ...ids.actorClientIds].map(resolved)
      const subjects = ids.subjectClientIds.map(resolved)
      return [
        ...actors.filter((id) => id === ours).map((id) => fault('actorClientIds', id, 'the impersonation client')),
        ...subjects.filter((id) => id === ours).map((id) => fault('subjectClientIds', id, 'the impersonation client')),
        ...subjects.filter((id) => actors.includes(id)).map((id) => fault('subjectClientIds', id, 'an actors’ client')),
      ]
    },
  })
}

function fault(setting: string, id: string, forbidden: string): string {
  return `setting ${setting} contains ${id}, but it must not contain ${forbidden}`
}
