// Which step comes next: one custom challenge, and tokens if its answer was right. Anything else ends the sign-in.

import type { TriggerEvent } from './event.ts'

export function defineAuthChallenge({ request }: TriggerEvent) {
  const { session, userNotFound } = request
  if (userNotFound) return deny
  if (!session?.length) return challenge
  const [first, ...more] = session
  // A session that began with SRP_A, or in which an answer was wrong before, is not one of ours.
  if (more.length === 0 && first?.challengeName === 'CUSTOM_CHALLENGE' && first.challengeResult === true) return allow
  return deny
}

const challenge = { challengeName: 'CUSTOM_CHALLENGE', issueTokens: false, failAuthentication: false }
const allow = { issueTokens: true, failAuthentication: false }
const deny = { issueTokens: false, failAuthentication: true }
