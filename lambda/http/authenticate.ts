// Authenticates the caller by the Authorization header: a bare ID token, Bearer or Basic.

import type { EndpointConfig } from '../config.ts'
import { asImpersonationError, ImpersonationError } from '../errors.ts'
import type { ContextData } from './gateway-event.ts'
import { assertSufficient, type SignInRules } from './sign-in.ts'
import { isUsername } from './username.ts'
import { isFault } from './verifier.ts'

/** The authenticated caller. */
export interface Caller {
  sub: string
  username: string
  groups: string[]
  /** When the caller signed in (`auth_time`), and when the ID token expires, in ms since the epoch. Undefined: the token lacks it. */
  signedInAt?: number
  tokenEndsAt?: number
  /** The app client of the caller's token. */
  clientId: string
  /** Whether the caller's token belongs to an impersonated session. */
  impersonated: boolean
  /** The record of an impersonated session. */
  impersonationId?: string
  /** Who is really acting in an impersonated session (`act.sub`, RFC 8693 §4.1). */
  actorSub?: string
}

export interface Credentials {
  username: string
  password: string
}

export type Authenticate = ReturnType<typeof createAuthenticate>

type Claims = Record<string, unknown>

/**
 * @param config `subjectClientIds`: the app clients of the pool's ordinary users. Their sign-in may be of any age and level.
 * @param verify returns the claims of an ID token. It accepts tokens of the pool that were issued to an accepted app client.
 * @param signIn returns an ID token.
 * @returns a function. It throws an ImpersonationError: CredentialsInvalid if the header is missing, repeated or not
 * accepted, SignInInsufficient if the sign-in of staff is too old or too weak, Unavailable if the verifier fails, or the
 * error of `signIn`.
 */
export function createAuthenticate(options: {
  config: Pick<EndpointConfig, 'basic' | 'impersonationClientId'> &
    SignInRules & { subjectClientIds?: readonly string[] }
  verify: (idToken: string) => Promise<Claims>
  signIn: (credentials: Credentials, contextData: ContextData, signal: AbortSignal) => Promise<string>
  now: () => number
}) {
  const { config, now } = options

  /** @param contextData data about the caller, for a sign-in by Basic. */
  return async function authenticate(
    headers: readonly string[],
    contextData: ContextData,
    signal: AbortSignal,
  ): Promise<Caller> {
    const [header, ...more] = headers
    assertAccepted(header !== undefined, 'Authorization is required: an ID token or Basic credentials')
    assertAccepted(more.length === 0, 'Authorization is sent more than once')
    const tokenOrCredentials = readHeader(header)
    if (typeof tokenOrCredentials === 'string') return readCaller(tokenOrCredentials)
    try {
      assertAccepted(config.basic, 'Authorization: Basic is not accepted here')
      return await readCaller(await options.signIn(tokenOrCredentials, contextData, signal))
    } catch (error) {
      const { username: usernameTried } = tokenOrCredentials
      throw Object.assign(asImpersonationError(error), { usernameTried })
    }
  }

  async function readCaller(idToken: string): Promise<Caller> {
    const claims = await options.verify(idToken).catch((error) => {
      throw new ImpersonationError(isFault(error) ? 'Unavailable' : 'CredentialsInvalid', { cause: error })
    })
    const actorSub = Object(claims.act).sub
    const { sub, aud, 'cognito:username': username, 'cognito:groups': groups } = claims
    const signedInAt = inMilliseconds(claims.auth_time)
    const tokenEndsAt = inMilliseconds(claims.exp)
    assertAccepted(
      typeof sub === 'string' && sub && typeof username === 'string' && username && typeof aud === 'string',
    )
    const impersonated = aud === config.impersonationClientId || 'act' in claims
    if (!config.subjectClientIds?.includes(aud)) {
      assertSufficient({ signedInAt, acr: claims.acr, impersonated }, { now: now(), rules: config })
    }
    return {
      sub,
      username,
      groups: Array.isArray(groups) ? groups : [],
      ...(signedInAt !== undefined && { signedInAt }),
      ...(tokenEndsAt !== undefined && { tokenEndsAt }),
      clientId: aud,
      impersonated,
      ...(typeof claims.impersonation_id === 'string' && { impersonationId: claims.impersonation_id }),
      ...(typeof actorSub === 'string' && { actorSub }),
    }
  }
}

/** @returns the ID token, sent bare or with `Bearer` (RFC 6750), or the credentials of `Basic` (RFC 7617). */
function readHeader(header: string): string | Credentials {
  const [, scheme, credentials] = /^(?:(basic|bearer) +)?([\w.~+/=-]+)$/i.exec(header) ?? []
  assertAccepted(credentials, 'Authorization is malformed')
  if (scheme?.toLowerCase() !== 'basic') return credentials

  const [, username, password] = /^([^:]+):(\P{Cc}{1,256})$/u.exec(decodeBase64(credentials)) ?? []
  assertAccepted(isUsername(username) && password, 'Authorization: Basic is malformed')
  return { username, password }
}

function inMilliseconds(seconds: unknown): number | undefined {
  return typeof seconds === 'number' ? seconds * 1000 : undefined
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

function assertAccepted(accepted: unknown, message?: string): asserts accepted {
  if (!accepted) throw new ImpersonationError('CredentialsInvalid', message ? { message } : {})
}
