// Sign-in by SRP: the PASSWORD_VERIFIER challenge and its answer, alone or as the start of CUSTOM_AUTH.
import { createHmac, randomBytes } from 'node:crypto'
import type { ClientCall } from './call.ts'
import { incorrectPassword, invalidParameter } from './errors.ts'
import type { CustomAuth, Pool, Session, User } from './pool.ts'
import { openSession } from './sessions.ts'
import { expectedSignature, makePublic, readPublic, saltPassword } from './srp.ts'
import { usernameKey } from './users.ts'

/** Reads the client's A. @throws CognitoError InvalidParameterException */
export function readClientPublic(parameters: Record<string, string>): bigint {
  if (parameters.SRP_A === undefined) throw invalidParameter('Missing required parameter SRP_A')
  const value = readPublic(parameters.SRP_A)
  if (value === undefined) throw invalidParameter('SRP_A is not a valid public value.')
  return value
}

/** Makes the challenge. In CUSTOM_AUTH it has a Session. In plain SRP the SECRET_BLOCK replaces the Session. */
export function srpChallenge(
  call: ClientCall,
  from: { user: User | undefined; username: string; clientPublic: bigint; custom?: CustomAuth },
) {
  const { password, username } = from.user?.password
    ? { password: from.user.password, username: from.user.username }
    : decoy(call.pool, from.username)
  const secretBlock = randomBytes(768).toString('base64')
  const challenge = 'PASSWORD_VERIFIER'
  const srp = { ...makePublic(password), clientPublic: from.clientPublic, secretBlock, password }
  const waiting = { challenge, username, user: from.user, srp }
  const session = from.custom
    ? openSession(call, { ...waiting, custom: from.custom })
    : openSession(call, waiting, secretBlock)
  return {
    ChallengeName: challenge,
    ...(from.custom && { Session: session }),
    ChallengeParameters: {
      SALT: password.salt.toString(16),
      SECRET_BLOCK: secretBlock,
      SRP_B: srp.serverPublic.toString(16),
      USERNAME: username,
      USER_ID_FOR_SRP: username,
    },
  }
}

/** Makes up a salt and an id for an unknown name, the same each time (developer guide, "Managing error responses"). */
function decoy(pool: Pool, name: string) {
  const made = createHmac('sha256', pool.decoySecret).update(usernameKey(pool, name)).digest()
  const hex = made.toString('hex')
  const username = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
  const credentials = { poolId: pool.definition.id, username, password: randomBytes(32).toString('hex') }
  return { username, password: saltPassword(credentials, made.subarray(16)) }
}

const timestampPattern = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} \d{1,2} \d{2}:\d{2}:\d{2} UTC \d{4}$/

/**
 * Checks the answer to PASSWORD_VERIFIER and returns its user.
 * @throws CognitoError NotAuthorizedException if the password is wrong or the user does not exist
 */
export function verifyProof(call: ClientCall, session: Session, responses: Record<string, string>): User {
  const { srp, user, username } = session
  const timestamp = responses.TIMESTAMP ?? ''
  if (!timestampPattern.test(timestamp))
    throw invalidParameter('TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.')
  if (!srp || !user) throw incorrectPassword()
  const expected = expectedSignature(srp, { poolId: call.pool.definition.id, username, timestamp })
  if (responses.PASSWORD_CLAIM_SIGNATURE !== expected) throw incorrectPassword()
  return user
}
