// The form of the ids of impersonations, and of Cognito's `sub`.

/** The pattern of a UUID in lower case. */
export const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

const whole = new RegExp(`^${uuid}$`)

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && whole.test(value)
}
