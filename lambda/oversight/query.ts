// Reads and checks the query parameters.

import { ImpersonationError } from '../errors.ts'
import { withoutControls } from '../http/control-characters.ts'
import type { GatewayEvent } from '../http/gateway-event.ts'
import { isUsername } from '../http/username.ts'

export interface NamedUser {
  /** `actor`: the impersonations by this user. `subject`: the impersonations of this user. */
  by: 'actor' | 'subject'
  /** A username, an alias or a `sub`. */
  name: string
}

interface Page {
  limit: number
  /** The end of the last page, as the caller got it. Not checked yet. */
  next?: string
}

/** `from` and `to` are ms since the epoch. */
export type ListQuery = (NamedUser & Page & { from?: number; to?: number }) | ({ by: 'live' | 'prepared' } & Page)

const defaultLimit = 20

/** @throws ImpersonationError RequestInvalid, naming the parameter. */
export function readListQuery(event: GatewayEvent): ListQuery {
  const parameters = readParameters(event, ['actor', 'subject', 'live', 'state', 'from', 'to', 'limit', 'next'])
  const page = { limit: readLimit(parameters.limit), ...optional('next', parameters.next) }
  assertOneOf(parameters, ['actor', 'subject', 'live', 'state'])
  const { live, state } = parameters
  if (live !== undefined || state !== undefined) {
    assertValid(live === undefined || live === 'true', 'live must be true')
    assertValid(state === undefined || state === 'prepared', 'state must be prepared')
    for (const name of ['from', 'to'] as const)
      assertValid(parameters[name] === undefined, `${name} needs actor or subject`)
    return { by: live === undefined ? 'prepared' : 'live', ...page }
  }
  const from = readTime('from', parameters.from)
  const to = readTime('to', parameters.to)
  assertValid(from === undefined || to === undefined || from <= to, 'from must not be later than to')
  return { ...readNamedUser(parameters), ...page, ...optional('from', from), ...optional('to', to) }
}

/** @throws ImpersonationError RequestInvalid, naming the parameter. */
export function readEndAllQuery(event: GatewayEvent): NamedUser {
  const parameters = readParameters(event, ['actor', 'subject'])
  assertOneOf(parameters, ['actor', 'subject'])
  return readNamedUser(parameters)
}

/** @throws ImpersonationError RequestInvalid if there is a query parameter. */
export function assertNoQuery(event: GatewayEvent): void {
  readParameters(event, [])
}

/** @throws ImpersonationError RequestInvalid for an unknown or repeated parameter. */
function readParameters<Name extends string>(
  { multiValueQueryStringParameters }: GatewayEvent,
  known: readonly Name[],
): Partial<Record<Name, string>> {
  const sent = Object.entries(multiValueQueryStringParameters ?? {})
  for (const [name, values] of sent) {
    assertValid(
      (known as readonly string[]).includes(name),
      `${withoutControls(name.slice(0, 64))}: there is no such query parameter here`,
    )
    assertValid(values?.length === 1, `${name} is sent more than once`)
  }
  return Object.fromEntries(sent.map(([name, values]) => [name, values?.[0]])) as Partial<Record<Name, string>>
}

function assertOneOf<Name extends string>(parameters: Partial<Record<Name, string>>, names: readonly Name[]): void {
  const sent = names.filter((name) => parameters[name] !== undefined)
  assertValid(sent.length === 1, `send exactly one of the query parameters ${names.join(', ')}`)
}

/** One of the two is set. */
function readNamedUser({ actor, subject }: { actor?: string; subject?: string }): NamedUser {
  const [by, name] = actor === undefined ? (['subject', subject] as const) : (['actor', actor] as const)
  assertValid(isUsername(name), `${by} must be a username, an alias or a sub: 1 to 128 characters, without blanks`)
  return { by, name }
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return defaultLimit
  assertValid(/^([1-9]\d?|100)$/.test(text), 'limit must be a whole number from 1 to 100')
  return Number(text)
}

/** RFC 3339 §5.6 `date-time`. */
const dateTime = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i

function readTime(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [, date = ''] = dateTime.exec(text) ?? []
  const time = Date.parse(text.toUpperCase())
  assertValid(
    isDate(date) && Number.isFinite(time),
    `${name} must be a time such as 2026-11-25T15:10:00Z (RFC 3339), with "+" sent as %2B`,
  )
  return time
}

/** `Date` accepts 30 February as 2 March. */
function isDate(date: string): boolean {
  const midnight = Date.parse(`${date}T00:00:00Z`)
  return Number.isFinite(midnight) && new Date(midnight).toISOString().startsWith(date)
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined) {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value }
}

function assertValid(valid: unknown, message: string): asserts valid {
  if (!valid) throw new ImpersonationError('RequestInvalid', { message })
}
