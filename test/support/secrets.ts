// What must not be seen in a log, gathered from the calls to Cognito that carry it.

const fields = [
  'ANSWER',
  'PASSWORD',
  'Password',
  'SECRET_HASH',
  'ClientSecret',
  'Session',
  'IdToken',
  'AccessToken',
  'RefreshToken',
  'Token',
]

/** Adds the secrets in a call's fields, or in its answer. */
export function noteSecrets(from: object, secrets: Set<string>): void {
  for (const [name, value] of Object.entries(from)) {
    if (typeof value === 'object' && value !== null) noteSecrets(value, secrets)
    else if (fields.includes(name) && typeof value === 'string' && value.length > 5) {
      // Of an answer the id is no secret, what follows it is.
      secrets.add(name === 'ANSWER' ? (value.split('.')[1] ?? value) : value)
    }
  }
}
