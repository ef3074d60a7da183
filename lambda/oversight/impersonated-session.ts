// Reads the claims of an impersonated session's token, of either class.

import { isUuid } from '../uuid.ts'

export type Claims = Readonly<Record<string, unknown>>

/** One token's claims about its session. `exp` and `iat` are in seconds since the epoch. */
export interface ImpersonatedSession {
  tokenUse: 'access' | 'id'
  iss: string
  sub: string
  clientId: string
  username: string
  exp: number
  iat: number
  /** Only in an access token. Undefined: it has no scope. */
  scope?: string
  /** Who is really acting (`act.sub`, RFC 8693 §4.1). */
  actorSub: string
  impersonationId: string
}

/** The claims that differ between the classes (RFC 8725 §3.12: the class decides which are read). */
const claimNames = {
  access: { clientId: 'client_id', username: 'username' },
  id: { clientId: 'aud', username: 'cognito:username' },
} as const

/** @returns undefined if the verified claims are not those of an impersonated session of this app client. */
export function readSession(claims: Claims, expectedClientId: string): ImpersonatedSession | undefined {
  const { token_use: tokenUse, iss, sub, exp, iat, scope, act, impersonation_id: impersonationId } = claims
  if (tokenUse !== 'access' && tokenUse !== 'id') return undefined
  const names = claimNames[tokenUse]
  const { [names.clientId]: clientId, [names.username]: username } = claims
  const actorSub = Object(act).sub
  if (clientId !== expectedClientId || !isUuid(impersonationId)) return undefined
  if (!isText(iss) || !isText(sub) || !isText(username) || !isText(actorSub)) return undefined
  if (typeof exp !== 'number' || typeof iat !== 'number') return undefined
  return {
    tokenUse,
    iss,
    sub,
    clientId: expectedClientId,
    username,
    exp,
    iat,
    ...(tokenUse === 'access' && isText(scope) && { scope }),
    actorSub,
    impersonationId,
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
