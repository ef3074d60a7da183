// Passwords: the pool's policy, and setting one. Only an SRP verifier is kept.
import { CognitoError, incorrectPassword, notAuthorized } from './errors.ts'
import type { Pool, User, UserStatus } from './pool.ts'
import { temporaryPasswordDays } from './pool-defaults.ts'
import { isPassword, makeVerifier } from './srp.ts'

/** A pool without a policy of its own has this one (API reference, PasswordPolicyType and CreateUserPool). */
const defaultPolicy = {
  MinimumLength: 8,
  RequireLowercase: true,
  RequireNumbers: true,
  RequireSymbols: true,
  RequireUppercase: true,
}

/** The symbols that count for RequireSymbols: developer guide, "Adding password requirements". */
const symbols = /[\^$*.[\]{}()?\-"!@#%&/\\,><':;|_~`+= ]/

function assertPolicy(pool: Pool, password: string) {
  const policy = pool.properties.Policies?.PasswordPolicy ?? defaultPolicy
  const refuse = (what: string) => {
    throw new CognitoError('InvalidPasswordException', `Password did not conform with policy: ${what}`)
  }
  if (password.length < (policy.MinimumLength ?? 8)) refuse('Password not long enough')
  if (policy.RequireUppercase && !/[A-Z]/.test(password)) refuse('Password must have uppercase characters')
  if (policy.RequireLowercase && !/[a-z]/.test(password)) refuse('Password must have lowercase characters')
  if (policy.RequireNumbers && !/[0-9]/.test(password)) refuse('Password must have numeric characters')
  if (policy.RequireSymbols && !symbols.test(password)) refuse('Password must have symbol characters')
}

/** Gives the user this password and status; FORCE_CHANGE_PASSWORD makes it a temporary one. Throws InvalidPasswordException. */
export function setPassword(pool: Pool, user: User, password: string, status: UserStatus, now: number) {
  assertPolicy(pool, password)
  const days = temporaryPasswordDays(pool.properties)
  user.password = makeVerifier(pool.definition.id, user.username, password)
  user.passwordEndsAt = status === 'FORCE_CHANGE_PASSWORD' ? now + days * 86_400_000 : undefined
  user.status = status
  user.modifiedAt = now
}

/** Throws NotAuthorizedException where this is not the user's password. */
export function assertPassword(pool: Pool, user: User, password: string) {
  if (!user.password || !isPassword(user.password, pool.definition.id, user.username, password))
    throw incorrectPassword()
}

/** Throws NotAuthorizedException where a temporary password was not used in time. */
export function assertNotEnded(user: User, now: number) {
  if (user.passwordEndsAt !== undefined && user.passwordEndsAt <= now)
    throw notAuthorized('Temporary password has expired and must be reset by an administrator.')
}
