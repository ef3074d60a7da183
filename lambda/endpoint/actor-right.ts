// Checks whether a caller may impersonate: by the token, then at Cognito.

import type { EndpointConfig } from '../config.ts'
import { ImpersonationError } from '../errors.ts'
import type { Caller } from '../http/authenticate.ts'
import type { Users } from '../http/users.ts'
import { resultOf } from './result-of.ts'

export type Actor = Pick<Caller, 'sub' | 'username'>

/**
 * Checks the right that the token claims. Check this before calling Cognito: a caller without the right must not learn
 * which users exist.
 * @throws ImpersonationError ActorImpersonated, ActorNotAllowed
 */
export function assertClaimsRight(caller: Caller, config: Pick<EndpointConfig, 'impersonatorsGroup'>): void {
  if (caller.impersonated) throw new ImpersonationError('ActorImpersonated')
  if (!caller.groups.includes(config.impersonatorsGroup)) throw new ImpersonationError('ActorNotAllowed')
}

export type ConfirmRight = ReturnType<typeof createConfirmRight>

export function createConfirmRight(options: {
  config: Pick<EndpointConfig, 'impersonatorsGroup' | 'lookUpGroup'>
  users: Pick<Users, 'isMember' | 'isActive'>
}) {
  const { config, users } = options

  /** Whether the actor has the right at Cognito now. Calls nothing, and is true, if the setting `lookUpGroup` is off. */
  return async function confirmRight({ sub, username }: Actor, signal: AbortSignal): Promise<boolean> {
    if (!config.lookUpGroup) return true
    const [member, active] = await Promise.allSettled([
      users.isMember({ username, group: config.impersonatorsGroup }, signal),
      users.isActive({ username, sub }, signal),
    ])
    return resultOf(member) && resultOf(active)
  }
}
