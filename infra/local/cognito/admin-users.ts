// The operations on users that need IAM permissions.
import { randomBytes } from 'node:crypto'
import { type Call, poolOf } from './call.ts'
import { CognitoError, invalidParameter, notAuthorized } from './errors.ts'
import { setPassword } from './passwords.ts'
import type { Pool, User } from './pool.ts'
import { revokeAll } from './refresh.ts'
import { addUser, claimAliases, listAttributes, usernameKey, userOf, withUnverified, writeAttributes } from './users.ts'

/** Finds the user that a request names. @throws CognitoError UserNotFoundException */
const namedUser = (call: Call) => {
  const pool = poolOf(call)
  return { pool, user: userOf(pool, call.input.username()) }
}

/** The user as the API shows one. Times are in seconds, as in all AWS JSON. */
export const describeUser = (user: User) => ({
  Username: user.username,
  UserCreateDate: user.createdAt / 1000,
  UserLastModifiedDate: user.modifiedAt / 1000,
  Enabled: user.enabled,
  UserStatus: user.status,
})

/** Makes an invited user (FORCE_CHANGE_PASSWORD), or renews the invitation. Sends no message. */
export function adminCreateUser(call: Call) {
  const { input, now } = call
  const pool = poolOf(call)
  const name = input.username()
  const password = input.optional('TemporaryPassword') ?? makeTemporaryPassword(pool)
  if (input.optional('MessageAction') === 'RESEND') return renewInvitation(pool, userOf(pool, name), password, now)
  const user = addUser(pool, name, input.attributes('UserAttributes'), 'FORCE_CHANGE_PASSWORD', now)
  try {
    claimAliases(pool, user, input.flag('ForceAliasCreation'))
    setPassword(pool, user, password, 'FORCE_CHANGE_PASSWORD', now)
  } catch (error) {
    pool.users.delete(usernameKey(pool, user.username))
    throw error
  }
  return { User: { ...describeUser(user), Attributes: listAttributes(user) } }
}

function renewInvitation(pool: Pool, user: User, password: string, now: number) {
  if (user.status !== 'FORCE_CHANGE_PASSWORD')
    throw new CognitoError('UnsupportedUserStateException', 'Resend not possible. Status is not FORCE_CHANGE_PASSWORD')
  setPassword(pool, user, password, user.status, now)
  return { User: { ...describeUser(user), Attributes: listAttributes(user) } }
}

/** Makes a password that satisfies every policy. The user never receives it, because this server sends no message. */
function makeTemporaryPassword(pool: Pool): string {
  const length = pool.properties.Policies?.PasswordPolicy?.MinimumLength ?? 8
  return `aA1!${randomBytes(Math.max(length, 12)).toString('base64url')}`
}

export function adminGetUser(call: Call) {
  const { user } = namedUser(call)
  return { ...describeUser(user), UserAttributes: listAttributes(user) }
}

export function adminSetUserPassword(call: Call) {
  const { pool, user } = namedUser(call)
  assertLocal(user)
  const status = call.input.flag('Permanent') ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD'
  setPassword(pool, user, call.input.text('Password'), status, call.now)
  return {}
}

/** Sets RESET_REQUIRED. Cognito sends a code to a verified address, so the user must have one. */
export function adminResetUserPassword(call: Call) {
  const { user } = namedUser(call)
  assertLocal(user)
  if (user.status === 'FORCE_CHANGE_PASSWORD' || user.status === 'UNCONFIRMED')
    throw notAuthorized('User password cannot be reset in the current state.')
  if (!['email', 'phone_number'].some((name) => user.attributes.get(`${name}_verified`) === 'true'))
    throw invalidParameter(
      'Cannot reset password for the user as there is no registered/verified email or phone_number',
    )
  user.status = 'RESET_REQUIRED'
  user.modifiedAt = call.now
  return {}
}

/** @throws CognitoError NotAuthorizedException for a federated user, who has no password in the pool */
function assertLocal(user: User) {
  if (user.status === 'EXTERNAL_PROVIDER') throw notAuthorized('User is not a local user of the user pool.')
}

/** Revokes all tokens of the user. The user can sign in again. */
export function adminUserGlobalSignOut(call: Call) {
  const { pool, user } = namedUser(call)
  revokeAll(pool, user)
  return {}
}

/** Disables the user and revokes all their tokens (API reference, AdminDisableUser). */
export function adminDisableUser(call: Call) {
  const { pool, user } = namedUser(call)
  revokeAll(pool, user)
  return setEnabled(user, false, call.now)
}

export const adminEnableUser = (call: Call) => setEnabled(namedUser(call).user, true, call.now)

function setEnabled(user: User, enabled: boolean, now: number) {
  user.enabled = enabled
  user.modifiedAt = now
  return {}
}

export function adminDeleteUser(call: Call) {
  const { pool, user } = namedUser(call)
  pool.users.delete(usernameKey(pool, user.username))
  return {}
}

export function adminUpdateUserAttributes(call: Call) {
  const { pool, user } = namedUser(call)
  const before = new Map(user.attributes)
  writeAttributes(pool, user, withUnverified(user, call.input.attributes('UserAttributes')), call.now)
  try {
    claimAliases(pool, user, false)
  } catch (error) {
    user.attributes = before
    throw error
  }
  return {}
}
