// The impersonated session of this tab. Needs no library.

export interface Impersonation {
  id: string
  /** For display only. The tokens have the actor's `sub`. */
  actor: string
  subject: string
  clientId: string
  idToken: string
  accessToken: string
  /** Milliseconds since the epoch. */
  endsAt: number
}

const apiUrl = import.meta.env.VITE_IMPERSONATION_API_URL // the stack's output ApiUrl
const key = 'impersonation'

// Before anything else, the ticket leaves the address bar and the browser's history.
const { ticket, actor = 'Somebody' } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)))
history.replaceState(null, '', location.pathname)

/** @returns null if this tab has no session, or if it has ended. */
export function current(): Impersonation | null {
  const session = JSON.parse(sessionStorage.getItem(key) ?? 'null')
  return session && Date.now() < session.endsAt ? session : null
}

/** Redeems the ticket, which works once. After a reload, continues the session of the tab. */
export async function start(): Promise<Impersonation> {
  if (ticket) await redeem()
  const session = current()
  if (!session) throw new Error('Nobody is acting here. Open this page from the back office.')
  return session
}

async function redeem(): Promise<void> {
  sessionStorage.removeItem(key)
  const response = await fetch(`${apiUrl}/auth/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ticket }),
  })
  const { message, clientId, username, session } = await response.json()
  if (!response.ok) throw new Error(message)
  const impersonation = {
    id: response.headers.get('Impersonation-Id') ?? '',
    actor,
    subject: username,
    clientId,
    idToken: session.authorization,
    accessToken: session.accessToken,
    endsAt: session.expireEpoch,
  } satisfies Impersonation
  sessionStorage.setItem(key, JSON.stringify(impersonation))
}

/** Ends the session for every API that introspects. */
export async function stop(): Promise<void> {
  const session = current()
  if (session) {
    const response = await fetch(`${apiUrl}/auth/impersonations/${session.id}`, {
      method: 'DELETE',
      headers: { Authorization: session.idToken },
    })
    if (!response.ok) throw new Error('The session could not be ended. Try again, or end it in the back office.')
  }
  leave()
}

/** Forgets the tokens. The reload drops what the page shows and remembers. */
export function leave(): void {
  sessionStorage.removeItem(key)
  location.reload()
}
