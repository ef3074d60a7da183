// PreTokenGeneration: the last check of an impersonation. Records the issue and names the actor in both tokens, or refuses.

import { asImpersonationError, type Code, ImpersonationError } from '../errors.ts'
import type { Records } from '../records.ts'
import type { TriggerEvent } from './event.ts'
import type { NextTokens } from './next/impersonated-tokens.ts'

/** With this scope, a session can change the user's password, e-mail address and MFA at Cognito. */
const selfServiceScope = 'aws.cognito.signin.user.admin'

/**
 * @param next runs the pool's own trigger, where the owner named one
 * @throws ImpersonationError to refuse. Cognito then issues no tokens.
 */
export async function preTokenGeneration(
  event: TriggerEvent,
  records: Pick<Records, 'issue' | 'refuse'>,
  policy: { protectedGroups: string[]; sessionMinutes: number },
  next?: (event: TriggerEvent) => Promise<NextTokens>,
) {
  const { triggerSource, request, callerContext } = event
  // A refresh can't be tied to its sign-in, so its tokens would not name the actor.
  if (triggerSource !== 'TokenGeneration_Authentication')
    throw refused('TriggerRefused', `${triggerSource} may not issue tokens to the impersonation client`)

  const id = request.clientMetadata?.impersonationId
  const sub = request.userAttributes?.sub
  const clientId = callerContext?.clientId
  if (!id || !sub || !clientId)
    throw refused('TriggerRefused', 'the event lacks the impersonation id, the sub or the app client')

  const { groupConfiguration } = request
  if (!groupConfiguration) throw refused('TriggerRefused', "the event lacks the subject's groups")
  const refuseProtected = async (groups: readonly string[] | null | undefined) => {
    if (!groups?.some((group) => policy.protectedGroups.includes(group))) return
    await records.refuse(id, 'SubjectProtected')
    throw refused('SubjectProtected', 'the subject is protected')
  }
  await refuseProtected(groupConfiguration.groupsToOverride)
  const theirs = await next?.(event).catch(async (error) => {
    await records.refuse(id, asImpersonationError(error).code)
    throw error
  })
  // The pool's own trigger can give the tokens other groups than the pool's.
  await refuseProtected(theirs?.groups)

  const record = await records.issue({
    id,
    clientId,
    subjectSub: sub,
    sessionLength: policy.sessionMinutes * 60_000,
  })
  if (!record) throw refused('TriggerRefused', 'no redeemed record for this subject')

  const claimsToAddOrOverride = {
    act: { sub: record.actorSub }, // RFC 8693 §4.1
    impersonation_id: record.id,
  }
  const ours = {
    idTokenGeneration: { claimsToAddOrOverride },
    accessTokenGeneration: { claimsToAddOrOverride, scopesToSuppress: [selfServiceScope] },
    // Without this, Cognito would issue tokens without the subject's groups.
    groupOverrideDetails: groupConfiguration,
  }
  return { claimsAndScopeOverrideDetails: theirs ? theirs.mergeUnder(ours) : ours }
}

function refused(code: Code, message: string): ImpersonationError {
  return new ImpersonationError(code, { message })
}
