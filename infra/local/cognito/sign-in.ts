// InitiateAuth, RespondToAuthChallenge and their Admin variants: checks the flow, the client and the user.

import { assertWritable } from './attribute-permissions.ts'
import { runPreAuthentication } from './authentication-triggers.ts'
import { adminClientCall, type Call, type ClientCall, publicClientCall } from './call.ts'
import { assertFlow, assertSecretHash, hidesUnknownUsers } from './client-settings.ts'
import { answerCustomChallenge, continueAfterPassword, startCustomAuth } from './custom-auth.ts'
import { CognitoError, incorrectPassword, invalidParameter, notAuthorized, userNotFound } from './errors.ts'
import { finishSignIn } from './issue-tokens.ts'
import { levelByPassword } from './levels.ts'
import { assertNotExpired, assertPassword, setPassword } from './passwords.ts'
import type { Session, User } from './pool.ts'
import { refreshTokenAuth } from './refresh.ts'
import { openSession, takeSession } from './sessions.ts'
import { readClientPublic, srpChallenge, verifyProof } from './srp-auth.ts'
import { exists, findUser, writeAttributes } from './users.ts'

/** The request's AuthParameters or ChallengeResponses, or its ClientMetadata. */
type StringMap = Record<string, string>

interface SignIn {
  call: ClientCall
  /** Undefined: no such user, and the client hides that. */
  user: User | undefined
  username: string
  parameters: StringMap
}

type Flow = (signIn: SignIn) => object

const commonFlows: [string, Flow][] = [
  ['USER_SRP_AUTH', srpAuth],
  ['CUSTOM_AUTH', customAuth],
  ['USER_AUTH', userAuth],
]
const publicFlows = new Map([...commonFlows, ['USER_PASSWORD_AUTH', passwordAuth]])
const adminFlows = new Map([
  ...commonFlows,
  ['ADMIN_USER_PASSWORD_AUTH', passwordAuth],
  ['ADMIN_NO_SRP_AUTH', passwordAuth],
])

export const initiateAuth = (call: Call) => initiate(publicClientCall(call), publicFlows)
export const adminInitiateAuth = (call: Call) => initiate(adminClientCall(call), adminFlows)

async function initiate(call: ClientCall, flows: ReadonlyMap<string, Flow>) {
  const { input, client, pool } = call
  const flow = input.text('AuthFlow')
  const parameters = input.map('AuthParameters') ?? {}
  if (flow === 'REFRESH_TOKEN_AUTH' || flow === 'REFRESH_TOKEN') return refreshTokenAuth(call, parameters)
  const start = flows.get(flow)
  if (!start) throw invalidParameter('Initiate Auth method not supported.')
  assertFlow(client, flow)
  const username = required(parameters, 'USERNAME')
  assertSecretHash(client, username, parameters.SECRET_HASH)
  const user = findUser(pool, username)
  if (user) assertCanSignIn(user)
  else if (!hidesUnknownUsers(client)) throw userNotFound()
  // Users report that Cognito does not run this trigger in CUSTOM_AUTH (amplify-js#5318).
  if (flow !== 'CUSTOM_AUTH' || pool.enforcedInCustomAuth.has('PreAuthentication'))
    await runPreAuthentication(call, { user, username })
  return start({ call, user, username, parameters })
}

function customAuth({ call, user, username, parameters }: SignIn) {
  if (user && parameters.CHALLENGE_NAME !== 'SRP_A') assertConfirmed(user)
  return startCustomAuth(call, { user, username }, parameters)
}

function srpAuth({ call, user, username, parameters }: SignIn) {
  return srpChallenge(call, { user, username, clientPublic: readClientPublic(parameters) })
}

/**
 * Choice-based sign-in, by password only (developer guide, "Manage authentication methods in AWS SDKs").
 * @throws CognitoError if the request names no choice, or a level that this user can't reach
 */
function userAuth(signIn: SignIn) {
  const { call, parameters } = signIn
  const { PREFERRED_CHALLENGE: choice, TARGET_ACR_VALUES: targets, ACCESS_TOKEN: earlier } = parameters
  if (earlier !== undefined) throw invalidParameter('The local Cognito takes no ACCESS_TOKEN: sign in anew.')
  const start = choice === 'PASSWORD' ? passwordAuth : choice === 'PASSWORD_SRP' ? srpAuth : undefined
  if (!start) throw invalidParameter('The local Cognito needs PREFERRED_CHALLENGE: PASSWORD or PASSWORD_SRP.')
  if (targets === undefined) return start(signIn)
  return start({ ...signIn, call: { ...call, level: levelByPassword(call.pool, targets) } })
}

async function passwordAuth({ call, user, parameters }: SignIn) {
  const password = required(parameters, 'PASSWORD')
  if (!user) throw incorrectPassword()
  assertPassword(call.pool, user, password)
  return afterPassword(call, user)
}

