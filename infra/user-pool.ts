// The user pool: its triggers, its groups, and the two app clients.

import {
  AccountRecovery,
  CfnUserPoolClient,
  CfnUserPoolGroup,
  FeaturePlan,
  LambdaVersion,
  UserPool,
  type UserPoolClient,
  UserPoolOperation,
} from 'aws-cdk-lib/aws-cognito'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'

export interface TriggeredUserPoolProps {
  triggers: IFunction
  groups: string[]
  deletionProtection: boolean
}

/** A pool whose users sign in by username or e-mail, all of them through `triggers`. */
export class TriggeredUserPool extends UserPool {
  constructor(scope: Construct, id: string, { triggers, groups, deletionProtection }: TriggeredUserPoolProps) {
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
    this.addTrigger(UserPoolOperation.DEFINE_AUTH_CHALLENGE, triggers)
    this.addTrigger(UserPoolOperation.CREATE_AUTH_CHALLENGE, triggers)
    this.addTrigger(UserPoolOperation.VERIFY_AUTH_CHALLENGE_RESPONSE, triggers)
    this.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, triggers, LambdaVersion.V2_0)
    for (const groupName of groups) {
      new CfnUserPoolGroup(this, `Group-${groupName}`, { userPoolId: this.userPoolId, groupName })
    }
  }

  /** The app client that actors sign in with: by SRP, and by the endpoint's `Authorization: Basic` where that is on. */
  addActorClient({ basic }: { basic: boolean }): UserPoolClient {
    return this.addClient('ActorClient', {
      userPoolClientName: 'actors',
      authFlows: { userSrp: true, adminUserPassword: basic },
      disableOAuth: true,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
    })
  }
}

/**
 * The app client that impersonated sessions are issued to. Written at level 1, since level 2 adds a flow for refresh.
 * Read attributes stay at the default: the ID token shows what the subject's own would.
 */
export function addImpersonationClient(scope: Construct, pool: UserPool, sessionMinutes: number): CfnUserPoolClient {
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
