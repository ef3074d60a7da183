// The operations that users call with their own access token.

import { assertWritable, mayRead } from './attribute-permissions.ts'
import type { Call } from './call.ts'
import { selfServiceScope } from './claims.ts'
import { codeDelivery } from './code-delivery.ts'
import { notAuthorized, userNotFound } from './errors.ts'
import { type Claims, readToken } from './keys.ts'
import type { Client, Pool, User } from './pool.ts'
import { findUser, listAttributes, withUnverified, writeAttributes } from './users.ts'

/** Finds the user of the access token, and the client that it was issued to. @throws CognitoError NotAuthorizedException, UserNotFoundException */
function authenticate(call: Call): { pool: Pool; client: Client; user: User } {
  const token = call.input.text('AccessToken')
  for (const pool of call.pools.values()) {
    const claims = readToken(pool.keys.access, token)
    if (!claims) continue
    if (Number(claims.exp) * 1000 <= call.now) throw notAuthorized('Access Token has expired')
    const user = findUser(pool, String(claims.username))
    if (!user || user.sub !== claims.sub) throw userNotFound()
    if (!user.enabled) throw notAuthorized('User is disabled.')
    if (isRevoked(pool, claims)) throw notAuthorized('Access Token has been revoked')
    const scopes = String(claims.scope ?? '').split(' ')
    if (!scopes.includes(selfServiceScope)) throw notAuthorized('Access Token does not have required scopes')
    const client = pool.clients.get(String(claims.client_id))
    if (!client) throw notAuthorized('Invalid Access Token')
    return { pool, client, user }
  }
  throw notAuthorized('Invalid Access Token')
}

/** Finds the sign-in by `event_id`, because tokens of a client without EnableTokenRevocation have no `origin_jti`. */
const isRevoked = (pool: Pool, claims: Claims) =>
  [...pool.families.values()].some(({ eventId, revoked }) => revoked && eventId === claims.event_id)

export function getUser(call: Call) {
  const { client, user } = authenticate(call)
  return { Username: user.username, UserAttributes: listAttributes(user).filter(({ Name }) => mayRead(client, Name)) }
}

/** A changed address becomes unverified. Lists the addresses that Cognito would send a code to. */
export function updateUserAttributes(call: Call) {
  const { pool, client, user } = authenticate(call)
  const attributes = call.input.attributes('UserAttributes')
  assertWritable(client, attributes)
  const changes = withUnverified(user, attributes)
  writeAttributes(pool, user, changes, call.now)
  const written = new Set(changes.map(([name]) => name))
  const verifiable = (pool.properties.AutoVerifiedAttributes ?? []).filter((name) => written.has(`${name}_verified`))
  return { CodeDeliveryDetailsList: verifiable.map((name) => codeDelivery(user, name)) }
}
