// Refresh tokens: REFRESH_TOKEN_AUTH, GetTokensFromRefreshToken, rotation, RevokeToken.
// Source: developer guide, "Refresh tokens" and "Revoking tokens"; API reference of the three.
import { type Call, type ClientCall, publicClientCall } from './call.ts'
import {
  assertClientSecret,
  assertFlow,
  assertSecretHash,
  rotatesRefreshTokens,
  supportsRevocation,
} from './client-settings.ts'
import { CognitoError, invalidParameter, notAuthorized, userNotFound } from './errors.ts'
import { addRefreshToken, issueTokens } from './issue-tokens.ts'
import { readToken } from './keys.ts'
import type { Family, Pool, User } from './pool.ts'
import { exists } from './users.ts'

/** REFRESH_TOKEN_AUTH. The trigger does not get the ClientMetadata. */
export async function refreshTokenAuth(call: ClientCall, parameters: Record<string, string>) {
  assertFlow(call.client, 'REFRESH_TOKEN_AUTH')
  if (rotatesRefreshTokens(call.client)) throw invalidParameter('REFRESH_TOKEN_AUTH is not enabled for the client.')
  if (parameters.REFRESH_TOKEN === undefined) throw invalidParameter('Missing required parameter REFRESH_TOKEN')
  const { family } = findRefreshToken(call, parameters.REFRESH_TOKEN)
  assertSecretHash(call.client, family.user.username, parameters.SECRET_HASH)
  assertValid(call, family)
  const result = await issueTokens(call, family, 'TokenGeneration_RefreshTokens')
  return { AuthenticationResult: result, ChallengeParameters: {} }
}

/**
 * GetTokensFromRefreshToken. The trigger gets the ClientMetadata. The trigger source is from the developer guide, table
 * "Local user trigger sources in the Amazon Cognito API". No document says that the operation needs
 * ALLOW_REFRESH_TOKEN_AUTH, and a client with rotation must not have that flow, so this server does not require it.
 */
export async function getTokensFromRefreshToken(from: Call) {
  const call = publicClientCall(from)
  assertClientSecret(call.client, call.input.optional('ClientSecret'))
  const { family, retireAfter } = findRefreshToken(call, call.input.text('RefreshToken'))
  assertValid(call, family)
  const metadata = call.input.map('ClientMetadata')
  const source = 'TokenGeneration_Authentication'
  if (!rotatesRefreshTokens(call.client))
    return { AuthenticationResult: await issueTokens(call, family, source, metadata) }
  // Users report that auth_time is then the time of the refresh (oidc-client-ts#2107). AWS called it a bug.
  const authTime = Math.floor(call.now / 1000)
  const result = await issueTokens(call, { ...family, authTime }, source, metadata)
  retireAfter((call.client.properties.RefreshTokenRotation?.RetryGracePeriodSeconds ?? 0) * 1000)
  return { AuthenticationResult: { ...result, RefreshToken: addRefreshToken(call, family) } }
}

/** Revokes every token of the sign-in. Accepts unknown and revoked tokens (RFC 7009 §2.2). */
export function revokeToken(from: Call) {
  const { client, pool, input } = publicClientCall(from)
  if (!supportsRevocation(client))
    throw new CognitoError('UnsupportedOperationException', 'Token revocation is not enabled for the client.')
  const secret = input.optional('ClientSecret')
  if (secret !== client.secret) throw new CognitoError('UnauthorizedException', 'Invalid client credentials')
  const token = input.text('Token')
  if (readToken(pool.keys.access, token) || readToken(pool.keys.id, token))
    throw new CognitoError('UnsupportedTokenTypeException', 'Unsupported token type')
  const family = pool.refreshTokens.get(token)?.family
  if (!family) return {}
  if (family.clientId !== client.id) throw new CognitoError('UnauthorizedException', 'Invalid client credentials')
  family.revoked = true
  return {}
}

/** Revokes every token of a user. */
export function revokeAll(pool: Pool, user: User) {
  for (const family of pool.families.values()) if (family.user === user) family.revoked = true
}

/**
 * Finds a refresh token of this client. The first call of `retireAfter` sets when the token ends, in ms from now.
 * @throws CognitoError NotAuthorizedException, RefreshTokenReuseException
 */
function findRefreshToken({ pool, client, now }: ClientCall, token: string) {
  const stored = pool.refreshTokens.get(token)
  if (!stored || stored.family.clientId !== client.id) throw notAuthorized('Invalid Refresh Token')
  if (stored.endsAt !== undefined && stored.endsAt <= now)
    throw new CognitoError('RefreshTokenReuseException', 'Refresh token has been invalidated by rotation')
  const retireAfter = (graceMs: number) => {
    stored.endsAt ??= now + graceMs
  }
  return { family: stored.family, retireAfter }
}

function assertValid({ pool, now }: ClientCall, family: Family) {
  if (!exists(pool, family.user)) throw userNotFound()
  if (!family.user.enabled) throw notAuthorized('User is disabled.')
  if (family.revoked) throw notAuthorized('Refresh Token has been revoked')
  if (family.endsAt <= now) throw notAuthorized('Refresh Token has expired')
}
