// The claims of ID and access tokens, before the PreTokenGeneration trigger changes them.
// Source: developer guide, "Understanding the identity (ID) token" and "Understanding the access token".
import { randomUUID } from 'node:crypto'
import { mayRead } from './attribute-permissions.ts'
import { lifetimes, supportsRevocation } from './client-settings.ts'
import type { Claims } from './keys.ts'
import type { Client, Family, Pool } from './pool.ts'

/** The scope of every sign-in through the API. */
export const selfServiceScope = 'aws.cognito.signin.user.admin'

/** The issuer by the pool's IssuerConfiguration (API reference, IssuerConfigurationType). */
export const issuer = ({ definition: { region, id }, properties }: Pool) =>
  `https://${properties.IssuerConfiguration?.Type === 'UPDATED' ? 'issuer-' : ''}cognito-idp.${region}.amazonaws.com/${id}`

/** The address of the pool's public keys at this server. @param url of the server */
export const jwksUri = (url: string, { definition: { id } }: Pool) => `${url}/${id}/.well-known/jwks.json`

export interface TokenRequest {
  pool: Pool
  client: Client
  family: Family
  groups: string[]
  /** ms */
  now: number
}

/** The claims of both tokens. */
function commonClaims({ pool, client, family, groups, now }: TokenRequest): Claims {
  return {
    sub: family.user.sub,
    ...(groups.length > 0 ? { 'cognito:groups': groups } : {}),
    iss: issuer(pool),
    ...(supportsRevocation(client) ? { origin_jti: family.originJti } : {}),
    event_id: family.eventId,
    auth_time: family.authTime,
    ...family.level,
    iat: Math.floor(now / 1000),
  }
}

export function accessClaims(request: TokenRequest): Claims {
  const { client, family, now } = request
  return {
    ...commonClaims(request),
    client_id: client.id,
    token_use: 'access',
    scope: selfServiceScope,
    exp: Math.floor(now / 1000) + lifetimes(client).access,
    jti: randomUUID(),
    username: family.user.username,
  }
}

export function idClaims(request: TokenRequest): Claims {
  const { client, family, now } = request
  return {
    ...attributeClaims(client, family.user.attributes),
    ...commonClaims(request),
    'cognito:username': family.user.username,
    aud: client.id,
    token_use: 'id',
    exp: Math.floor(now / 1000) + lifetimes(client).id,
    ...(supportsRevocation(client) ? { jti: randomUUID() } : {}),
  }
}

/** The attributes that the client may read, with the types of OpenID Connect Core §5.1. */
function attributeClaims(client: Client, attributes: Map<string, string>): Claims {
  const shown = [...attributes].filter(([name]) => mayRead(client, name))
  return Object.fromEntries(shown.map(([name, value]) => [name, claimValue(name, value)]))
}

function claimValue(name: string, value: string): unknown {
  if (name === 'email_verified' || name === 'phone_number_verified') return value === 'true'
  if (name === 'updated_at') return Number(value)
  if (name === 'address') return { formatted: value }
  return value
}
