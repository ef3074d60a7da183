// Connects the two ways to a session, with and without a ticket, to the mint that they share.

import type { EndpointConfig } from '../config.ts'
import type { Users } from '../http/users.ts'
import type { Records } from '../records.ts'
import type { CountActor } from './actor-limit.ts'
import { createConfirmRight } from './actor-right.ts'
import { createHandOff } from './hand-off.ts'
import { createImpersonate } from './impersonate.ts'
import { type CleanUpStep, createMint } from './mint.ts'
import type { UserPool } from './user-pool.ts'

/** @param log reports a clean-up step that failed. */
export function createImpersonations(options: {
  config: EndpointConfig
  records: Pick<Records, 'put' | 'requireApproval' | 'claim' | 'allow' | 'read' | 'refuse' | 'discard'>
  userPool: Pick<UserPool, 'challenge' | 'answer' | 'whyRefused' | 'revoke'>
  users: Pick<Users, 'groupsOf' | 'groupsOfName' | 'isActive'>
  countActor: CountActor
  now: () => number
  log: (failed: CleanUpStep, impersonationId: string, error: unknown) => void
}) {
  const confirmRight = createConfirmRight(options)
  const mint = createMint({ ...options, confirmRight })
  return {
    impersonate: createImpersonate({ ...options, mint }),
    handOff: createHandOff({ ...options, confirmRight, mint }),
  }
}
