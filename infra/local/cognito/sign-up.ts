// People who sign themselves up, and how they are confirmed.

import { assertSecretHash, hidesAbsence } from './client-settings.ts'
import { codeDelivery, sendCode } from './code-delivery.ts'
import { CognitoError, notAuthorized, userNotFound } from './errors.ts'
import { setPassword } from './passwords.ts'
import { type Call, clientCall, type Pool, poolOf, type User } from './pool.ts'
import { addUser, assertWritable, claimAliases, findUser, fold, userOf } from './users.ts'

export function signUp(from: Call) {
  const { pool, client, input, now } = clientCall(from)
  const name = input.username()
  assertSecretHash(client, name, input.optional('SecretHash'))
  if (pool.properties.AdminCreateUserConfig?.AllowAdminCreateUserOnly)
    throw notAuthorized('SignUp is not permitted for this user pool')
  const attributes = input.attributes('UserAttributes')
  assertWritable(attributes)
  const user = addUser(pool, name, attributes, 'UNCONFIRMED', now)
  try {
    setPassword(pool, user, input.text('Password'), 'UNCONFIRMED', now)
  } catch (error) {
    pool.users.delete(fold(pool, user.username))
    throw error
  }
  const attribute = pool.properties.AutoVerifiedAttributes?.find((candidate) => user.attributes.has(candidate))
  sendCode(user, attribute, now)
  return {
    UserConfirmed: false,
    UserSub: user.sub,
    ...(attribute ? { CodeDeliveryDetails: codeDelivery(user, attribute) } : {}),
  }
}

/** Takes the code: confirms the user and verifies the address that it went to. */
export function confirmSignUp(from: Call) {
  const { pool, client, input, now } = clientCall(from)
  const name = input.username()
  assertSecretHash(client, name, input.optional('SecretHash'))
  const user = findUser(pool, name)
  if (!user) throw hidesAbsence(client) ? expiredCode() : userNotFound()
  assertUnconfirmed(user)
  const { code } = user
  if (!code || code.endsAt <= now) throw expiredCode()
  if (code.value !== input.text('ConfirmationCode'))
    throw new CognitoError('CodeMismatchException', 'Invalid verification code provided, please try again.')
  if (code.attribute !== undefined) verify(pool, user, code.attribute, input.flag('ForceAliasCreation'))
  return confirm(user, now)
}

function verify(pool: Pool, user: User, attribute: string, force: boolean) {
  user.attributes.set(`${attribute}_verified`, 'true')
  try {
    claimAliases(pool, user, force)
  } catch (error) {
    user.attributes.set(`${attribute}_verified`, 'false')
    throw error
  }
}

const expiredCode = () =>
  new CognitoError('ExpiredCodeException', 'Invalid code provided, please request a code again.')

/** Confirms the user without a code; verifies no address. */
export function adminConfirmSignUp(call: Call) {
  const user = userOf(poolOf(call), call.input.username())
  assertUnconfirmed(user)
  return confirm(user, call.now)
}

function assertUnconfirmed(user: User) {
  if (user.status !== 'UNCONFIRMED') throw notAuthorized(`User cannot be confirmed. Current status is ${user.status}`)
}

function confirm(user: User, now: number) {
  user.status = 'CONFIRMED'
  user.code = undefined
  user.modifiedAt = now
  return {}
}
