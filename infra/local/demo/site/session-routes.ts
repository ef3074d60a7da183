// The routes with which a page signs somebody in and out.

import { Refusal, type Route, type RouteRequest } from './server.ts'
import type { Sessions } from './sessions.ts'
import type { SignedIn, SignIn } from './sign-in.ts'

export function createSessionRoutes(sessions: Sessions, signIn: SignIn): Record<string, Route> {
  return {
    'GET /session': ({ headers }) => ({ status: 200, body: { username: sessions.find(headers.cookie)?.username } }),
    async 'POST /session'({ body: { username, password } }) {
      const signedIn = await signIn({ username, password })
      return { status: 200, body: { username: signedIn.username }, setCookie: sessions.open(signedIn) }
    },
    'DELETE /session': ({ headers }) => ({ status: 204, setCookie: sessions.close(headers.cookie) }),
  }
}

/** @throws Refusal 401 */
export function requireSession(sessions: Sessions, { headers }: RouteRequest): SignedIn {
  const session = sessions.find(headers.cookie)
  if (!session) throw new Refusal(401, 'Please sign in.')
  return session
}
