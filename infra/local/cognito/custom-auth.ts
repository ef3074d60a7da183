// CUSTOM_AUTH: the loop of the Define, Create and Verify triggers.
// Source: developer guide, "Custom authentication challenge Lambda triggers".
import type { ClientCall } from './call.ts'
import { hidesUnknownUsers } from './client-settings.ts'
import { incorrectPassword, invalidLambdaResponse, invalidParameter } from './errors.ts'
import { isStringMap } from './input.ts'
import { finishCustomAuth } from './issue-tokens.ts'
import type { CustomAuth, Session, User } from './pool.ts'
import { runTrigger, type TriggerName, triggerArn } from './run-trigger.ts'
import { openSession } from './sessions.ts'
import { readClientPublic, srpChallenge } from './srp-auth.ts'
import { eventAttributes } from './users.ts'

type Metadata = Record<string, string> | undefined

interface SignInState {
  user: User | undefined
  /** The user's own name. For an unknown user: the name in the request. */
  username: string
  custom: CustomAuth
  /** The client's A. Set if the sign-in began with SRP. */
  clientPublic?: bigint
}

/** Starts a sign-in. No trigger gets the ClientMetadata of this request. */
export function startCustomAuth(
  call: ClientCall,
  { user, username }: Pick<SignInState, 'user' | 'username'>,
  parameters: Record<string, string>,
) {
  const custom: CustomAuth = { results: [], metadata: null, secrets: {} }
  const state = { user, username: user?.username ?? username, custom }
  if (parameters.CHALLENGE_NAME !== 'SRP_A') return runDefine(call, state, undefined)
  const clientPublic = readClientPublic(parameters)
  return runDefine(call, { ...state, custom: withPassed(custom, 'SRP_A'), clientPublic }, undefined)
}

/** Continues a sign-in after SRP has proven the password. */
export function continueAfterPassword(call: ClientCall, { user, username, custom }: SignInState, metadata: Metadata) {
  return runDefine(call, { user, username, custom: withPassed(custom, 'PASSWORD_VERIFIER') }, metadata)
}

const withPassed = (custom: CustomAuth, challengeName: string): CustomAuth => ({
  ...custom,
  results: [...custom.results, { challengeName, challengeResult: true, challengeMetadata: null }],
})

/** Continues a sign-in with the answer to a CUSTOM_CHALLENGE. */
export async function answerCustomChallenge(
  call: ClientCall,
  { user, username, custom }: Session & { custom: CustomAuth },
  answer: string,
  metadata: Metadata,
) {
  const { answerCorrect } = await runChallengeTrigger(
    call,
    'VerifyAuthChallengeResponse',
    { user, username },
    metadata,
    {
      request: { privateChallengeParameters: custom.secrets, challengeAnswer: answer },
      response: { answerCorrect: null },
    },
  )
  if (typeof (answerCorrect ?? false) !== 'boolean') throw invalidLambdaResponse()
  const result = {
    challengeName: 'CUSTOM_CHALLENGE',
    challengeResult: answerCorrect === true,
    challengeMetadata: custom.metadata,
  }
  return runDefine(call, { user, username, custom: { ...custom, results: [...custom.results, result] } }, metadata)
}

/** Asks the Define trigger for the next step and takes it. */
async function runDefine(call: ClientCall, state: SignInState, metadata: Metadata): Promise<object> {
  const { user, custom, clientPublic } = state
  const decision = await runChallengeTrigger(call, 'DefineAuthChallenge', state, metadata, {
    request: { session: custom.results },
    response: { challengeName: null, issueTokens: null, failAuthentication: null },
  })
  if (decision.failAuthentication === true) throw incorrectPassword()
  if (decision.issueTokens === true) {
    if (!user) throw incorrectPassword()
    return finishCustomAuth(call, user, metadata)
  }
  if (decision.challengeName === 'CUSTOM_CHALLENGE') return createChallenge(call, state)
  if (decision.challengeName === 'PASSWORD_VERIFIER' && clientPublic !== undefined)
    return srpChallenge(call, { ...state, clientPublic })
  throw invalidLambdaResponse()
}

/** Users report that Create does not get the ClientMetadata, although the guide says so (localstack#11687). */
async function createChallenge(call: ClientCall, { user, username, custom }: SignInState) {
  const created = await runChallengeTrigger(call, 'CreateAuthChallenge', { user, username }, undefined, {
    request: { challengeName: 'CUSTOM_CHALLENGE', session: custom.results },
    response: { publicChallengeParameters: null, privateChallengeParameters: null, challengeMetadata: null },
  })
  const parameters = created.publicChallengeParameters ?? {}
  const secrets = created.privateChallengeParameters ?? {}
  const metadata = created.challengeMetadata ?? null
  if (!isStringMap(parameters) || !isStringMap(secrets) || (metadata !== null && typeof metadata !== 'string'))
    throw invalidLambdaResponse()
  const challenge = 'CUSTOM_CHALLENGE'
  return {
    ChallengeName: challenge,
    Session: openSession(call, { challenge, user, username, custom: { ...custom, metadata, secrets } }),
    ChallengeParameters: { ...parameters, USERNAME: username },
  }
}

/** Runs one of the three triggers. `userNotFound` is sent only if the client hides unknown users. */
function runChallengeTrigger(
  call: ClientCall,
  name: TriggerName,
  { user, username }: Pick<SignInState, 'user' | 'username'>,
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
      ...(hidesUnknownUsers(call.client) ? { userNotFound: !user } : {}),
    },
    response,
  })
}
