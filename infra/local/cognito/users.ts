// Users: finding one by name or alias, making one, writing attributes, and how the API and the triggers show one.
import { randomUUID } from 'node:crypto'
import { CognitoError, invalidParameter, notAuthorized, userNotFound } from './errors.ts'
import type { Group, Pool, User, UserStatus } from './pool.ts'

/** The claims of OpenID Connect Core §5.1 that Cognito keeps as standard attributes. */
const standardAttributes = new Set(
  (
    'address birthdate email email_verified family_name gender given_name locale middle_name name nickname ' +
    'phone_number phone_number_verified picture preferred_username profile updated_at website zoneinfo'
  ).split(' '),
)

/** The form in which two names are compared. */
export const fold = (pool: Pool, name: string) =>
  pool.properties.UsernameConfiguration?.CaseSensitive === false ? name.toLowerCase() : name

/** An alias counts once it is verified; the value of a username attribute counts at once (developer guide, "Customizing sign-in attributes"). */
function answersTo(pool: Pool, user: User, name: string): boolean {
  const has = (attribute: string) => {
    const value = user.attributes.get(attribute)
    return value !== undefined && fold(pool, value) === fold(pool, name)
  }
  const verified = (alias: string) =>
    alias === 'preferred_username' || user.attributes.get(`${alias}_verified`) === 'true'
  return (
    (pool.properties.UsernameAttributes ?? []).some(has) ||
    (pool.properties.AliasAttributes ?? []).some((alias) => has(alias) && verified(alias))
  )
}

/** The user of this username or alias. */
export function findUser(pool: Pool, name: string): User | undefined {
  const user = pool.users.get(fold(pool, name))
  return user ?? [...pool.users.values()].find((candidate) => answersTo(pool, candidate, name))
}

/** Whether a user that was found earlier is still there. */
export const exists = (pool: Pool, user: User) => pool.users.get(fold(pool, user.username)) === user

/** The user of this username or alias. Throws UserNotFoundException. */
export function userOf(pool: Pool, name: string): User {
  const user = findUser(pool, name)
  if (!user) throw userNotFound()
  return user
}

/** Makes a user without a password. Throws UsernameExistsException, InvalidParameterException. */
export function addUser(pool: Pool, name: string, attributes: [string, string][], status: UserStatus, now: number) {
  const sub = randomUUID()
  const byAttribute = (pool.properties.UsernameAttributes ?? []).length > 0 && status !== 'EXTERNAL_PROVIDER'
  const user: User = {
    username: byAttribute ? sub : fold(pool, name),
    sub,
    status,
    enabled: true,
    attributes: new Map(),
    groups: new Set(),
    password: undefined,
    passwordEndsAt: undefined,
    createdAt: now,
    modifiedAt: now,
  }
  if (byAttribute) writeAttributes(pool, user, [[attributeOf(pool, name), name]], now)
  else assertUsername(pool, name)
  if (findUser(pool, name)) throw new CognitoError('UsernameExistsException', 'User account already exists')
  writeAttributes(pool, user, attributes, now)
  pool.users.set(fold(pool, user.username), user)
  return user
}

function attributeOf(pool: Pool, name: string): string {
  const attribute = /^[^@\s]+@[^@\s]+$/.test(name) ? 'email' : 'phone_number'
  if (!pool.properties.UsernameAttributes?.includes(attribute))
    throw invalidParameter(`Username should be ${attribute === 'email' ? 'a phone number' : 'an email'}.`)
  return attribute
}

function assertUsername(pool: Pool, name: string) {
  if (pool.properties.AliasAttributes?.includes('email') && /^[^@\s]+@[^@\s]+$/.test(name))
    throw invalidParameter('Username cannot be of email format, since user pool is configured for email alias.')
}

/** Sets attributes; an empty value removes one. Throws InvalidParameterException for one that the pool's schema lacks. */
export function writeAttributes(pool: Pool, user: User, attributes: [string, string][], now: number) {
  for (const [name] of attributes) {
    const custom = (pool.properties.Schema ?? []).some((entry) => `custom:${entry.Name}` === name)
    if (!standardAttributes.has(name) && !custom)
      throw invalidParameter(`Attributes did not conform to the schema: ${name}: Attribute does not exist in schema.`)
  }
  for (const [name, value] of attributes) {
    if (value === '') user.attributes.delete(name)
    else user.attributes.set(name, value)
  }
  user.modifiedAt = now
}

/** The attributes together with what a changed address entails: it counts as unverified until something else is said. */
export function withUnverified(user: User, attributes: [string, string][]): [string, string][] {
  const said = new Set(attributes.map(([name]) => name))
  const changed = attributes.filter(([name, value]) => user.attributes.get(name) !== value).map(([name]) => name)
  const marks = changed.filter((name) => name === 'email' || name === 'phone_number').map((name) => `${name}_verified`)
  return [...attributes, ...marks.filter((mark) => !said.has(mark)).map((mark): [string, string] => [mark, 'false'])]
}

/** A verified alias has one holder: a second one is refused, or takes it over. Throws AliasExistsException. */
export function claimAliases(pool: Pool, user: User, force: boolean) {
  for (const attribute of ['email', 'phone_number'] as const) {
    if (user.attributes.get(`${attribute}_verified`) !== 'true') continue
    const holder = holderOfAlias(pool, user, attribute)
    if (!holder) continue
    if (!force) throw new CognitoError('AliasExistsException', `An account with the ${attribute} already exists.`)
    holder.attributes.set(`${attribute}_verified`, 'false')
  }
}

function holderOfAlias(pool: Pool, user: User, attribute: 'email' | 'phone_number'): User | undefined {
  const value = user.attributes.get(attribute)
  if (value === undefined || !pool.properties.AliasAttributes?.includes(attribute)) return undefined
  return [...pool.users.values()].find((other) => other !== user && answersTo(pool, other, value))
}

/** Only Cognito and administrators say what is verified. Throws NotAuthorizedException. */
export function assertWritable(attributes: [string, string][]) {
  if (attributes.some(([name]) => name.endsWith('_verified')))
    throw notAuthorized('A client attempted to write unauthorized attribute')
}

/** As the API lists attributes, `sub` first. */
export const listAttributes = (user: User) =>
  [['sub', user.sub] as const, ...user.attributes].map(([Name, Value]) => ({ Name, Value }))

/** As the triggers see them, with the status and, in pools with aliases, the alias in force (as logged by users; not documented). */
export function eventAttributes(pool: Pool, user: User | undefined): Record<string, string> {
  if (!user) return {}
  const { AliasAttributes = [], UsernameAttributes = [] } = pool.properties
  const email = user.attributes.get('email')
  const aliased = email !== undefined && [...AliasAttributes, ...UsernameAttributes].includes('email')
  return {
    sub: user.sub,
    'cognito:user_status': user.status,
    ...Object.fromEntries(user.attributes),
    ...(aliased && answersTo(pool, user, email) ? { 'cognito:email_alias': email } : {}),
  }
}

/** The user's groups, the most important first: lower precedence values come first, none at all last. */
export function groupsOf(pool: Pool, user: User): Group[] {
  const rank = (group: Group) => group.Precedence ?? Number.POSITIVE_INFINITY
  return [...user.groups]
    .flatMap((name) => pool.groups.get(name) ?? [])
    .sort((a, b) => (rank(a) === rank(b) ? (a.GroupName < b.GroupName ? -1 : 1) : rank(a) - rank(b)))
}
