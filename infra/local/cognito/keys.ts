// A pool's two RS256 keys, one for ID tokens and one for access tokens: making them, signing, verifying, the JWKS.
import { createPublicKey, generateKeyPair, type KeyObject, randomBytes, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'

interface Key {
  kid: string
  privateKey: KeyObject
  publicKey: KeyObject
}

export interface Keys {
  id: Key
  access: Key
}

export type Claims = Record<string, unknown>

const generate = promisify(generateKeyPair)

async function makeKey(): Promise<Key> {
  const { privateKey } = await generate('rsa', { modulusLength: 2048 })
  return { kid: randomBytes(32).toString('base64'), privateKey, publicKey: createPublicKey(privateKey) }
}

export async function makeKeys(): Promise<Keys> {
  const [id, access] = await Promise.all([makeKey(), makeKey()])
  return { id, access }
}

/** The JSON Web Key Set (RFC 7517 §5). */
export function jwks(keys: Keys) {
  return {
    keys: [keys.id, keys.access].map(({ kid, publicKey }) => {
      const { e, n } = publicKey.export({ format: 'jwk' })
      return { alg: 'RS256', e, kid, kty: 'RSA', n, use: 'sig' }
    }),
  }
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

export function signToken(key: Key, claims: Claims): string {
  const content = `${encode({ kid: key.kid, alg: 'RS256' })}.${encode(claims)}`
  return `${content}.${sign('RSA-SHA256', Buffer.from(content), key.privateKey).toString('base64url')}`
}

/** Returns a token's claims, or undefined if this key did not sign it. Ignores the expiry. */
export function readToken(key: Key, token: string): Claims | undefined {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.')
  if (rest.length > 0) return undefined
  const content = Buffer.from(`${header}.${payload}`)
  if (!verify('RSA-SHA256', content, key.publicKey, Buffer.from(signature, 'base64url'))) return undefined
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims
}
