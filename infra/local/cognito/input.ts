// Reads the fields of a request, with Cognito's own complaints.
import { CognitoError, invalidParameter } from './errors.ts'

const violation = (name: string, constraint: string) =>
  invalidParameter(
    `1 validation error detected: Value at '${name.charAt(0).toLowerCase()}${name.slice(1)}' failed to satisfy constraint: ${constraint}`,
  )

const wrongType = () => new CognitoError('SerializationException', 'Unexpected type in the request body')

/** The pattern of a username, from the API reference: no blanks, no control characters. */
const usernamePattern = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u

export class Input {
  readonly #fields: Record<string, unknown>

  constructor(fields: Record<string, unknown>) {
    this.#fields = fields
  }

  /** A string that may be missing. */
  optional(name: string): string | undefined {
    const value = this.#fields[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'string') throw wrongType()
    return value
  }

  /** A string that must be there. */
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

  /** A whole number within the bounds, or undefined where it is missing. */
  number(name: string, least: number, most: number): number | undefined {
    const value = this.#fields[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'number') throw wrongType()
    if (value < least) throw violation(name, `Member must have value greater than or equal to ${least}`)
    if (value > most) throw violation(name, `Member must have value less than or equal to ${most}`)
    return value
  }

  /** A map of strings, or undefined where it is missing. */
  map(name: string): Record<string, string> | undefined {
    const value = this.#fields[name]
    if (value === undefined || value === null) return undefined
    if (!isStringMap(value)) throw wrongType()
    return value
  }

  /** Those of these fields that are there, as they were sent. Any other is ignored, as AWS JSON does. */
  pick(names: readonly string[]): Record<string, unknown> {
    const found = Object.entries(this.#fields).filter(([name, value]) => names.includes(name) && value !== null)
    return Object.fromEntries(found)
  }

  /** A list of `{Name, Value}`, as attributes are sent. */
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
