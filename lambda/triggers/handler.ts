// The trigger function. It runs at every sign-in to the pool, and acts only on sign-ins of the impersonation client.

import type { TriggerContext, TriggerEvent } from './event.ts'

/**
 * An ordinary sign-in must never fail here: it needs no setting and loads only this file. With the setting
 * `nextTriggers`, it also runs the trigger of the pool's owner.
 * @throws Error for events of the impersonation client; for CreateAuthChallenge of another client, if the owner has no
 *   trigger for it; and the errors of the owner's trigger
 */
export async function handler(event: TriggerEvent, context?: TriggerContext): Promise<unknown> {
  const impersonationClientId = process.env.IMPERSONATION_CLIENT_ID
  if (!impersonationClientId || event.callerContext?.clientId !== impersonationClientId) {
    if (!process.env.NEXT_TRIGGERS) return handleOtherClient(event)
    const { runNext } = await import('./next/other-clients.ts')
    return runNext(event, context, handleOtherClient)
  }
  const { handleImpersonation } = await import('./impersonation-client.ts')
  return handleImpersonation(event, context)
}

/** Returns an event of another client unchanged. Denies custom challenges: they are for the impersonation client only. */
function handleOtherClient(event: TriggerEvent): TriggerEvent {
  switch (event.triggerSource) {
    case 'DefineAuthChallenge_Authentication':
      return { ...event, response: { issueTokens: false, failAuthentication: true } }
    case 'CreateAuthChallenge_Authentication':
      throw new Error('custom challenges are for the impersonation client only')
    case 'VerifyAuthChallengeResponse_Authentication':
      return { ...event, response: { answerCorrect: false } }
    default:
      return event
  }
}
