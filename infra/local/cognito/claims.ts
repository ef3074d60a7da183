// The claims of ID and access tokens before any trigger has changed them.
// Source: developer guide, "Understanding the identity (ID) token" and "Understanding the access token".
import { randomUUID } from 'node:crypto'
import { lifetimes, revocable } from './client-settings.ts'
import type { Claims } from './keys.ts'
import type { Client, Family, Pool } from './pool.ts'

/** The scope of every sign-in through the API. */
export const selfServiceScope = 'aws.cognito.signin.user.admin'

/** By the pool's IssuerConfiguration (API reference, IssuerConfigurationType). */
export const issuer = ({ definition: { region, id }, properties }: Pool) =>
  `https://${properties.IssuerConfiguration?.Type === 'UPDATED' ? 'issuer-' : ''}cognito-idp.${region}.amazonaws.com/${id}`

/** What both tokens of a sign-in say; `now` in ms. */
function common(pool: Pool, client: Client, family: Family, groups: string[], now: number): Claims {
  return {
    sub: family.user.sub,
    ...(groups.length > 0 ? { 'cognito:groups': groups } : {}),
    iss: issuer(pool),
    ...(revocable(client) ? { origin_jti: family.originJti } : {}),
    event_id: family.eventId,
    auth_time: family.authTime,
    iat: Math.floor(now / 1000),
  }
}

export function accessClaims(...sign: [Pool, Client, Family, string[], number]): Claims {
  const [, client, { user }, , now] = sign
  return {
    ...common(...sign),
    client_id: client.id,
    token_use: 'access',
    scope: selfServiceScope,
    exp: Math.floor(now / 1000) + lifetimes(client).access,
    jti: randomUUID(),
    username: user.username,
  }
}

export function idClaims(...sign: [Pool, Client, Family, string[], number]): Claims {
  const [, client, { user }, , now] = sign
  return {
    ...attributeClaims(client, user.attributes),
    ...common(...sign),
    'cognito:username': user.username,
    aud: client.id,
    token_use: 'id',
    exp: Math.floor(now / 1000) + lifetimes(client).id,
    ...(revocable(client) ? { jti: randomUUID() } : {}),
  }
}

/** The attributes that the client may read, with the types of OpenID Connect Core §5.1. */
function attributeClaims(client: Client, attributes: Map<string, string>): Claims {
  const readable = client.properties.ReadAttributes ?? []
  const shown = [...attributes].filter(([name]) => readable.length === 0 || readable.includes(name))
  return Object.fromEntries(shown.map(([name, value]) => [name, claimValue(name, value)]))
}

function claimValue(name: string, value: string): unknown {
  if (name === 'email_verified' || name === 'phone_number_verified') return value === 'true'
  if (name === 'updated_at') return Number(value)
  if (name === 'address') return { formatted: value }
  return value
}
