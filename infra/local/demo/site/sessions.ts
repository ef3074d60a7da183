// Signed-in people. The browser has a random cookie, the server keeps the ID token.

import { randomBytes } from 'node:crypto'
import type { SignedIn } from './sign-in.ts'

export type Sessions = ReturnType<typeof createSessions>

/** @param cookieName cookies ignore the port, so two sites on one machine need two names */
export function createSessions(cookieName: string, now: () => number = Date.now) {
  const sessions = new Map<string, SignedIn>()
  // On a site with HTTPS, add `Secure` and begin the name with `__Host-`.
  const cookie = (value: string) => `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict`

  function idOf(cookies = ''): string {
    const pairs = cookies.split(';').map((pair) => pair.trim().split('='))
    return pairs.find(([name]) => name === cookieName)?.[1] ?? ''
  }

  return {
    /** @returns the Set-Cookie header */
    open(signedIn: SignedIn): string {
      for (const [id, { endsAt }] of sessions) if (endsAt <= now()) sessions.delete(id)
      const id = randomBytes(32).toString('base64url')
      sessions.set(id, signedIn)
      return cookie(id)
    },
    find(cookies: string | undefined): SignedIn | undefined {
      const session = sessions.get(idOf(cookies))
      return session && session.endsAt > now() ? session : undefined
    },
    /** @returns the Set-Cookie header */
    close(cookies: string | undefined): string {
      sessions.delete(idOf(cookies))
      return `${cookie('')}; Max-Age=0`
    },
  }
}
