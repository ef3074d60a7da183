// The server's side of SRP-6a as Cognito's clients use it: the 3072-bit group, SHA-256, and a key by HKDF.
import { createHash, createHmac, randomBytes } from 'node:crypto'

/** The 3072-bit MODP group, RFC 3526 §4, with its generator 2. */
const N = BigInt(
  `0x${
    'FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD' +
    'EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED' +
    'EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F' +
    '83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B' +
    'E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510' +
    '15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7' +
    'ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C' +
    'BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF'
  }`,
)
const g = 2n

/** The server stores this instead of the password. */
export interface SaltedPassword {
  salt: bigint
  /** A hash of the salt, the user and the password: the exponent of SRP's verifier. */
  x: bigint
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base % N
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % N
    square = (square * square) % N
  }
  return result
}

/** Writes a positive number as Java's BigInteger does: with a leading zero byte if the first bit is set. */
function bytes(value: bigint): Buffer {
  const hex = value.toString(16)
  const even = hex.length % 2 ? `0${hex}` : hex
  return Buffer.from(even.charAt(0) >= '8' ? `00${even}` : even, 'hex')
}

const number = (buffer: Buffer) => BigInt(`0x${buffer.toString('hex')}`)
const sha256 = (...parts: (Buffer | string)[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const hmac = (key: Buffer, ...parts: (Buffer | string)[]) => {
  const mac = createHmac('sha256', key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

const k = number(sha256(bytes(N), bytes(g)))

/** Cuts the region off a pool id. Cognito's clients mix the rest into the password. */
const poolName = (poolId: string) => poolId.slice(poolId.indexOf('_') + 1)

export interface Credentials {
  poolId: string
  username: string
  password: string
}

export function saltPassword(
  { poolId, username, password }: Credentials,
  salt: Buffer = randomBytes(16),
): SaltedPassword {
  const x = number(sha256(bytes(number(salt)), sha256(`${poolName(poolId)}${username}:${password}`)))
  return { salt: number(salt), x }
}

export function isPassword(stored: SaltedPassword, credentials: Credentials): boolean {
  return saltPassword(credentials, bytes(stored.salt)).x === stored.x
}

/** SRP's verifier v. A power takes milliseconds, so only a sign-in by SRP computes it. */
const verifier = ({ x }: SaltedPassword) => power(g, x)

/** Reads the client's A. Undefined: not a hexadecimal number, or a multiple of N (RFC 5054 §2.5.4). */
export function readPublic(hex: string): bigint | undefined {
  if (!/^[0-9a-f]{1,1024}$/i.test(hex)) return undefined
  const value = BigInt(`0x${hex}`)
  return value % N === 0n ? undefined : value
}

/** Makes the server's secret b and its public B. */
export function makePublic(password: SaltedPassword): { serverSecret: bigint; serverPublic: bigint } {
  const serverSecret = number(randomBytes(32))
  return { serverSecret, serverPublic: (k * verifier(password) + power(g, serverSecret)) % N }
}

/** The values of one PASSWORD_VERIFIER challenge. */
export interface SrpExchange {
  serverSecret: bigint
  serverPublic: bigint
  clientPublic: bigint
  secretBlock: string
  password: SaltedPassword
}

/** Computes the PASSWORD_CLAIM_SIGNATURE (Base64) of a client that knows the password. */
export function expectedSignature(
  srp: SrpExchange,
  { poolId, username, timestamp }: { poolId: string; username: string; timestamp: string },
): string {
  const u = number(sha256(bytes(srp.clientPublic), bytes(srp.serverPublic)))
  const shared = power(srp.clientPublic * power(verifier(srp.password), u), srp.serverSecret)
  const extracted = hmac(bytes(u), bytes(shared))
  const key = hmac(extracted, 'Caldera Derived Key\u0001').subarray(0, 16)
  const block = Buffer.from(srp.secretBlock, 'base64')
  return hmac(key, poolName(poolId), username, block, timestamp).toString('base64')
}
