// The last word on an impersonation: refuse, or record that tokens are issued and name the actor in both.

import { type Code, ImpersonationError } from '../errors.ts'
import type { Records } from '../records.ts'
import type { TriggerEvent } from './event.ts'

/** With this scope a session could change its user's password, e-mail and MFA at Cognito. */
const selfService = 'aws.cognito.signin.user.admin'

/** @throws ImpersonationError where no tokens may be issued; Cognito then issues none. */
export async function preTokenGeneration(
  { triggerSource, request, callerContext }: TriggerEvent,
  records: Pick<Records, 'issue' | 'refuse'>,
  policy: { protectedGroups: string[]; sessionMinutes: number },
) {
  // A refresh can't be tied to the sign-in that it goes back to: its tokens would lose their actor.
  if (triggerSource !== 'TokenGeneration_Authentication')
    throw refused('TriggerRefused', `no tokens by ${triggerSource}`)

  const id = request.clientMetadata?.impersonationId
  const sub = request.userAttributes?.sub
  const clientId = callerContext?.clientId
  if (!id || !sub || !clientId) throw refused('TriggerRefused', 'no impersonation to issue tokens for')

  const { groupConfiguration } = request
  if (!groupConfiguration) throw refused('TriggerRefused', "the subject's groups are not known")
  if (groupConfiguration.groupsToOverride?.some((group) => policy.protectedGroups.includes(group))) {
    await records.refuse(id, 'SubjectProtected')
    throw refused('SubjectProtected', 'the subject is protected')
  }

  const record = await records.issue(id, clientId, sub, policy.sessionMinutes * 60_000)
  if (!record) throw refused('TriggerRefused', 'no redeemed record for this subject')

  const claimsToAddOrOverride = {
    act: { sub: record.actorSub }, // RFC 8693 §4.1
    impersonation_id: record.id,
  }
  return {
    claimsAndScopeOverrideDetails: {
      idTokenGeneration: { claimsToAddOrOverride },
      accessTokenGeneration: { claimsToAddOrOverride, scopesToSuppress: [selfService] },
      // Left out or empty, it would take the subject's groups away.
      groupOverrideDetails: groupConfiguration,
    },
  }
}

function refused(code: Code, message: string): ImpersonationError {
  return new ImpersonationError(code, { message })
}
