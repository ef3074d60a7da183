// The app clients: the actors' client, and the impersonation client.

import { Stack } from 'aws-cdk-lib'
import { CfnUserPoolClient, type IUserPool, type IUserPoolClient, UserPoolClient } from 'aws-cdk-lib/aws-cognito'
import type { Construct } from 'constructs'
import type { Settings } from '../settings/settings.ts'
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
  return addActorClient(pool.poolScope, pool.userPool, settings)
}

/** Actors sign in with this client by SRP and, if `basic` is true, by the endpoint's `Authorization: Basic`. */
function addActorClient(scope: Construct, userPool: IUserPool, { basic }: Pick<Settings, 'basic'>): UserPoolClient {
  return new UserPoolClient(scope, 'ActorClient', {
    userPool,
    userPoolClientName: 'actors',
    authFlows: { userSrp: true, adminUserPassword: basic },
    disableOAuth: true,
    preventUserExistenceErrors: true,
    enableTokenRevocation: true,
  })
}

/**
 * Cognito issues impersonated sessions to this client. It may read all attributes (Cognito's default), so the ID token has
 * the same attributes as the subject's own. It is an L1 construct: the L2 reads a secret by a custom resource.
 */
export function addImpersonationClient(
  scope: Construct,
  { userPoolId }: IUserPool,
  { sessionMinutes }: Pick<Settings, 'sessionMinutes'>,
): CfnUserPoolClient {
  return new CfnUserPoolClient(scope, 'ImpersonationClient', {
    userPoolId,
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
    idTokenValidity: sessionMinutes,
    accessTokenValidity: sessionMinutes,
    // Nobody gets the refresh token. Cognito requires at least an hour, and no less than the other tokens.
    refreshTokenValidity: Math.max(60, sessionMinutes),
    tokenValidityUnits: { idToken: 'minutes', accessToken: 'minutes', refreshToken: 'minutes' },
    authSessionValidity: 3,
  })
}

/**
 * Fails at synth if the actors' clients include the impersonation client: an impersonated session must not impersonate.
 * The ids are compared at synth, since an app can pass the impersonation client by a lazy value.
 */
export function refuseImpersonationClientAmong(
  scope: Construct,
  { actorClientIds, impersonationClient }: { actorClientIds: string[]; impersonationClient: CfnUserPoolClient },
): void {
  const stack = Stack.of(scope)
  const impersonationClientId = JSON.stringify(stack.resolve(impersonationClient.ref))
  scope.node.addValidation({
    validate: () =>
      actorClientIds
        .map((id) => JSON.stringify(stack.resolve(id)))
        .filter((id) => id === impersonationClientId)
        .map((id) => `setting actorClientIds contains ${id}, but it must not contain the impersonation client`),
  })
}
