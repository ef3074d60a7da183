// The module `cognito-impersonation/live`, for APIs that accept impersonated sessions: asks introspection whether a session is
// still good. It runs in those APIs and in no function of the stack, so it is not in lambda/.

import { createMemory } from '../lambda/memory.ts'

/** A value of `onFailure`. */
export const acceptUnchecked = 'accept, I accept that an ended impersonation goes on while introspection fails'

export interface LiveCheckOptions {
  /** The base URL of the impersonation API: the stack's output `ApiUrl`, or the setting `endpointUrl`. */
  apiUrl: string
  /** The API key of this resource server. A customer's key does not open introspection. */
  apiKey: string
  /** How long an answer is used, in seconds. 0: every token is introspected. Default: 10. */
  memorySeconds?: number
  /** The time limit of one introspection, in seconds. Default: 3. */
  timeoutSeconds?: number
  /** Refuses or accepts an impersonated session if introspection fails. Default: refuse. */
  onFailure?: 'refuse' | typeof acceptUnchecked
}

/**
 * The session is not accepted. `Inactive`: it is over, or the token is no impersonation of this deployment. `Unavailable`:
 * introspection failed, see `cause`.
 */
export class NotLiveError extends Error {
  readonly code: 'Inactive' | 'Unavailable'

  constructor(code: NotLiveError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'NotLiveError'
    this.code = code
  }
}

/** How many answers are remembered at most. */
const capacity = 10_000

/**
 * Creates a check for the `customJwtCheck` of aws-jwt-verify. Ordinary tokens pass without a call. An impersonated session is
 * introspected once for all concurrent requests. The check remembers the answer, but not a failure.
 * @returns `live(token)`, since a `customJwtCheck` gets the claims of the token but not the token itself. It rejects with a NotLiveError.
 * @example await verifier.verify(token, { customJwtCheck: live(token) })
 * @throws Error naming an option that breaks its rule
 */
export function createLiveCheck(options: LiveCheckOptions) {
  const { apiKey, memorySeconds = 10, timeoutSeconds = 3, onFailure = 'refuse' } = options
  const url = introspectionUrl(options.apiUrl)
  // `fetch` would quote any other key in its error.
  assertOption(/^[\x21-\x7e]+$/.test(apiKey ?? ''), 'apiKey must be visible ASCII characters')
  assertOption(Number.isFinite(memorySeconds) && memorySeconds >= 0, 'memorySeconds must be 0 or more')
  assertOption(Number.isFinite(timeoutSeconds) && timeoutSeconds > 0, 'timeoutSeconds must be more than 0')
  assertOption(
    onFailure === 'refuse' || onFailure === acceptUnchecked,
    `onFailure must be "refuse" or the sentence "${acceptUnchecked}"`,
  )
  const recall = createMemory<boolean>({ lifetimeOf: () => memorySeconds * 1000, capacity, now: () => Date.now() })

  return function live(token: string): (verified: { payload: object }) => Promise<void> {
    return async ({ payload }) => {
      if (!('act' in payload || 'impersonation_id' in payload)) return
      const session = sessionOf(payload as Record<string, unknown>)
      const active = session && (await recall(session, () => isActive(token, session)).catch(unlessAccepted))
      if (!active) throw new NotLiveError('Inactive', 'the impersonated session is over')
    }
  }

  async function isActive(token: string, session: string): Promise<boolean> {
    const response = await fetch(url, {
      method: 'POST',
      // A kept connection may be closed when a frozen Lambda function runs again, and `fetch` does not repeat a POST.
      headers: { 'X-API-Key': apiKey, Connection: 'close' },
      body: new URLSearchParams({ token }),
      // Neither the token nor the key goes to another server.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new Error(`introspection answered ${response.status} ${response.headers.get('Impersonation-Error') ?? ''}`)
    }
    const body = Object(await response.json())
    if (typeof body.active !== 'boolean') throw new Error('introspection gave an invalid answer')
    return body.active && sessionOf(body) === session
  }

  function unlessAccepted(cause: unknown): true {
    if (onFailure === 'refuse') throw new NotLiveError('Unavailable', 'introspection failed', { cause })
    console.warn('introspection failed, and an impersonated session is accepted without it:', String(cause))
    return true
  }
}

/**
 * What introspection compares with the record, and the issuer. An answer is remembered for tokens that agree in all of it, such
 * as the two tokens of a session, whose signature and lifetime the verifier has checked. The id alone would not do: aws-jwt-verify
 * checks the client after this check, and can trust several issuers. The token alone would: it costs a call for each of the two.
 * @param claims of a token, with `client_id` (access token) or `aud` (ID token), or an introspection's answer, with `client_id`
 * @returns undefined if a part is missing, since such a token is no impersonation
 */
function sessionOf({ impersonation_id, iss, sub, client_id, aud, act }: Record<string, unknown>): string | undefined {
  const parts = [impersonation_id, iss, sub, client_id ?? aud, Object(act).sub]
  return parts.every((part) => typeof part === 'string') ? JSON.stringify(parts) : undefined
}

/** @throws Error unless the token and the key travel encrypted, or stay on this machine */
function introspectionUrl(apiUrl: string): string {
  const url = URL.canParse(apiUrl) ? new URL(apiUrl) : undefined
  const isLocal = url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
  assertOption(url?.protocol === 'https:' || isLocal, 'apiUrl must be a URL that starts with https://')
  return `${apiUrl.replace(/\/$/, '')}/auth/introspect`
}

function assertOption(valid: unknown, message: string): asserts valid {
  if (!valid) throw new Error(`createLiveCheck: ${message}`)
}
