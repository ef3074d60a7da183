// Checks the actor and the subject of a live session at Cognito, and remembers the answers for some seconds.

import { actorGroups, allowedBy } from '../actor-groups.ts'
import type { IntrospectionConfig } from '../config.ts'
import type { LookUps } from '../http/users.ts'
import { createMemory } from '../memory.ts'
import type { Subject } from '../records-schema.ts'
import { timeLimit } from '../time-limit.ts'

export type CheckPeople = ReturnType<typeof createCheckPeople>

interface Person {
  sub: string
  username: string
}

/** How long a positive answer is used, in ms. The contract allows 30 s. */
const yesLifetime = 30_000
/**
 * Apps introspect the tokens of a refused person until they expire. Without this memory, the look-ups would use up the quota
 * that impersonation needs. The time is short, so that a restored right works soon.
 */
const noLifetime = 5_000

const capacity = 10_000

/** The time limit of the look-ups of one person, in ms. Requests share them, so they do not end with one request. */
const lookUpTime = 8_000

/**
 * @param lookUps is called at the first look-up.
 * @returns a function that throws an ImpersonationError if Cognito gives no answer.
 */
export function createCheckPeople(options: {
  config: Pick<IntrospectionConfig, 'impersonatorsGroup' | 'mayActAs' | 'lookUpGroup'>
  lookUps: () => Promise<Pick<LookUps, 'groupsOf' | 'isActive' | 'isEnabled'>>
  now: () => number
}) {
  const { config, lookUps, now } = options
  const recall = createMemory<boolean>({
    lifetimeOf: (answer) => (answer === false ? noLifetime : yesLifetime),
    capacity,
    now,
  })

  /**
   * @param matchedGroups the groups of the subject that allowed the session. Empty: the actor could act as everyone.
   * @returns whether the actor still has the right and can sign in, and the subject is enabled.
   */
  return function checkPeople({
    actor,
    subject,
    matchedGroups,
  }: {
    actor: Person
    subject: Subject
    matchedGroups: readonly string[]
  }): Promise<boolean> {
    return all(
      recall(keyOf('actor', actor, matchedGroups), () => checkActor(actor, matchedGroups)),
      recall(keyOf('subject', subject), () => checkSubject(subject)),
    )
  }

  async function checkActor(actor: Person, matchedGroups: readonly string[]): Promise<boolean> {
    const users = await lookUps()
    const signal = timeLimit(lookUpTime)
    return all(hasRight(users, { actor, matchedGroups }, signal), users.isActive(actor, signal))
  }

  async function hasRight(
    users: Pick<LookUps, 'groupsOf'>,
    { actor, matchedGroups }: { actor: Person; matchedGroups: readonly string[] },
    signal: AbortSignal,
  ): Promise<boolean> {
    if (!config.lookUpGroup && config.mayActAs === 'none') return true
    const memberOf = await users.groupsOf({ username: actor.username, among: actorGroups(config) }, signal)
    const { everyone = false, groups = [] } = allowedBy(config, memberOf) ?? {}
    return everyone || groups.some((name) => matchedGroups.includes(name))
  }

  async function checkSubject(subject: Subject): Promise<boolean> {
    const users = await lookUps()
    return users.isEnabled(subject, timeLimit(lookUpTime))
  }
}

const keyOf = (role: string, { sub, username }: Person, matchedGroups: readonly string[] = []) =>
  JSON.stringify([role, sub, username, ...matchedGroups])

/** Waits for every answer, so that Lambda freezes no call that is still running. @throws the first error */
async function all(...answers: Promise<boolean>[]): Promise<boolean> {
  const results = await Promise.allSettled(answers)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  return results.every((result) => result.status === 'fulfilled' && result.value)
}
