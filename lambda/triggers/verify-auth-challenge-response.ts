// VerifyAuthChallengeResponse: accepts an unused grant of the endpoint for this sign-in, and uses it up.

import { readProof } from '../grant.ts'
import type { Records } from '../records.ts'
import type { TriggerEvent } from './event.ts'

export async function verifyAuthChallengeResponse(
  { request, userName, callerContext }: TriggerEvent,
  records: Pick<Records, 'redeem'>,
) {
  const grant = readProof(request.challengeAnswer)
  const nonce = request.privateChallengeParameters?.nonce
  const sub = request.userAttributes?.sub
  const clientId = callerContext?.clientId

  if (request.userNotFound || !sub || !userName || !clientId) return { answerCorrect: false }
  if (!grant || !nonce) return { answerCorrect: false }
  // PreTokenGeneration finds the record by this id only, so it must be the id of the redeemed record.
  if (request.clientMetadata?.impersonationId !== grant.id) return { answerCorrect: false }

  const answerCorrect = await records.redeem({ grant, clientId, nonce, subject: { sub, username: userName } })
  return { answerCorrect }
}
