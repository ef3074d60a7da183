// Forges ID tokens.

import { createHmac, type KeyObject, sign } from 'node:crypto'
import type { MemoryPool } from './memory-pool.ts'
import { encode, idClaims, type Key, newKey, signToken } from './tokens.ts'

/** @param pool its own key signs, unless a test names another key. This is the best case for an attacker. */
export function createForge({ pool }: MemoryPool) {
  const { kid, privateKey, publicKey } = pool.keys.id
  const { n, e } = publicKey.export({ format: 'jwk' })
  const own: Key = { kid, privateKey, jwk: { kid, kty: 'RSA', alg: 'RS256', use: 'sig', ...(n && e && { n, e }) } }
  const { sub } = pool.users.get('olivia') ?? {}
  // Making a key takes long, and few tests need these.
  let impostor: Key | undefined
  let stranger: Key | undefined
  const good = (changes: object = {}) => idClaims(Date.now(), { sub, ...changes })

  return {
    good,
    own,
    /** olivia's token with changed claims, header fields or key. */
    token: (changes: object = {}, header: object = {}, key: Key = own) => signToken(key, good(changes), header),
    /** Another key with the pool's `kid`. */
    get impostor() {
      impostor ??= newKey(kid)
      return impostor
    },
    /** Another key with another `kid`. */
    get stranger() {
      stranger ??= newKey()
      return stranger
    },

    /** Signs any payload, also invalid claims. */
    signed(payload: string, header: object = {}): string {
      const input = `${encode({ kid, alg: 'RS256', ...header })}.${Buffer.from(payload).toString('base64url')}`
      return `${input}.${sign('RSA-SHA256', Buffer.from(input), privateKey).toString('base64url')}`
    },
    unsigned: (alg: unknown, signature = '') => `${encode({ kid, alg: alg as string })}.${encode(good())}.${signature}`,
    /** Uses the public key as an HMAC secret. RFC 8725 §2.1. */
    byPublicKey(form: 'pem' | 'der' | 'jwk'): string {
      const input = `${encode({ kid, alg: 'HS256' })}.${encode(good())}`
      return `${input}.${createHmac('sha256', exported(publicKey, form)).update(input).digest('base64url')}`
    },
    by({ algorithm, alg }: { algorithm: string; alg: string }): string {
      const input = `${encode({ kid, alg })}.${encode(good())}`
      return `${input}.${sign(algorithm, Buffer.from(input), privateKey).toString('base64url')}`
    },
  }
}

function exported(key: KeyObject, form: 'pem' | 'der' | 'jwk'): string | Buffer {
  if (form === 'jwk') return String(key.export({ format: 'jwk' }).n)
  return form === 'pem' ? key.export({ type: 'spki', format: 'pem' }) : key.export({ type: 'spki', format: 'der' })
}
