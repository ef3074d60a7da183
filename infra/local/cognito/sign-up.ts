// People who sign themselves up, and how they are confirmed.

import { assertSecretHash } from './client-settings.ts'
import { codeDelivery } from './code-delivery.ts'
import { notAuthorized } from './errors.ts'
import { setPassword } from './passwords.ts'
import { type Call, clientCall } from './pool.ts'
import { addUser, assertWritable, fold } from './users.ts'

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
  return {
    UserConfirmed: false,
    UserSub: user.sub,
    ...(attribute ? { CodeDeliveryDetails: codeDelivery(user, attribute) } : {}),
  }
}
