// The Filter of ListUsers: one attribute, `=` or `^=`, and a value in quotes.
// Source: API reference, ListUsers; developer guide, "Searching for user attributes".
import { invalidParameter } from './errors.ts'
import type { User } from './pool.ts'

const attribute = (name: string) => (user: User) => user.attributes.get(name)

/** How to read the attributes that can be searched. Custom attributes cannot. */
export const searchable = new Map<string, (user: User) => string | undefined>([
  ['username', (user) => user.username],
  ['sub', (user) => user.sub],
  ['status', (user) => (user.enabled ? 'Enabled' : 'Disabled')],
  ['cognito:user_status', (user) => user.status],
  ...'email phone_number name given_name family_name preferred_username'
    .split(' ')
    .map((name) => [name, attribute(name)] as const),
])

/** The name may be in quotes. Quotes in the value are escaped by a backslash. */
const pattern = /^\s*("?)([\w:]+)\1\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/

/**
 * Makes a filter of users. An empty text matches everyone.
 * @throws CognitoError InvalidParameterException
 */
export function readFilter(text: string): (user: User) => boolean {
  if (text === '') return () => true
  if (text.length > 256)
    throw invalidParameter(
      "1 validation error detected: Value at 'filter' failed to satisfy constraint: Member must have length less than or equal to 256",
    )
  const [, , name = '', type, quoted = ''] = pattern.exec(text) ?? []
  if (type === undefined) throw invalidParameter('Error while parsing filter.')
  const read = searchable.get(name)
  if (!read) throw invalidParameter(`Invalid search attribute: ${name}`)
  // The reference calls only this attribute case-insensitive.
  const fold = (value: string) => (name === 'cognito:user_status' ? value.toUpperCase() : value)
  const wanted = fold(quoted.replace(/\\(.)/g, '$1'))
  return (user) => {
    const value = fold(read(user) ?? '')
    return type === '=' ? value === wanted : value.startsWith(wanted)
  }
}
