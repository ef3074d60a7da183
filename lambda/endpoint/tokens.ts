// Checks the tokens before the caller gets them.

import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt'
import { ImpersonationError } from '../errors.ts'
import { selfServiceScope } from '../scopes.ts'

export interface Session {
  idToken: string
  accessToken: string
  /** The subject's Cognito username. */
  username: string
  /** When the ID token expires, in seconds since the epoch. */
  endsAt: number
}

/**
 * Checks that the tokens are the requested session and allow nothing more. Does not verify signatures: the tokens come
 * directly from Cognito.
 * @throws ImpersonationError TokensUnfit, naming the first wrong claim. Possible causes: a trigger is detached, or the pool
 * sends it events of an older version.
 */
export function readSession(
  tokens: { IdToken?: string | undefined; AccessToken?: string | undefined },
  expected: {
    actorSub: string
    impersonationId: string
    clientId: string
    sessionMinutes: number
    protectedGroups: readonly string[]
  },
): Session {
  const { IdToken: idToken, AccessToken: accessToken } = tokens
  assertFit(idToken && accessToken, 'a token is missing')
  const id = claimsOf(idToken)
  const access = claimsOf(accessToken)

  assertFit(id.token_use === 'id' && access.token_use === 'access', 'token_use')
  assertFit(id.aud === expected.clientId, 'aud')
  assertFit(access.client_id === expected.clientId, 'client_id')
  assertFit(id.sub && id.sub === access.sub && id.sub !== expected.actorSub, 'sub')
  assertFit(!String(access.scope).includes(selfServiceScope), 'scope')
  for (const { act, impersonation_id, iat = NaN, exp = NaN, 'cognito:groups': groups = [] } of [id, access]) {
    assertFit(subOf(act) === expected.actorSub, 'act') // RFC 8693 §4.1
    assertFit(impersonation_id === expected.impersonationId, 'impersonation_id')
    assertFit(isUnprotected(groups, expected.protectedGroups), 'cognito:groups')
    assertFit(exp > iat && exp - iat <= expected.sessionMinutes * 60, 'lifetime')
  }
  assertFit(typeof id['cognito:username'] === 'string', 'cognito:username')
  return { idToken, accessToken, username: id['cognito:username'], endsAt: Number(id.exp) }
}

/** @returns the claims. The types of the standard claims are checked; other claims may have any type. */
function claimsOf(token: string) {
  try {
    return decomposeUnverifiedJwt(token).payload
  } catch (cause) {
    throw new ImpersonationError('TokensUnfit', { message: 'a token cannot be read', cause })
  }
}

/** A second check: the trigger already refuses protected subjects. False if the groups cannot be read. */
function isUnprotected(groups: unknown, protectedGroups: readonly string[]): boolean {
  return Array.isArray(groups) && groups.every((name) => typeof name === 'string' && !protectedGroups.includes(name))
}

function subOf(act: unknown): unknown {
  return typeof act === 'object' && act !== null && 'sub' in act ? act.sub : undefined
}

function assertFit(fit: unknown, problem: string): asserts fit {
  if (!fit) throw new ImpersonationError('TokensUnfit', { message: `unfit tokens: ${problem}` })
}
