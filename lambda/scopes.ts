// The scopes of access tokens.

/** With this scope, a session can change the user's password, e-mail address and MFA at Cognito. */
export const selfServiceScope = 'aws.cognito.signin.user.admin'

/** Whether an impersonated session may have this scope. It must be one scope (RFC 6749 §3.3), and none of Cognito's own. */
export function isGrantable(scope: string): boolean {
  return /^[\x21\x23-\x5B\x5D-\x7E]{1,256}$/.test(scope) && !/^aws\.cognito\./i.test(scope)
}
