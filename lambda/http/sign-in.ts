// Checks the sign-in of a member of staff: its age and its level.

import { ImpersonationError } from '../errors.ts'

export interface SignInRules {
  signInMaxAgeMinutes: number
  /** The accepted `acr` values. Empty: no `acr` is needed. */
  actorAcr: readonly string[]
}

export interface StaffSignIn {
  /** In ms since the epoch. Undefined: the token lacks it. */
  signedInAt: number | undefined
  /** The claim `acr`, unchecked. */
  acr: unknown
  /** The token belongs to an impersonated session. Its level is not the actor's, and it has no right of staff. */
  impersonated: boolean
}

/** Whether a sign-in is recent enough for staff. @param signedInAt in ms since the epoch. */
export function isRecentSignIn(
  signedInAt: number | undefined,
  { now, signInMaxAgeMinutes }: { now: number; signInMaxAgeMinutes: number },
): boolean {
  return signedInAt !== undefined && now - signedInAt <= signInMaxAgeMinutes * 60_000
}

/**
 * @param now in ms since the epoch.
 * @throws ImpersonationError SignInInsufficient, which names what a new sign-in needs (RFC 9470 §3).
 */
export function assertSufficient(
  { signedInAt, acr, impersonated }: StaffSignIn,
  { now, rules: { signInMaxAgeMinutes, actorAcr } }: { now: number; rules: SignInRules },
): void {
  const recent = isRecentSignIn(signedInAt, { now, signInMaxAgeMinutes })
  const strong = impersonated || actorAcr.length === 0 || actorAcr.some((value) => value === acr)
  if (recent && strong) return
  const message = `Authorization: the sign-in is ${recent ? 'not strong enough' : 'too long ago'}, sign in again`
  throw Object.assign(new ImpersonationError('SignInInsufficient', { message }), {
    newSignIn: { acrValues: actorAcr, ...(!recent && { maxAge: signInMaxAgeMinutes * 60 }) },
  })
}
