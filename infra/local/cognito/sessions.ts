// Sessions: each stands for one challenge, is good for one answer and ends after the client's AuthSessionValidity.
import { randomBytes } from 'node:crypto'
import { sessionLength } from './client-settings.ts'
import { notAuthorized } from './errors.ts'
import type { ClientCall, Pool, Session } from './pool.ts'

type Challenge = Omit<Session, 'clientId' | 'endsAt' | 'used'>

/** Keeps a challenge under a fresh Session, or under the given one. */
export function openSession(call: ClientCall, challenge: Challenge, id = randomBytes(256).toString('base64url')) {
  const { pool, client, now } = call
  forgetEnded(pool, now)
  pool.sessions.set(id, { ...challenge, clientId: client.id, endsAt: now + sessionLength(client), used: false })
  return id
}

/** What a Session stands for, for this one time. Throws NotAuthorizedException. */
export function takeSession(call: ClientCall, id: string, challenge: string, username: string): Session {
  const session = call.pool.sessions.get(id)
  if (!session || session.clientId !== call.client.id) throw notAuthorized('Invalid session for the user.')
  if (session.endsAt <= call.now) throw notAuthorized('Invalid session for the user, session is expired.')
  if (session.used) throw notAuthorized('Invalid session for the user, session can only be used once.')
  if (session.challenge !== challenge || session.username !== username)
    throw notAuthorized('Invalid session for the user.')
  session.used = true
  return session
}

/** Ended sessions are told apart from unknown ones for another hour. */
function forgetEnded(pool: Pool, now: number) {
  for (const [id, session] of pool.sessions) if (session.endsAt + 3_600_000 < now) pool.sessions.delete(id)
}
