// CUSTOM_AUTH: the loop of Define, Create and Verify.
// Source: developer guide, "Custom authentication challenge Lambda triggers".

import { hidesAbsence } from './client-settings.ts'
import { incorrectPassword, invalidLambdaResponse, invalidParameter } from './errors.ts'
import { isStringMap } from './input.ts'
import { finishSignIn } from './issue-tokens.ts'
import type { ClientCall, Session, User } from './pool.ts'
import { runTrigger, type TriggerName, triggerArn } from './run-trigger.ts'
import { openSession } from './sessions.ts'
import { readClientPublic, srpChallenge } from './srp-auth.ts'
import { eventAttributes } from './users.ts'

type Custom = NonNullable<Session['custom']>
type Metadata = Record<string, string> | undefined

interface Progress {
  user: User | undefined
  /** The user's own, or, where there is no such user, the name as it was sent. */
  username: string
  custom: Custom
  /** The client's A, where the sign-in began with SRP. */
  clientPublic?: bigint
}

/** Begins a sign-in. The ClientMetadata of this request reaches none of the triggers. */
export function startCustomAuth(
  call: ClientCall,
  user: User | undefined,
  username: string,
  parameters: Record<string, string>,
) {
  const custom: Custom = { results: [], metadata: null, secrets: {} }
  const progress = { user, username: user?.username ?? username }
  if (parameters.CHALLENGE_NAME !== 'SRP_A') return next(call, { ...progress, custom }, undefined)
  return next(
    call,
    { ...progress, custom: proven(custom, 'SRP_A'), clientPublic: readClientPublic(parameters) },
    undefined,
  )
}

/** Goes on once the password was proven by SRP. */
export function continueAfterPassword(call: ClientCall, { user, username, custom }: Progress, metadata: Metadata) {
  return next(call, { user, username, custom: proven(custom, 'PASSWORD_VERIFIER') }, metadata)
}

const proven = (custom: Custom, challengeName: string): Custom => ({
  ...custom,
  results: [...custom.results, { challengeName, challengeResult: true, challengeMetadata: null }],
})

/** Takes the answer to a CUSTOM_CHALLENGE. */
export async function answerCustomChallenge(
  call: ClientCall,
  { user, username, custom }: Session & { custom: Custom },
  answer: string,
  metadata: Metadata,
) {
  const { answerCorrect } = await ask(call, 'VerifyAuthChallengeResponse', { user, username }, metadata, {
    request: { privateChallengeParameters: custom.secrets, challengeAnswer: answer },
    response: { answerCorrect: null },
  })
  if (typeof (answerCorrect ?? false) !== 'boolean') throw invalidLambdaResponse()
  const result = {
    challengeName: 'CUSTOM_CHALLENGE',
    challengeResult: answerCorrect === true,
    challengeMetadata: custom.metadata,
  }
  return next(call, { user, username, custom: { ...custom, results: [...custom.results, result] } }, metadata)
}

async function next(call: ClientCall, progress: Progress, metadata: Metadata): Promise<object> {
  const { user, custom, clientPublic } = progress
  const defined = await ask(call, 'DefineAuthChallenge', progress, metadata, {
    request: { session: custom.results },
    response: { challengeName: null, issueTokens: null, failAuthentication: null },
  })
  if (defined.failAuthentication === true) throw incorrectPassword()
  if (defined.issueTokens === true) {
    if (!user) throw incorrectPassword()
    return finishSignIn(call, user, 'TokenGeneration_Authentication', metadata)
  }
  if (defined.challengeName === 'CUSTOM_CHALLENGE') return createChallenge(call, progress, metadata)
  if (defined.challengeName === 'PASSWORD_VERIFIER' && clientPublic !== undefined)
    return srpChallenge(call, { ...progress, clientPublic })
  throw invalidLambdaResponse()
}

async function createChallenge(call: ClientCall, { user, username, custom }: Progress, metadata: Metadata) {
  const created = await ask(call, 'CreateAuthChallenge', { user, username }, metadata, {
    request: { challengeName: 'CUSTOM_CHALLENGE', session: custom.results },
    response: { publicChallengeParameters: null, privateChallengeParameters: null, challengeMetadata: null },
  })
  const shown = created.publicChallengeParameters ?? {}
  const secrets = created.privateChallengeParameters ?? {}
  const name = created.challengeMetadata ?? null
  if (!isStringMap(shown) || !isStringMap(secrets) || (name !== null && typeof name !== 'string'))
    throw invalidLambdaResponse()
  const challenge = 'CUSTOM_CHALLENGE'
  return {
    ChallengeName: challenge,
    Session: openSession(call, { challenge, user, username, custom: { ...custom, metadata: name, secrets } }),
    ChallengeParameters: { ...shown, USERNAME: username },
  }
}

/** Asks a trigger with what all three are told; `userNotFound` is there where the client hides absent users. */
function ask(
  call: ClientCall,
  name: TriggerName,
  { user, username }: Pick<Progress, 'user' | 'username'>,
  clientMetadata: Metadata,
  { request, response }: { request: Record<string, unknown>; response: Record<string, unknown> },
) {
  if (!triggerArn(call.pool, name))
    throw invalidParameter('Custom auth lambda trigger is not configured for the user pool.')
  return runTrigger(call, name, {
    triggerSource: `${name}_Authentication`,
    userName: username,
    request: {
      userAttributes: eventAttributes(call.pool, user),
      ...request,
      ...(clientMetadata ? { clientMetadata } : {}),
      ...(hidesAbsence(call.client) ? { userNotFound: !user } : {}),
    },
    response,
  })
}
