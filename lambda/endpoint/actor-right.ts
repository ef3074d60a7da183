// Checks whether a caller may impersonate: by the token, then at Cognito.

import { type Allowed, actorGroups, allowedBy } from '../actor-groups.ts'
import type { EndpointConfig } from '../config.ts'
import { ImpersonationError } from '../errors.ts'
import type { Caller } from '../http/authenticate.ts'
import type { Users } from '../http/users.ts'
import { resultOf } from './result-of.ts'

type RightSettings = Pick<EndpointConfig, 'impersonatorsGroup' | 'mayActAs'>

export type Actor = Pick<Caller, 'sub' | 'username'>

/**
 * Checks the right that the token claims. Check this before calling Cognito: a caller without the right must not learn
 * which users exist.
 * @throws ImpersonationError ActorImpersonated, ActorNotAllowed
 */
export function assertClaimsRight(caller: Caller, config: RightSettings): void {
  if (caller.impersonated) throw new ImpersonationError('ActorImpersonated')
  if (!allowedBy(config, caller.groups)) throw new ImpersonationError('ActorNotAllowed')
}

export type ConfirmRight = ReturnType<typeof createConfirmRight>

export function createConfirmRight(options: {
  config: RightSettings & Pick<EndpointConfig, 'lookUpGroup'>
  users: Pick<Users, 'groupsOf' | 'isActive'>
}) {
  const { config, users } = options

  /**
   * Asks Cognito whom the actor may act as now. Makes no call if `lookUpGroup` is off and `mayActAs` is `none`.
   * @returns undefined if the actor has no right.
   */
  return async function confirmRight({ sub, username }: Actor, signal: AbortSignal): Promise<Allowed | undefined> {
    if (!config.lookUpGroup && config.mayActAs === 'none') return { everyone: true, groups: [] }
    const [memberOf, active] = await Promise.allSettled([
      users.groupsOf({ username, among: actorGroups(config) }, signal),
      users.isActive({ username, sub }, signal),
    ])
    const allowed = allowedBy(config, resultOf(memberOf))
    return resultOf(active) ? allowed : undefined
  }
}
