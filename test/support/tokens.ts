// Tokens in Cognito's form, signed with test keys.

import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { storedKeys } from './pool-keys.ts'

export const userPoolId = 'us-east-1_TestPool1'
export const issuer = `https://cognito-idp.us-east-1.amazonaws.com/${userPoolId}`

export interface Key {
  kid: string
  privateKey: KeyObject
  jwk: { kid: string; kty: string; alg: string; use: string; n?: string; e?: string }
}

const unused = storedKeys('tokens')

/** @returns another key at each call in a test file */
export function newKey(kid: string = randomUUID()): Key {
  const privateKey = unused.shift() ?? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const { n, e } = createPublicKey(privateKey).export({ format: 'jwk' })
  return { kid, privateKey, jwk: { kid, kty: 'RSA', alg: 'RS256', use: 'sig', ...(n && e && { n, e }) } }
}

export function signToken(key: Key, claims: object, header: object = {}): string {
  const input = [{ kid: key.kid, alg: 'RS256', ...header }, claims].map(encode).join('.')
  return `${input}.${sign('RSA-SHA256', Buffer.from(input), key.privateKey).toString('base64url')}`
}

export function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

/** @param at time of sign-in and issue, in ms. */
export function idClaims(at: number, changes: object = {}) {
  const seconds = Math.floor(at / 1000)
  return {
    sub: 'sub-of-olivia',
    aud: 'actors',
    iss: issuer,
    token_use: 'id',
    auth_time: seconds,
    iat: seconds,
    exp: seconds + 3600,
    jti: randomUUID(),
    'cognito:username': 'olivia',
    'cognito:groups': ['impersonators'],
    ...changes,
  }
}
