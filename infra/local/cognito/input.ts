// Reads and checks the fields of a request, with Cognito's error messages.
import { CognitoError, invalidParameter } from './errors.ts'

const violation = (name: string, constraint: string) =>
  invalidParameter(
    `1 validation error detected: Value at '${name.charAt(0).toLowerCase()}${name.slice(1)}' failed to satisfy constraint: ${constraint}`,
  )

const wrongType = () => new CognitoError('SerializationException', 'Unexpected type in the request body')

/** The pattern of usernames in the API reference: no blanks, no control characters. */
const usernamePattern = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u

/** All methods throw a CognitoError: InvalidParameterException or, for a wrong type, SerializationException. */
export class Input {
  readonly #fields: Record<string, unknown>

  constructor(fields: Record<string, unknown>) {
    this.#fields = fields
  }

  /** Reads a string. Undefined if missing. */
  optional(name: string): string | undefined {
    const value = this.#fields[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'string') throw wrongType()
    return value
  }

  /** Reads a required string. */
  text(name: string): string {
    const value = this.optional(name)
    if (value === undefined) throw violation(name, 'Member must not be null')
    return value
  }

  username(name = 'Username'): string {
    const value = this.text(name)
    if (!usernamePattern.test(value))
      throw violation(name, 'Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+')
    return value
  }

  flag(name: string): boolean {
    return this.#fields[name] === true
  }

  /** Reads a number from `min` to `max`. Undefined if missing. */
  number(name: string, { min, max }: { min: number; max: number }): number | undefined {
    const value = this.#fields[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'number') throw wrongType()
    if (value < min) throw violation(name, `Member must have value greater than or equal to ${min}`)
    if (value > max) throw violation(name, `Member must have value less than or equal to ${max}`)
    return value
  }

  /** Reads a list of strings. Undefined if missing. */
  list(name: string): string[] | undefined {
    const value = this.#fields[name]
    if (value === undefined || value === null) return undefined
    if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) throw wrongType()
    return value
  }

  /** Reads a map of strings. Undefined if missing. */
  map(name: string): Record<string, string> | undefined {
    const value = this.#fields[name]
    if (value === undefined || value === null) return undefined
    if (!isStringMap(value)) throw wrongType()
    return value
  }

  /** Picks the named fields, unchecked. Ignores unknown fields and null, as AWS JSON does. */
  pick(names: readonly string[]): Record<string, unknown> {
    const found = Object.entries(this.#fields).filter(([name, value]) => names.includes(name) && value !== null)
    return Object.fromEntries(found)
  }

  /** Reads a list of `{Name, Value}`. Empty if missing. */
  attributes(name: string): [name: string, value: string][] {
    const value = this.#fields[name] ?? []
    if (!Array.isArray(value)) throw wrongType()
    return value.map((entry: { Name?: unknown; Value?: unknown } | null) => {
      if (typeof entry?.Name !== 'string' || typeof (entry.Value ?? '') !== 'string') throw wrongType()
      return [entry.Name, String(entry.Value ?? '')]
    })
  }
}

export function isStringMap(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((entry) => typeof entry === 'string')
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
