// The operations on users that need IAM: making, reading, changing, disabling, deleting them.
import { randomBytes } from 'node:crypto'
import { CognitoError, invalidParameter, notAuthorized } from './errors.ts'
import { setPassword } from './passwords.ts'
import { type Call, type Pool, poolOf, type User } from './pool.ts'
import { revokeAll } from './refresh.ts'
import { addUser, claimAliases, fold, listAttributes, userOf, withUnverified, writeAttributes } from './users.ts'

const subject = (call: Call) => {
  const pool = poolOf(call)
  return { pool, user: userOf(pool, call.input.username()) }
}

/** Times in seconds, as AWS JSON writes them. */
const describe = (user: User) => ({
  Username: user.username,
  UserCreateDate: user.createdAt / 1000,
  UserLastModifiedDate: user.modifiedAt / 1000,
  Enabled: user.enabled,
  UserStatus: user.status,
})

/** Makes an invited user (FORCE_CHANGE_PASSWORD), or renews the invitation. No message is sent to anyone. */
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
    pool.users.delete(fold(pool, user.username))
    throw error
  }
  return { User: { ...describe(user), Attributes: listAttributes(user) } }
}

function renewInvitation(pool: Pool, user: User, password: string, now: number) {
  if (user.status !== 'FORCE_CHANGE_PASSWORD')
    throw new CognitoError('UnsupportedUserStateException', 'Resend not possible. Status is not FORCE_CHANGE_PASSWORD')
  setPassword(pool, user, password, user.status, now)
  return { User: { ...describe(user), Attributes: listAttributes(user) } }
}

/** One that fits every policy; it would go to the user by mail or SMS. */
function makeTemporaryPassword(pool: Pool): string {
  const length = pool.properties.Policies?.PasswordPolicy?.MinimumLength ?? 8
  return `aA1!${randomBytes(Math.max(length, 12)).toString('base64url')}`
}

export function adminGetUser(call: Call) {
  const { user } = subject(call)
  return { ...describe(user), UserAttributes: listAttributes(user) }
}

export function adminSetUserPassword(call: Call) {
  const { pool, user } = subject(call)
  assertLocal(user)
  const status = call.input.flag('Permanent') ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD'
  setPassword(pool, user, call.input.text('Password'), status, call.now)
  return {}
}

/** The user has to choose a new password by a code, which goes to a verified address. */
export function adminResetUserPassword(call: Call) {
  const { user } = subject(call)
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

function assertLocal(user: User) {
  if (user.status === 'EXTERNAL_PROVIDER') throw notAuthorized('User is not a local user of the user pool.')
}

/** Also revokes the user's tokens (API reference, AdminDisableUser). */
export function adminDisableUser(call: Call) {
  const { pool, user } = subject(call)
  revokeAll(pool, user)
  return setEnabled(user, false, call.now)
}

export const adminEnableUser = (call: Call) => setEnabled(subject(call).user, true, call.now)

function setEnabled(user: User, enabled: boolean, now: number) {
  user.enabled = enabled
  user.modifiedAt = now
  return {}
}

export function adminDeleteUser(call: Call) {
  const { pool, user } = subject(call)
  pool.users.delete(fold(pool, user.username))
  return {}
}

export function adminUpdateUserAttributes(call: Call) {
  const { pool, user } = subject(call)
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
