// Collects secrets from calls to Cognito, and searches texts for them.

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

/** @returns the secrets that the text contains. It reads the text once: one search for each of 12,000 secrets takes 30 s. */
export function secretsIn(text: string, secrets: readonly string[]): string[] {
  const length = secrets.reduce((shortest, secret) => Math.min(shortest, secret.length), Number.POSITIVE_INFINITY)
  const byStart = Map.groupBy(secrets, (secret) => secret.slice(0, length))
  const found = new Set<string>()
  for (let at = 0; at + length <= text.length; at++) {
    for (const secret of byStart.get(text.slice(at, at + length)) ?? []) {
      if (text.startsWith(secret, at)) found.add(secret)
    }
  }
  return [...found]
}
