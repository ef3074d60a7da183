// A user pool of our own, and the app clients of any.

import {
  AccountRecovery,
  CfnUserPoolClient,
  FeaturePlan,
  type IUserPool,
  UserPool,
  UserPoolClient,
} from 'aws-cdk-lib/aws-cognito'
import type { Construct } from 'constructs'
import { acknowledge } from '../nag.ts'

/** A pool whose users sign in by username or e-mail. */
export class OwnUserPool extends UserPool {
  constructor(scope: Construct, id: string, { deletionProtection }: { deletionProtection: boolean }) {
    super(scope, id, {
      featurePlan: FeaturePlan.ESSENTIALS,
      signInAliases: { username: true, email: true },
      signInCaseSensitive: false,
      selfSignUpEnabled: false,
      // An alias is a way to sign in: a new address takes the old one's place only once it is verified.
      keepOriginal: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
      deletionProtection,
    })
    acknowledge(this, {
      COG2: 'Which factors people sign in with is for the apps of the pool to decide. A pool that demands MFA of all of them would refuse Basic and may refuse impersonation, which answers 422 then.',
      COG8: 'The Plus plan’s threat protection is the pool owner’s to buy: Essentials has all that impersonation needs.',
    })
  }
}

/** The app client that actors sign in with: by SRP, and by the endpoint's `Authorization: Basic` where that is on. */
export function addActorClient(scope: Construct, userPool: IUserPool, { basic }: { basic: boolean }): UserPoolClient {
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
 * The app client that impersonated sessions are issued to. Written at level 1, since level 2 adds a flow for refresh.
 * Read attributes stay at the default: the ID token shows what the subject's own would.
 */
export function addImpersonationClient(scope: Construct, pool: IUserPool, sessionMinutes: number): CfnUserPoolClient {
  return new CfnUserPoolClient(scope, 'ImpersonationClient', {
    userPoolId: pool.userPoolId,
    clientName: 'impersonation',
    generateSecret: true,
    explicitAuthFlows: ['ALLOW_CUSTOM_AUTH'],
    allowedOAuthFlowsUserPoolClient: false,
    supportedIdentityProviders: ['COGNITO'],
    // LEGACY: a subject who does not exist is told from one who can't sign in. Only the endpoint ever asks.
    preventUserExistenceErrors: 'LEGACY',
    enableTokenRevocation: true,
    idTokenValidity: sessionMinutes,
    accessTokenValidity: sessionMinutes,
    // Nobody gets the refresh token; Cognito wants it to last an hour, and as long as the others.
    refreshTokenValidity: Math.max(60, sessionMinutes),
    tokenValidityUnits: { idToken: 'minutes', accessToken: 'minutes', refreshToken: 'minutes' },
    authSessionValidity: 3,
  })
}
