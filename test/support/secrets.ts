// Collects secrets from calls to Cognito, to search the logs for them.

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

/** Adds the secrets of a request or response. */
export function collectSecrets(from: object, secrets: Set<string>): void {
  for (const [name, value] of Object.entries(from)) {
    if (typeof value === 'object' && value !== null) collectSecrets(value, secrets)
    else if (fields.includes(name) && typeof value === 'string' && value.length > 5) {
      // An answer is `id.grant`. The id is not a secret.
      secrets.add(name === 'ANSWER' ? (value.split('.')[1] ?? value) : value)
    }
  }
}
