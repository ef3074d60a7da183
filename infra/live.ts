// The module `cognito-impersonation/live`, for APIs that accept impersonated sessions: asks introspection whether a session is
// still good.

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
  /** What happens to an impersonated session if introspection fails. Default: refuse. */
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

/** The parts of a token, and of an introspection's answer, that say which session it is. */
interface Session {
  sub: unknown
  clientId: unknown
  actorSub: unknown
}

type Answer = { active: false } | { active: true; session: Session }

/** How many answers are remembered at most. */
const capacity = 10_000

/**
 * Creates a check for the `customJwtCheck` of aws-jwt-verify. Ordinary tokens pass without a call. An impersonated session is
 * introspected once for all concurrent requests, and the answer is remembered, but never a failure.
 * @returns `live(token)`, since a `customJwtCheck` gets the claims of the token and not the token. It rejects with a NotLiveError.
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
  const recall = createMemory<Answer>({ lifetimeOf: () => memorySeconds * 1000, capacity, now: () => Date.now() })

  return function live(token: string): (verified: { payload: object }) => Promise<void> {
    return async ({ payload }) => {
      if (!('act' in payload || 'impersonation_id' in payload)) return
      const claims = payload as Record<string, unknown>
      const { impersonation_id: id } = claims
      if (typeof id !== 'string') throw inactive()
      const answer = await recall(id, () => introspect(token, id)).catch(unlessAccepted)
      if (answer && !(answer.active && isEqual(answer.session, sessionOf(claims)))) throw inactive()
    }
  }

  async function introspect(token: string, id: string): Promise<Answer> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'X-API-Key': apiKey },
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
    if (body.active === false) return { active: false }
    if (body.active === true && body.impersonation_id === id) return { active: true, session: sessionOf(body) }
    throw new Error('introspection gave an invalid answer')
  }

  function unlessAccepted(cause: unknown): undefined {
    if (onFailure === 'refuse') throw new NotLiveError('Unavailable', 'introspection failed', { cause })
    console.warn('introspection failed, and an impersonated session is accepted without it:', String(cause))
  }
}

/** An access token has `client_id`, an ID token `aud`, and an introspection's answer `client_id`. */
function sessionOf({ sub, client_id, aud, act }: Record<string, unknown>): Session {
  return { sub, clientId: client_id ?? aud, actorSub: Object(act).sub }
}

/** Whether the answer, which may be about another token of the impersonation, is about this token's session too. */
function isEqual(one: Session, other: Session): boolean {
  return one.sub === other.sub && one.clientId === other.clientId && one.actorSub === other.actorSub
}

const inactive = () => new NotLiveError('Inactive', 'the impersonated session is over')

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
