// Cognito's rule for usernames.

/** Cognito's own pattern, which excludes blanks and control characters. */
const username = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u

export function isUsername(value: unknown): value is string {
  return typeof value === 'string' && username.test(value)
}
