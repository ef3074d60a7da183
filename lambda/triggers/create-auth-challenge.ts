// The challenge: a nonce that only Cognito and the verifying trigger see. It ties a repeated run to its first.

import { randomUUID } from 'node:crypto'
import type { TriggerEvent } from './event.ts'

export function createAuthChallenge({ request }: TriggerEvent) {
  if (request.challengeName !== 'CUSTOM_CHALLENGE') throw new Error('not a custom challenge')
  return { publicChallengeParameters: {}, privateChallengeParameters: { nonce: randomUUID() } }
}
