// The shop: alice's account, and the page on which staff act as alice.

import { createClient, OPERATIONS, type Ops } from '../generated/impersonation-api.ts'
import { type ApiOptions, createApiClient } from '../site/api-client.ts'
import { Refusal, type Route } from '../site/server.ts'
import { createSessionRoutes, requireSession } from '../site/session-routes.ts'
import { createSessions } from '../site/sessions.ts'
import type { SignIn } from '../site/sign-in.ts'

export interface ShopOptions extends ApiOptions {
  signIn: SignIn
  /** Opens introspection and nothing else. */
  resourceServerKey: string
}

export function createShop(options: ShopOptions): Record<string, Route> {
  const { apiUrl, resourceServerKey, signIn } = options
  const sessions = createSessions('shop')

  return {
    ...createSessionRoutes(sessions, signIn),

    /** The page needs the address to redeem a ticket. */
    'GET /config': () => ({ status: 200, body: { apiUrl } }),

    /** The shop's own API: it asks whether an impersonated session is still good. */
    async 'GET /orders'({ headers: { authorization = '' } }) {
      const token = authorization.replace(/^Bearer /, '')
      const auth = { apiKey: { ResourceServerKeyAuth: resourceServerKey } }
      const api = createClient<Ops>(OPERATIONS, { serverUrl: apiUrl, clientHeader: false, auth })
      const { active } = await api.introspectToken({ body: new URLSearchParams({ token }) })
      if (!active) throw new Refusal(401, 'This session has ended.')
      return { status: 200, body: { orders } }
    },

    /** Who acted as the person who is signed in. */
    async 'GET /impersonations'(request) {
      const session = requireSession(sessions, request)
      const query = { subject: session.username }
      const { impersonations } = await createApiClient(options, session).listImpersonations({ query })
      return { status: 200, body: { impersonations } }
    },

    async 'DELETE /impersonations/'(request) {
      const session = requireSession(sessions, request)
      const path = { id: request.id }
      return { status: 200, body: await createApiClient(options, session).endImpersonation({ path }) }
    },
  }
}

const orders = [
  { id: 'A-1043', what: 'Blue teapot', price: '€ 38.00', state: 'On its way' },
  { id: 'A-1017', what: 'Two cups', price: '€ 24.00', state: 'Delivered' },
]
