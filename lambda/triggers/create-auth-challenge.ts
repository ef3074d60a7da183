// CreateAuthChallenge: makes the nonce of a sign-in. Only Cognito and VerifyAuthChallengeResponse see it.

import { randomUUID } from 'node:crypto'
import type { TriggerEvent } from './event.ts'

export function createAuthChallenge({ request }: TriggerEvent) {
  if (request.challengeName !== 'CUSTOM_CHALLENGE') throw new Error('the challenge is not CUSTOM_CHALLENGE')
  // A repeated VerifyAuthChallengeResponse has the same nonce, and only that may redeem the grant again.
  return { publicChallengeParameters: {}, privateChallengeParameters: { nonce: randomUUID() } }
}
