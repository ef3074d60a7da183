// SignUp: users who register themselves. They stay UNCONFIRMED: this server has no ConfirmSignUp.

import { assertWritable } from './attribute-permissions.ts'
import { type Call, publicClientCall } from './call.ts'
import { assertSecretHash } from './client-settings.ts'
import { codeDelivery } from './code-delivery.ts'
import { notAuthorized } from './errors.ts'
import { setPassword } from './passwords.ts'
import { addUser, usernameKey } from './users.ts'

export function signUp(call: Call) {
  const { pool, client, input, now } = publicClientCall(call)
  const name = input.username()
  assertSecretHash(client, name, input.optional('SecretHash'))
  if (pool.properties.AdminCreateUserConfig?.AllowAdminCreateUserOnly)
    throw notAuthorized('SignUp is not permitted for this user pool')
  const attributes = input.attributes('UserAttributes')
  assertWritable(client, attributes)
  const user = addUser(pool, name, attributes, 'UNCONFIRMED', now)
  try {
    setPassword(pool, user, input.text('Password'), 'UNCONFIRMED', now)
  } catch (error) {
    pool.users.delete(usernameKey(pool, user.username))
    throw error
  }
  const attribute = pool.properties.AutoVerifiedAttributes?.find((candidate) => user.attributes.has(candidate))
  return {
    UserConfirmed: false,
    UserSub: user.sub,
    ...(attribute ? { CodeDeliveryDetails: codeDelivery(user, attribute) } : {}),
  }
}
