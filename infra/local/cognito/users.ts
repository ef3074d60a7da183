// Users: how they are found, made, changed, and shown by the API and to the triggers.
import { randomUUID } from 'node:crypto'
import { CognitoError, invalidParameter, userNotFound } from './errors.ts'
import type { Group, Pool, User, UserStatus } from './pool.ts'

/** The claims of OpenID Connect Core §5.1 that Cognito stores as standard attributes. */
const standardAttributes = new Set(
  (
    'address birthdate email email_verified family_name gender given_name locale middle_name name nickname ' +
    'phone_number phone_number_verified picture preferred_username profile updated_at website zoneinfo'
  ).split(' '),
)

/** Lower-cases a name if the pool ignores case. `pool.users` is keyed by the result. */
export const usernameKey = (pool: Pool, name: string) =>
  pool.properties.UsernameConfiguration?.CaseSensitive === false ? name.toLowerCase() : name

/**
 * Checks a name against the user's sign-in attributes. An alias must be verified, except `preferred_username`.
 * A username attribute may be unverified (developer guide, "Customizing sign-in attributes").
 */
function hasAlias(pool: Pool, user: User, name: string): boolean {
  const has = (attribute: string) => {
    const value = user.attributes.get(attribute)
    return value !== undefined && usernameKey(pool, value) === usernameKey(pool, name)
  }
  const verified = (alias: string) =>
    alias === 'preferred_username' || user.attributes.get(`${alias}_verified`) === 'true'
  return (
    (pool.properties.UsernameAttributes ?? []).some(has) ||
    (pool.properties.AliasAttributes ?? []).some((alias) => has(alias) && verified(alias))
  )
}

/** Finds a user by username or alias. */
export function findUser(pool: Pool, name: string): User | undefined {
  const user = pool.users.get(usernameKey(pool, name))
  return user ?? [...pool.users.values()].find((candidate) => hasAlias(pool, candidate, name))
}

/** False if the user was deleted since. A new user of the same name does not count. */
export const exists = (pool: Pool, user: User) => pool.users.get(usernameKey(pool, user.username)) === user

/** Finds a user by username or alias. @throws CognitoError UserNotFoundException */
export function userOf(pool: Pool, name: string): User {
  const user = findUser(pool, name)
  if (!user) throw userNotFound()
  return user
}

/**
 * Makes a user without a password.
 * @param now ms
 * @throws CognitoError UsernameExistsException, InvalidParameterException
 */
export function addUser(pool: Pool, name: string, attributes: [string, string][], status: UserStatus, now: number) {
  const sub = randomUUID()
  const namedByAttribute = (pool.properties.UsernameAttributes ?? []).length > 0 && status !== 'EXTERNAL_PROVIDER'
  const user: User = {
    username: namedByAttribute ? sub : usernameKey(pool, name),
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
  if (namedByAttribute) writeAttributes(pool, user, [[usernameAttribute(pool, name), name]], now)
  else assertUsername(pool, name)
  if (findUser(pool, name)) throw new CognitoError('UsernameExistsException', 'User account already exists')
  writeAttributes(pool, user, attributes, now)
  pool.users.set(usernameKey(pool, user.username), user)
  return user
}

function usernameAttribute(pool: Pool, name: string): string {
  const attribute = /^[^@\s]+@[^@\s]+$/.test(name) ? 'email' : 'phone_number'
  if (!pool.properties.UsernameAttributes?.includes(attribute))
    throw invalidParameter(`Username should be ${attribute === 'email' ? 'a phone number' : 'an email'}.`)
  return attribute
}

function assertUsername(pool: Pool, name: string) {
  if (pool.properties.AliasAttributes?.includes('email') && /^[^@\s]+@[^@\s]+$/.test(name))
    throw invalidParameter('Username cannot be of email format, since user pool is configured for email alias.')
}

/**
 * Sets attributes. An empty value removes the attribute.
 * @param now ms
 * @throws CognitoError InvalidParameterException if the pool's schema lacks an attribute
 */
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

/** Marks each changed address as unverified, unless the request sets `email_verified` or `phone_number_verified`. */
export function withUnverified(user: User, attributes: [string, string][]): [string, string][] {
  const named = new Set(attributes.map(([name]) => name))
  const changed = attributes.filter(([name, value]) => user.attributes.get(name) !== value).map(([name]) => name)
  const marks = changed.filter((name) => name === 'email' || name === 'phone_number').map((name) => `${name}_verified`)
  return [...attributes, ...marks.filter((mark) => !named.has(mark)).map((mark): [string, string] => [mark, 'false'])]
}

/**
 * Makes the verified e-mail address and telephone number aliases of this user alone.
 * @param force takes the alias from another user instead of throwing
 * @throws CognitoError AliasExistsException
 */
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
  return [...pool.users.values()].find((other) => other !== user && hasAlias(pool, other, value))
}

/** The attributes as the API lists them, `sub` first. */
export const listAttributes = (user: User) =>
  [['sub', user.sub] as const, ...user.attributes].map(([Name, Value]) => ({ Name, Value }))

/**
 * The `userAttributes` of trigger events. `cognito:email_alias` is not documented; users report it from pools that have
 * e-mail as an alias or a username.
 */
export function eventAttributes(pool: Pool, user: User | undefined): Record<string, string> {
  if (!user) return {}
  const { AliasAttributes = [], UsernameAttributes = [] } = pool.properties
  const email = user.attributes.get('email')
  const hasEmailAlias = email !== undefined && [...AliasAttributes, ...UsernameAttributes].includes('email')
  return {
    sub: user.sub,
    'cognito:user_status': user.status,
    ...Object.fromEntries(user.attributes),
    ...(hasEmailAlias && hasAlias(pool, user, email) ? { 'cognito:email_alias': email } : {}),
  }
}

/** The user's groups by precedence, the lowest value first. Groups without a precedence come last. */
export function groupsOf(pool: Pool, user: User): Group[] {
  const rank = (group: Group) => group.Precedence ?? Number.POSITIVE_INFINITY
  return [...user.groups]
    .flatMap((name) => pool.groups.get(name) ?? [])
    .sort((a, b) => (rank(a) === rank(b) ? (a.GroupName < b.GroupName ? -1 : 1) : rank(a) - rank(b)))
}