/** Continues a sign-in after the correct password. An invited user must choose a new password. */
function afterPassword(call: ClientCall, user: User, metadata?: StringMap) {
  assertConfirmed(user)
  if (user.status !== 'FORCE_CHANGE_PASSWORD')
    return finishSignIn(call, user, 'TokenGeneration_Authentication', metadata)
  assertNotExpired(user, call.now)
  const challenge = 'NEW_PASSWORD_REQUIRED'
  const missing = (call.pool.properties.Schema ?? [])
    .filter(({ Name = '', Required }) => Required && !user.attributes.has(Name) && Name !== 'sub')
    .map(({ Name }) => `userAttributes.${Name}`)
  return {
    ChallengeName: challenge,
    Session: openSession(call, { challenge, user, username: user.username }),
    ChallengeParameters: {
      USER_ID_FOR_SRP: user.username,
      requiredAttributes: JSON.stringify(missing),
      userAttributes: JSON.stringify(Object.fromEntries(user.attributes)),
    },
  }
}

export const respondToAuthChallenge = (call: Call) => respond(publicClientCall(call))
export const adminRespondToAuthChallenge = (call: Call) => respond(adminClientCall(call))

/** The required fields of an answer, besides USERNAME. */
const answerFields = new Map([
  ['CUSTOM_CHALLENGE', ['ANSWER']],
  ['PASSWORD_VERIFIER', ['PASSWORD_CLAIM_SECRET_BLOCK', 'PASSWORD_CLAIM_SIGNATURE', 'TIMESTAMP']],
  ['NEW_PASSWORD_REQUIRED', ['NEW_PASSWORD']],
])

async function respond(call: ClientCall): Promise<object> {
  const { input, client, pool } = call
  const challenge = input.text('ChallengeName')
  const fields = answerFields.get(challenge)
  if (!fields) throw invalidParameter(`The local Cognito takes no answer to ${challenge}.`)
  const responses = input.map('ChallengeResponses') ?? {}
  const username = required(responses, 'USERNAME')
  for (const field of fields) required(responses, field)
  assertSecretHash(client, username, responses.SECRET_HASH)
  const id = input.optional('Session') ?? responses.PASSWORD_CLAIM_SECRET_BLOCK
  if (id === undefined) throw invalidParameter('Missing required parameter Session')
  const session = takeSession(call, id, { challenge, username })
  if (session.user) {
    if (!exists(pool, session.user)) throw hidesUnknownUsers(client) ? incorrectPassword() : userNotFound()
    assertCanSignIn(session.user)
  }
  return continueSignIn({ ...call, ...(session.level && { level: session.level }) }, session, responses)
}

function continueSignIn(call: ClientCall, session: Session, responses: StringMap): object | Promise<object> {
  const metadata = call.input.map('ClientMetadata')
  const { user, custom } = session
  if (session.challenge === 'CUSTOM_CHALLENGE' && custom)
    return answerCustomChallenge(call, { ...session, custom }, required(responses, 'ANSWER'), metadata)
  if (session.challenge === 'PASSWORD_VERIFIER') {
    const verified = verifyProof(call, session, responses)
    if (!custom) return afterPassword(call, verified, metadata)
    assertConfirmed(verified)
    return continueAfterPassword(call, { user: verified, username: verified.username, custom }, metadata)
  }
  if (!user) throw incorrectPassword()
  return chooseNewPassword(call, user, responses, metadata)
}

function chooseNewPassword(call: ClientCall, user: User, responses: StringMap, metadata: StringMap | undefined) {
  const prefix = 'userAttributes.'
  const attributes = Object.entries(responses)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]): [string, string] => [name.slice(prefix.length), value])
  assertWritable(call.client, attributes)
  setPassword(call.pool, user, required(responses, 'NEW_PASSWORD'), 'CONFIRMED', call.now)
  writeAttributes(call.pool, user, attributes, call.now)
  return finishSignIn(call, user, 'TokenGeneration_NewPasswordChallenge', metadata)
}

function required(parameters: StringMap, name: string): string {
  const value = parameters[name]
  if (value === undefined || value === '') throw invalidParameter(`Missing required parameter ${name}`)
  return value
}

/** Federated users cannot sign in through the API (developer guide, "Lambda triggers for federated users"). */
function assertCanSignIn(user: User) {
  if (user.status === 'EXTERNAL_PROVIDER') throw incorrectPassword()
  if (!user.enabled) throw notAuthorized('User is disabled.')
  if (user.status === 'RESET_REQUIRED')
    throw new CognitoError('PasswordResetRequiredException', 'Password reset required for the user')
}

function assertConfirmed(user: User) {
  if (user.status === 'UNCONFIRMED') throw new CognitoError('UserNotConfirmedException', 'User is not confirmed.')
}
