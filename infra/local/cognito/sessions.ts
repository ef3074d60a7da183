// Sessions: one per challenge, valid for one answer and for the client's AuthSessionValidity.
import { randomBytes } from 'node:crypto'
import type { ClientCall } from './call.ts'
import { sessionLifetime } from './client-settings.ts'
import { notAuthorized } from './errors.ts'
import type { Pool, Session } from './pool.ts'

type Challenge = Omit<Session, 'clientId' | 'endsAt' | 'used' | 'level'>

/** Stores a challenge under a new Session, or under `id`. Returns the Session. */
export function openSession(
  call: ClientCall,
  challenge: Challenge,
  id = randomBytes(256).toString('base64url'),
): string {
  const { pool, client, now, level } = call
  deleteExpired(pool, now)
  const endsAt = now + sessionLifetime(client)
  pool.sessions.set(id, { ...challenge, clientId: client.id, endsAt, used: false, ...(level && { level }) })
  return id
}

/** Finds a Session and marks it as used. @throws CognitoError NotAuthorizedException */
export function takeSession(
  call: ClientCall,
  id: string,
  { challenge, username }: Pick<Session, 'challenge' | 'username'>,
): Session {
  const session = call.pool.sessions.get(id)
  if (!session || session.clientId !== call.client.id) throw notAuthorized('Invalid session for the user.')
  if (session.endsAt <= call.now) throw notAuthorized('Invalid session for the user, session is expired.')
  if (session.used) throw notAuthorized('Invalid session for the user, session can only be used once.')
  if (session.challenge !== challenge || session.username !== username)
    throw notAuthorized('Invalid session for the user.')
  session.used = true
  return session
}

/** Deletes sessions one hour after they expire. Until then the error says "expired". */
function deleteExpired(pool: Pool, now: number) {
  for (const [id, session] of pool.sessions) if (session.endsAt + 3_600_000 < now) pool.sessions.delete(id)
}
