// DefineAuthChallenge: one custom challenge, then tokens for a correct answer. Everything else ends the sign-in.

import type { TriggerEvent } from './event.ts'

export function defineAuthChallenge({ request }: TriggerEvent) {
  const { session, userNotFound } = request
  if (userNotFound) return deny
  if (!session?.length) return challenge
  const [first, ...more] = session
  // Impersonation never starts with SRP_A and never has a second try.
  if (more.length === 0 && first?.challengeName === 'CUSTOM_CHALLENGE' && first.challengeResult === true) return allow
  return deny
}

const challenge = { challengeName: 'CUSTOM_CHALLENGE', issueTokens: false, failAuthentication: false }
const allow = { issueTokens: true, failAuthentication: false }
const deny = { issueTokens: false, failAuthentication: true }
