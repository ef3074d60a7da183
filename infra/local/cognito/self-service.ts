// The operations that an access token authorizes: reading and changing one's own user.
import { selfServiceScope } from './claims.ts'
import { codeDelivery } from './code-delivery.ts'
import { notAuthorized, userNotFound } from './errors.ts'
import { readToken } from './keys.ts'
import type { Call, Pool, User } from './pool.ts'
import { assertWritable, findUser, listAttributes, withUnverified, writeAttributes } from './users.ts'

/** Whose token this is. Throws NotAuthorizedException, UserNotFoundException. */
function bearer(call: Call): { pool: Pool; user: User } {
  const token = call.input.text('AccessToken')
  for (const pool of call.pools.values()) {
    const claims = readToken(pool.keys.access, token)
    if (!claims) continue
    if (Number(claims.exp) * 1000 <= call.now) throw notAuthorized('Access Token has expired')
    const user = findUser(pool, String(claims.username))
    if (!user || user.sub !== claims.sub) throw userNotFound()
    if (!user.enabled) throw notAuthorized('User is disabled.')
    if (pool.families.get(String(claims.origin_jti))?.revoked) throw notAuthorized('Access Token has been revoked')
    const scopes = String(claims.scope ?? '').split(' ')
    if (!scopes.includes(selfServiceScope)) throw notAuthorized('Access Token does not have required scopes')
    return { pool, user }
  }
  throw notAuthorized('Invalid Access Token')
}

export function getUser(call: Call) {
  const { user } = bearer(call)
  return { Username: user.username, UserAttributes: listAttributes(user) }
}

/** A changed address has to be verified anew; the code for it is sent where the pool verifies that attribute. */
export function updateUserAttributes(call: Call) {
  const { pool, user } = bearer(call)
  const attributes = call.input.attributes('UserAttributes')
  assertWritable(attributes)
  const entailed = withUnverified(user, attributes)
  writeAttributes(pool, user, entailed, call.now)
  const written = new Set(entailed.map(([name]) => name))
  const sent = (pool.properties.AutoVerifiedAttributes ?? []).filter((name) => written.has(`${name}_verified`))
  return { CodeDeliveryDetailsList: sent.map((name) => codeDelivery(user, name)) }
}
