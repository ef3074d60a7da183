// The example of a back office: signs staff in, and passes their requests to the impersonation API. The API key stays here.

import { type ApiOptions, createApiClient } from '../site/api-client.ts'
import type { Route } from '../site/server.ts'
import { createSessionRoutes, requireSession } from '../site/session-routes.ts'
import { createSessions } from '../site/sessions.ts'
import type { SignIn } from '../site/sign-in.ts'

export interface BackOfficeOptions extends ApiOptions {
  signIn: SignIn
  auditorsGroup: string | undefined
  approversGroup: string | undefined
  /** What a reason must be, if the API demands a form. */
  reasonForm: string | undefined
  /** The page of the app that redeems tickets. */
  impersonatePage: string
}

export function createBackOffice(options: BackOfficeOptions): Record<string, Route> {
  const { signIn, auditorsGroup, approversGroup, reasonForm, impersonatePage } = options
  const sessions = createSessions('back-office')

  return {
    ...createSessionRoutes(sessions, signIn),

    'GET /config': () => ({ status: 200, body: { reasonForm } }),

    /** Prepares an impersonation. The ticket goes into the fragment, which browsers send to no server. */
    async 'POST /impersonations'(request) {
      const session = requireSession(sessions, request)
      const { username, reason } = request.body
      const { id, ticket, subject, ticketEndsAt, approvalRequired } = await createApiClient(
        options,
        session,
      ).prepareImpersonation({
        body: { username: String(username), ...(reason ? { reason: String(reason) } : {}) },
      })
      // The actor's name is for display only: the tokens have the actor's id.
      const fragment = new URLSearchParams({ ticket, actor: session.username })
      const url = `${impersonatePage}#${fragment}`
      return { status: 201, body: { id, subject: subject.asked, ticketEndsAt, approvalRequired, url } }
    },

    /** Auditors see everyone who acts as somebody now. Others see what they did themselves. */
    async 'GET /impersonations'(request) {
      const session = requireSession(sessions, request)
      const isAuditor = session.groups.some((group) => group === auditorsGroup)
      const query = isAuditor ? ({ live: 'true' } as const) : { actor: session.username }
      const { impersonations } = await createApiClient(options, session).listImpersonations({ query })
      return { status: 200, body: { impersonations } }
    },

    /** The impersonations that wait for this person's approval. Missing if the person is not an approver. */
    async 'GET /approvals'(request) {
      const session = requireSession(sessions, request)
      if (!session.groups.some((group) => group === approversGroup)) return { status: 200, body: {} }
      const query = { state: 'prepared', limit: 100 } as const
      const { impersonations } = await createApiClient(options, session).listImpersonations({ query })
      // The API also refuses an approval by the actor.
      const waiting = impersonations.filter(
        ({ approvalRequired, approvedAt, actor }) =>
          approvalRequired && !approvedAt && actor.username !== session.username,
      )
      return { status: 200, body: { impersonations: waiting } }
    },

    async 'POST /approvals/'(request) {
      const session = requireSession(sessions, request)
      const path = { id: request.id }
      return { status: 200, body: await createApiClient(options, session).approveImpersonation({ path }) }
    },

    async 'DELETE /impersonations/'(request) {
      const session = requireSession(sessions, request)
      const path = { id: request.id }
      return { status: 200, body: await createApiClient(options, session).endImpersonation({ path }) }
    },
  }
}
