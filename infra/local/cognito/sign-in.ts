// InitiateAuth, RespondToAuthChallenge and their Admin twins: which flow, may this client use it, may this user sign in.

import { assertFlow, assertSecretHash, hidesAbsence } from './client-settings.ts'
import { answerCustomChallenge, continueAfterPassword, startCustomAuth } from './custom-auth.ts'
import { CognitoError, incorrectPassword, invalidParameter, notAuthorized, userNotFound } from './errors.ts'
import { finishSignIn } from './issue-tokens.ts'
import { assertNotEnded, assertPassword, setPassword } from './passwords.ts'
import { type Call, type ClientCall, clientCall, poolOf, type Session, type User } from './pool.ts'
import { refreshTokenAuth } from './refresh.ts'
import { openSession, takeSession } from './sessions.ts'
import { assertProof, readClientPublic, srpChallenge } from './srp-auth.ts'
import { exists, findUser, writeAttributes } from './users.ts'

type Parameters = Record<string, string>
type Flow = (call: ClientCall, user: User | undefined, username: string, parameters: Parameters) => object

const both: [string, Flow][] = [
  ['USER_SRP_AUTH', srpAuth],
  ['CUSTOM_AUTH', customAuth],
]
const publicFlows = new Map([...both, ['USER_PASSWORD_AUTH', passwordAuth]])
const adminFlows = new Map([...both, ['ADMIN_USER_PASSWORD_AUTH', passwordAuth], ['ADMIN_NO_SRP_AUTH', passwordAuth]])

export const initiateAuth = (call: Call) => initiate(clientCall(call), publicFlows)
export const adminInitiateAuth = (call: Call) => initiate(clientCall(call, [poolOf(call)]), adminFlows)

async function initiate(call: ClientCall, flows: ReadonlyMap<string, Flow>) {
  const { input, client, pool } = call
  const flow = input.text('AuthFlow')
  const parameters = input.map('AuthParameters') ?? {}
  if (flow === 'REFRESH_TOKEN_AUTH' || flow === 'REFRESH_TOKEN') return refreshTokenAuth(call, parameters)
  const begin = flows.get(flow)
  if (!begin) throw invalidParameter('Initiate Auth method not supported.')
  assertFlow(client, flow)
  const username = required(parameters, 'USERNAME')
  assertSecretHash(client, username, parameters.SECRET_HASH)
  const user = findUser(pool, username)
  if (user) assertCanSignIn(user)
  else if (!hidesAbsence(client)) throw userNotFound()
  return begin(call, user, username, parameters)
}

function customAuth(...[call, user, username, parameters]: globalThis.Parameters<Flow>) {
  if (user && parameters.CHALLENGE_NAME !== 'SRP_A') assertConfirmed(user)
  return startCustomAuth(call, user, username, parameters)
}

function srpAuth(...[call, user, username, parameters]: globalThis.Parameters<Flow>) {
  return srpChallenge(call, { user, username, clientPublic: readClientPublic(parameters) })
}

async function passwordAuth(...[call, user, , parameters]: globalThis.Parameters<Flow>) {
  const password = required(parameters, 'PASSWORD')
  if (!user) throw incorrectPassword()
  assertPassword(call.pool, user, password)
  return afterPassword(call, user)
}

/** Once the password is known to be right: an invited user has to choose a new one. */
function afterPassword(call: ClientCall, user: User, metadata?: Parameters) {
  assertConfirmed(user)
  if (user.status !== 'FORCE_CHANGE_PASSWORD')
    return finishSignIn(call, user, 'TokenGeneration_Authentication', metadata)
  assertNotEnded(user, call.now)
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

export const respondToAuthChallenge = (call: Call) => respond(clientCall(call))
export const adminRespondToAuthChallenge = (call: Call) => respond(clientCall(call, [poolOf(call)]))

/** The fields that an answer must have besides USERNAME. */
const answerFields = new Map([
  ['CUSTOM_CHALLENGE', ['ANSWER']],
  ['PASSWORD_VERIFIER', ['PASSWORD_CLAIM_SECRET_BLOCK', 'PASSWORD_CLAIM_SIGNATURE', 'TIMESTAMP']],
  ['NEW_PASSWORD_REQUIRED', ['NEW_PASSWORD']],
])

async function respond(call: ClientCall): Promise<object> {
  const { input, client, pool } = call
  const name = input.text('ChallengeName')
  const fields = answerFields.get(name)
  if (!fields) throw invalidParameter(`The local Cognito takes no answer to ${name}.`)
  const responses = input.map('ChallengeResponses') ?? {}
  const username = required(responses, 'USERNAME')
  for (const field of fields) required(responses, field)
  assertSecretHash(client, username, responses.SECRET_HASH)
  const id = input.optional('Session') ?? responses.PASSWORD_CLAIM_SECRET_BLOCK
  if (id === undefined) throw invalidParameter('Missing required parameter Session')
  const session = takeSession(call, id, name, username)
  if (session.user) {
    if (!exists(pool, session.user)) throw hidesAbsence(client) ? incorrectPassword() : userNotFound()
    assertCanSignIn(session.user)
  }
  return proceed(call, session, responses)
}

function proceed(call: ClientCall, session: Session, responses: Parameters): object | Promise<object> {
  const metadata = call.input.map('ClientMetadata')
  const { user, custom } = session
  if (session.challenge === 'CUSTOM_CHALLENGE' && custom)
    return answerCustomChallenge(call, { ...session, custom }, required(responses, 'ANSWER'), metadata)
  if (session.challenge === 'PASSWORD_VERIFIER') {
    const proven = assertProof(call, session, responses)
    if (!custom) return afterPassword(call, proven, metadata)
    assertConfirmed(proven)
    return continueAfterPassword(call, { user: proven, username: proven.username, custom }, metadata)
  }
  if (!user) throw incorrectPassword()
  return chooseNewPassword(call, user, responses, metadata)
}

function chooseNewPassword(call: ClientCall, user: User, responses: Parameters, metadata: Parameters | undefined) {
  const prefix = 'userAttributes.'
  const attributes = Object.entries(responses).filter(([name]) => name.startsWith(prefix))
  setPassword(call.pool, user, required(responses, 'NEW_PASSWORD'), 'CONFIRMED', call.now)
  const written = attributes.map(([name, value]): [string, string] => [name.slice(prefix.length), value])
  writeAttributes(call.pool, user, written, call.now)
  return finishSignIn(call, user, 'TokenGeneration_NewPasswordChallenge', metadata)
}

function required(parameters: Parameters, name: string): string {
  const value = parameters[name]
  if (value === undefined || value === '') throw invalidParameter(`Missing required parameter ${name}`)
  return value
}

/** Federated users can't sign in through the API (developer guide, "Lambda triggers for federated users"). */
export function assertCanSignIn(user: User) {
  if (user.status === 'EXTERNAL_PROVIDER') throw incorrectPassword()
  if (!user.enabled) throw notAuthorized('User is disabled.')
  if (user.status === 'RESET_REQUIRED')
    throw new CognitoError('PasswordResetRequiredException', 'Password reset required for the user')
}

function assertConfirmed(user: User) {
  if (user.status === 'UNCONFIRMED') throw new CognitoError('UserNotConfirmedException', 'User is not confirmed.')
}
