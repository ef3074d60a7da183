// Refresh tokens: REFRESH_TOKEN_AUTH, GetTokensFromRefreshToken, rotation, RevokeToken.
// Source: developer guide, "Refresh tokens" and "Revoking tokens"; API reference of the three.

import { assertClientSecret, assertFlow, assertSecretHash, revocable, rotates } from './client-settings.ts'
import { CognitoError, invalidParameter, notAuthorized, userNotFound } from './errors.ts'
import { addRefreshToken, issueTokens } from './issue-tokens.ts'
import { readToken } from './keys.ts'
import { type Call, type ClientCall, clientCall, type Family, type Pool, type User } from './pool.ts'
import { exists } from './users.ts'

/** REFRESH_TOKEN_AUTH, which passes no ClientMetadata on. */
export async function refreshTokenAuth(call: ClientCall, parameters: Record<string, string>) {
  assertFlow(call.client, 'REFRESH_TOKEN_AUTH')
  if (rotates(call.client)) throw invalidParameter('REFRESH_TOKEN_AUTH is not enabled for the client.')
  if (parameters.REFRESH_TOKEN === undefined) throw invalidParameter('Missing required parameter REFRESH_TOKEN')
  const { family } = findRefreshToken(call, parameters.REFRESH_TOKEN)
  assertSecretHash(call.client, family.user.username, parameters.SECRET_HASH)
  assertAlive(call, family)
  const result = await issueTokens(call, family, 'TokenGeneration_RefreshTokens')
  return { AuthenticationResult: result, ChallengeParameters: {} }
}

/**
 * GetTokensFromRefreshToken, which does pass ClientMetadata on. Nothing documents that it needs ALLOW_REFRESH_TOKEN_AUTH
 * (with rotation, that flow must be off), so it does not here. Its trigger source is that of the guide's table
 * "Local user trigger sources in the Amazon Cognito API".
 */
export async function getTokensFromRefreshToken(from: Call) {
  const call = clientCall(from)
  assertClientSecret(call.client, call.input.optional('ClientSecret'))
  const token = call.input.text('RefreshToken')
  const { family, retire } = findRefreshToken(call, token)
  assertAlive(call, family)
  const metadata = call.input.map('ClientMetadata')
  const result = await issueTokens(call, family, 'TokenGeneration_Authentication', metadata)
  if (!rotates(call.client)) return { AuthenticationResult: result }
  retire((call.client.properties.RefreshTokenRotation?.RetryGracePeriodSeconds ?? 0) * 1000)
  return { AuthenticationResult: { ...result, RefreshToken: addRefreshToken(call, family) } }
}

/** Revokes every token of the sign-in. A token that is unknown or revoked already is fine (RFC 7009 §2.2). */
export function revokeToken(from: Call) {
  const { client, pool, input } = clientCall(from)
  if (!revocable(client))
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

/** Tokens of another client are as good as unknown. */
function findRefreshToken({ pool, client, now }: ClientCall, token: string) {
  const kept = pool.refreshTokens.get(token)
  if (!kept || kept.family.clientId !== client.id) throw notAuthorized('Invalid Refresh Token')
  if (kept.endsAt !== undefined && kept.endsAt <= now)
    throw new CognitoError('RefreshTokenReuseException', 'Refresh token has been invalidated by rotation')
  const retire = (grace: number) => {
    kept.endsAt ??= now + grace
  }
  return { family: kept.family, retire }
}

function assertAlive({ pool, now }: ClientCall, family: Family) {
  if (!exists(pool, family.user)) throw userNotFound()
  if (!family.user.enabled) throw notAuthorized('User is disabled.')
  if (family.revoked) throw notAuthorized('Refresh Token has been revoked')
  if (family.endsAt <= now) throw notAuthorized('Refresh Token has expired')
}
