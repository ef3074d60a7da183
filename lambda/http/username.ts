// Cognito's rule for usernames.

/**
 * Cognito's own pattern, `[\p{L}\p{M}\p{S}\p{N}\p{P}]+`, by the categories that it excludes: blanks (Z), and control characters and
 * others without a glyph (C). Node.js compiles this form five times as fast.
 */
const username = /^[^\p{Z}\p{C}]{1,128}$/u

export function isUsername(value: unknown): value is string {
  return typeof value === 'string' && username.test(value)
}
