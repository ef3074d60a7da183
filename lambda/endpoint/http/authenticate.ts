// Who is calling? The Authorization header, in any of its three forms, to an actor.

import { FetchError, JwksValidationError, JwkValidationError, JwtBaseError } from 'aws-jwt-verify/error'
import type { EndpointConfig } from '../../config.ts'
import { ImpersonationError } from '../../errors.ts'
import { isUsername } from '../request.ts'

/** A caller who is signed in to the pool. */
export interface Actor {
  sub: string
  username: string
  groups: string[]
  /** The caller's token is itself an impersonated session's. */
  impersonated: boolean
}

type Claims = Record<string, unknown>

/**
 * @param verify the claims of an ID token of the pool, issued to an actors' client or the impersonation client.
 * @param signIn username and password → ID token.
 * @returns a function that throws CredentialsInvalid for anything but one good header.
 */
export function createAuthenticate(options: {
  config: Pick<EndpointConfig, 'basic' | 'impersonationClientId' | 'signInMaxAgeMinutes'>
  verify: (idToken: string) => Promise<Claims>
  signIn: (username: string, password: string, signal: AbortSignal) => Promise<string>
  now: () => number
}) {
  const { config, now } = options

  return async function authenticate(headers: readonly string[], signal: AbortSignal): Promise<Actor> {
    const [header, ...more] = headers
    assertAccepted(header !== undefined, 'Authorization is required: an ID token or Basic credentials')
    assertAccepted(more.length === 0, 'Authorization is sent more than once')
    const credentials = readHeader(header)

    let idToken: string
    if (typeof credentials === 'string') idToken = credentials
    else {
      assertAccepted(config.basic, 'Authorization: Basic is not accepted here')
      idToken = await options.signIn(credentials.username, credentials.password, signal)
    }

    const claims = await options.verify(idToken).catch((error) => {
      throw new ImpersonationError(isFault(error) ? 'Unavailable' : 'CredentialsInvalid', { cause: error })
    })
    const { sub, auth_time: signedInAt, 'cognito:username': username, 'cognito:groups': groups } = claims
    assertAccepted(typeof sub === 'string' && sub && typeof username === 'string' && username)
    assertAccepted(
      typeof signedInAt === 'number' && now() - signedInAt * 1000 <= config.signInMaxAgeMinutes * 60_000,
      'Authorization: the sign-in is too long ago',
    )
    return {
      sub,
      username,
      groups: Array.isArray(groups) ? groups : [],
      impersonated: claims.aud === config.impersonationClientId || 'act' in claims,
    }
  }
}

/** @returns the ID token as sent or after `Bearer`, or what `Basic` holds (RFC 7617). */
function readHeader(header: string): string | { username: string; password: string } {
  const [, scheme, credentials] = /^(?:(basic|bearer) +)?([\w.~+/=-]+)$/i.exec(header) ?? []
  assertAccepted(credentials, 'Authorization is malformed')
  if (scheme?.toLowerCase() !== 'basic') return credentials

  const [, username, password] = /^([^:]+):(\P{Cc}{1,256})$/u.exec(decodeBase64(credentials)) ?? []
  assertAccepted(isUsername(username) && password, 'Authorization: Basic is malformed')
  return { username, password }
}

function decodeBase64(text: string): string {
  const bytes = Buffer.from(text, 'base64')
  assertAccepted(
    bytes.toString('base64') === text.padEnd(Math.ceil(text.length / 4) * 4, '='),
    'Authorization: Basic is malformed',
  )
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new ImpersonationError('CredentialsInvalid', { message: 'Authorization: Basic is not UTF-8', cause })
  }
}

/** The keys could not be had, or the verifier broke: not the caller's doing. The rest is a token not to accept. */
function isFault(error: unknown): boolean {
  return (
    !(error instanceof JwtBaseError) ||
    [FetchError, JwksValidationError, JwkValidationError].some((fault) => error instanceof fault)
  )
}

function assertAccepted(accepted: unknown, message?: string): asserts accepted {
  if (!accepted) throw new ImpersonationError('CredentialsInvalid', message ? { message } : {})
}
