// Passwords: the policy, setting and checking. The server stores only a salted hash.
import { CognitoError, incorrectPassword, notAuthorized } from './errors.ts'
import type { Pool, User, UserStatus } from './pool.ts'
import { temporaryPasswordDays } from './pool-defaults.ts'
import { isPassword, saltPassword } from './srp.ts'

/** The policy of a pool that sets none (API reference, PasswordPolicyType and CreateUserPool). */
const defaultPolicy = {
  MinimumLength: 8,
  RequireLowercase: true,
  RequireNumbers: true,
  RequireSymbols: true,
  RequireUppercase: true,
}

/** The characters that satisfy RequireSymbols (developer guide, "Adding password requirements"). */
const symbols = /[\^$*.[\]{}()?\-"!@#%&/\\,><':;|_~`+= ]/

function assertPolicy(pool: Pool, password: string) {
  const policy = pool.properties.Policies?.PasswordPolicy ?? defaultPolicy
  const refuse = (reason: string) => {
    throw new CognitoError('InvalidPasswordException', `Password did not conform with policy: ${reason}`)
  }
  if (password.length < (policy.MinimumLength ?? 8)) refuse('Password not long enough')
  if (policy.RequireUppercase && !/[A-Z]/.test(password)) refuse('Password must have uppercase characters')
  if (policy.RequireLowercase && !/[a-z]/.test(password)) refuse('Password must have lowercase characters')
  if (policy.RequireNumbers && !/[0-9]/.test(password)) refuse('Password must have numeric characters')
  if (policy.RequireSymbols && !symbols.test(password)) refuse('Password must have symbol characters')
}

/**
 * Sets the password and the status. With FORCE_CHANGE_PASSWORD the password is temporary.
 * @param now ms
 * @throws CognitoError InvalidPasswordException
 */
export function setPassword(pool: Pool, user: User, password: string, status: UserStatus, now: number) {
  assertPolicy(pool, password)
  const days = temporaryPasswordDays(pool.properties)
  user.password = saltPassword({ poolId: pool.definition.id, username: user.username, password })
  user.passwordEndsAt = status === 'FORCE_CHANGE_PASSWORD' ? now + days * 86_400_000 : undefined
  user.status = status
  user.modifiedAt = now
}

/** @throws CognitoError NotAuthorizedException if the password is wrong */
export function assertPassword(pool: Pool, user: User, password: string) {
  const credentials = { poolId: pool.definition.id, username: user.username, password }
  if (!user.password || !isPassword(user.password, credentials)) throw incorrectPassword()
}

/** @throws CognitoError NotAuthorizedException if the temporary password has expired */
export function assertNotExpired(user: User, now: number) {
  if (user.passwordEndsAt !== undefined && user.passwordEndsAt <= now)
    throw notAuthorized('Temporary password has expired and must be reset by an administrator.')
}
