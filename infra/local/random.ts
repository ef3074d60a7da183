// Random text: ids and secrets.
import { randomBytes } from 'node:crypto'

export const lowerCase = 'abcdefghijklmnopqrstuvwxyz0123456789'
export const mixedCase = `ABCDEFGHIJKLMNOPQRSTUVWXYZ${lowerCase}`

/** Makes a value that nobody can guess. */
export function secret(length: number, alphabet: string = lowerCase): string {
  return spell(randomBytes(length), length, alphabet)
}

/** Writes each byte as one character of the alphabet. */
export function spell(bytes: Uint8Array, length: number, alphabet: string): string {
  return [...bytes.subarray(0, length)].map((byte) => alphabet[byte % alphabet.length]).join('')
}
