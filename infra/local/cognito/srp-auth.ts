// Sign-in by SRP: the PASSWORD_VERIFIER challenge and its answer, alone or at the head of CUSTOM_AUTH.
import { createHmac, randomBytes } from 'node:crypto'
import { incorrectPassword, invalidParameter } from './errors.ts'
import type { ClientCall, Pool, Session, User } from './pool.ts'
import { openSession } from './sessions.ts'
import { expectedSignature, makePublic, makeVerifier, readPublic } from './srp.ts'
import { fold } from './users.ts'

/** The client's A. Throws InvalidParameterException. */
export function readClientPublic(parameters: Record<string, string>): bigint {
  if (parameters.SRP_A === undefined) throw invalidParameter('Missing required parameter SRP_A')
  const value = readPublic(parameters.SRP_A)
  if (value === undefined) throw invalidParameter('SRP_A is not a valid public value.')
  return value
}

/** Sends the challenge. A plain SRP sign-in has no Session: its SECRET_BLOCK takes that place. */
export function srpChallenge(
  call: ClientCall,
  from: { user: User | undefined; username: string; clientPublic: bigint; custom?: Session['custom'] },
) {
  const { password, username } = from.user?.password
    ? { password: from.user.password, username: from.user.username }
    : decoy(call.pool, from.username)
  const secretBlock = randomBytes(768).toString('base64')
  const challenge = 'PASSWORD_VERIFIER'
  const srp = { ...makePublic(password), clientPublic: from.clientPublic, secretBlock, password }
  const waiting = { challenge, username, user: from.user, srp }
  const session = from.custom
    ? { Session: openSession(call, { ...waiting, custom: from.custom }) }
    : void openSession(call, waiting, secretBlock)
  return {
    ChallengeName: challenge,
    ...session,
    ChallengeParameters: {
      SALT: password.salt.toString(16),
      SECRET_BLOCK: secretBlock,
      SRP_B: srp.serverPublic.toString(16),
      USERNAME: username,
      USER_ID_FOR_SRP: username,
    },
  }
}

/** The same salt and made-up id each time for a name that nobody has (developer guide, "Managing error responses"). */
function decoy(pool: Pool, name: string) {
  const made = createHmac('sha256', pool.decoySecret).update(fold(pool, name)).digest()
  const hex = made.toString('hex')
  const username = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
  const password = makeVerifier(pool.definition.id, username, randomBytes(32).toString('hex'), made.subarray(16))
  return { username, password }
}

const timestamp = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} \d{1,2} \d{2}:\d{2}:\d{2} UTC \d{4}$/

/** Throws NotAuthorizedException unless the answer proves the password of an existing user, who is given back. */
export function assertProof(call: ClientCall, session: Session, responses: Record<string, string>): User {
  const { srp, user, username } = session
  const stamp = responses.TIMESTAMP ?? ''
  if (!timestamp.test(stamp)) throw invalidParameter('TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.')
  if (!srp || !user) throw incorrectPassword()
  if (responses.PASSWORD_CLAIM_SIGNATURE !== expectedSignature(srp, call.pool.definition.id, username, stamp))
    throw incorrectPassword()
  return user
}
