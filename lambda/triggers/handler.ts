// The function behind the pool's triggers. It runs at every sign-in of every app client, so this file is all that an
// ordinary one meets: no setting is needed, nothing at the top level can throw, and the rest is loaded for ours alone.

import type { TriggerEvent } from './event.ts'

/** @throws Error only for the impersonation client's events and for a custom challenge of another client. */
export async function handler(event: TriggerEvent): Promise<TriggerEvent> {
  const impersonationClientId = process.env.IMPERSONATION_CLIENT_ID
  if (!impersonationClientId || event.callerContext?.clientId !== impersonationClientId) return leaveAlone(event)
  const { connect } = await import('./impersonation-client.ts')
  return connect()(event)
}

/** Another client's event comes back as it came, but for custom challenges: no other client gets those from here. */
function leaveAlone(event: TriggerEvent): TriggerEvent {
  switch (event.triggerSource) {
    case 'DefineAuthChallenge_Authentication':
      return { ...event, response: { issueTokens: false, failAuthentication: true } }
    case 'CreateAuthChallenge_Authentication':
      throw new Error('no custom challenge for this app client')
    case 'VerifyAuthChallengeResponse_Authentication':
      return { ...event, response: { answerCorrect: false } }
    default:
      return event
  }
}
