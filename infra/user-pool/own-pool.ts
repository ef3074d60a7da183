// The own pool: the user pool that the stack makes.

import { AccountRecovery, FeaturePlan, Mfa, UserPool } from 'aws-cdk-lib/aws-cognito'
import type { Construct } from 'constructs'
import { acknowledge } from '../nag.ts'

/** Users sign in by username or e-mail address. Only administrators create users. */
export class OwnUserPool extends UserPool {
  /** @param options `authenticatorApps`: users may add an authenticator app. A sign-in with it has the highest level (`acr`). */
  constructor(
    scope: Construct,
    id: string,
    { deletionProtection, authenticatorApps }: { deletionProtection: boolean; authenticatorApps: boolean },
  ) {
    super(scope, id, {
      featurePlan: FeaturePlan.ESSENTIALS,
      signInAliases: { username: true, email: true },
      signInCaseSensitive: false,
      selfSignUpEnabled: false,
      // Users sign in by e-mail, so a new address replaces the old one only after it is verified.
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
      ...(authenticatorApps && { mfa: Mfa.OPTIONAL, mfaSecondFactor: { otp: true, sms: false } }),
    })
    acknowledge(this, {
      COG2: 'The pool’s apps decide whether their users need MFA. If the pool required MFA, Basic would fail. Cognito is reported not to ask for MFA in an impersonation (CUSTOM_AUTH).',
      COG8: 'Impersonation needs only the Essentials plan. The pool’s owner can buy the Plus plan for its threat protection.',
    })
  }
}
