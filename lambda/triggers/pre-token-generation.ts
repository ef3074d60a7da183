// PreTokenGeneration: the last check of an impersonation. Records the issue and names the actor in both tokens, or refuses.

import { asImpersonationError, type Code, ImpersonationError } from '../errors.ts'
import type { Records } from '../records.ts'
import { isGrantable, selfServiceScope } from '../scopes.ts'
import type { TriggerEvent } from './event.ts'
import type { NextTokens } from './next/impersonated-tokens.ts'
import { needsRecord, type SubjectSettings, subjectPolicy } from './subject-policy.ts'

/**
 * @param next runs the owner's PreTokenGeneration. Undefined: the owner has none.
 * @throws ImpersonationError to refuse. Cognito then issues no tokens.
 */
export async function preTokenGeneration(
  event: TriggerEvent,
  records: Pick<Records, 'read' | 'issue' | 'refuse'>,
  settings: { protectedGroups: string[]; sessionMinutes: number; scopes: string[] } & SubjectSettings,
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
  const groups: unknown = groupConfiguration?.groupsToOverride
  // A subject whose groups cannot be read could be protected. A user without groups has an empty list.
  if (!groupConfiguration || !isListOfNames(groups))
    throw refused('TriggerRefused', "the event lacks the subject's groups")
  const refuseProtected = async (names: readonly string[] | undefined) => {
    if (!names?.some((group) => settings.protectedGroups.includes(group))) return
    await records.refuse(id, 'SubjectProtected')
    throw refused('SubjectProtected', 'the subject is protected')
  }
  const decide = async () => {
    const record = await records.read(id)
    if (!record) throw refused('TriggerRefused', 'there is no record')
    const decision = subjectPolicy({ record, sub, groups, settings })
    if (!('code' in decision)) return decision
    await records.refuse(id, decision.code)
    throw refused(decision.code, 'the record does not allow this subject')
  }
  await refuseProtected(groups)
  // This runs before the pool's own trigger. Only the groups in the pool count, not those that this trigger sets.
  const policy = needsRecord(settings) ? await decide() : undefined
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
    sessionLength: settings.sessionMinutes * 60_000,
    ...(policy && { policy }),
  })
  if (!record) throw refused('TriggerRefused', 'no redeemed record for this subject')

  const claimsToAddOrOverride = {
    act: { sub: record.actorSub }, // RFC 8693 §4.1
    impersonation_id: record.id,
  }
  const scopesToAdd = settings.scopes.filter(isGrantable)
  const ours = {
    idTokenGeneration: { claimsToAddOrOverride },
    accessTokenGeneration: {
      claimsToAddOrOverride,
      scopesToSuppress: [selfServiceScope],
      ...(scopesToAdd.length > 0 && { scopesToAdd }),
    },
    // Without this, Cognito would issue tokens without the subject's groups.
    groupOverrideDetails: groupConfiguration,
  }
  return { claimsAndScopeOverrideDetails: theirs ? theirs.mergeUnder(ours) : ours }
}

function isListOfNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}

function refused(code: Code, message: string): ImpersonationError {
  return new ImpersonationError(code, { message })
}
