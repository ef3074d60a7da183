// What a PreTokenGeneration trigger may change in the tokens, and what it may not.
// Source: developer guide, "Pre token generation Lambda trigger", its "Claims and scopes reference" above all.
import { selfServiceScope } from './claims.ts'
import { invalidLambdaResponse } from './errors.ts'
import { isObject } from './input.ts'
import type { Claims } from './keys.ts'

/** Claims that can be neither added, nor changed, nor suppressed. Neither can anything else that starts with `cognito:`. */
const reserved = new Set(
  (
    'acr amr at_hash aud auth_time azp client_id device_key event_id exp iat identities iss jti nbf nonce ' +
    'origin_jti sub token_use username version'
  ).split(' '),
)

/** Groups and scopes have parameters of their own, `dev:` attributes can only be suppressed. */
const canAdd = (name: string) => !reserved.has(name) && !/^(cognito|dev):/.test(name) && name !== 'scope'
const canSuppress = (name: string) =>
  name === 'cognito:groups' || (!reserved.has(name) && !name.startsWith('cognito:') && name !== 'scope')

/** These claims of the ID token take no arrays or objects. */
const plain = new Set(['phone_number_verified', 'email_verified', 'updated_at', 'address'])

interface Changes {
  add: Record<string, unknown>
  suppress: string[]
  addScopes: string[]
  suppressScopes: string[]
}

export interface Overrides {
  id: Changes
  /** Undefined for version one, which leaves the access token alone but for its groups. */
  access: Changes | undefined
  groups: string[]
}

export const noOverrides = (groups: string[]): Overrides => ({
  id: changes({}, 1),
  access: undefined,
  groups,
})

/** Reads the trigger's `response`; throws InvalidLambdaResponseException where a field has another type than documented. */
export function readOverrides(response: Record<string, unknown>, version: 1 | 2, groups: string[]): Overrides {
  const details = response[version === 1 ? 'claimsOverrideDetails' : 'claimsAndScopeOverrideDetails'] ?? {}
  if (!isObject(details)) throw invalidLambdaResponse()
  return {
    id: changes(version === 1 ? details : (details.idTokenGeneration ?? {}), version),
    access: version === 1 ? undefined : changes(details.accessTokenGeneration ?? {}, version),
    // Absent keeps the groups; present but empty, or null, suppresses them.
    groups: details.groupOverrideDetails === undefined ? groups : readGroups(details.groupOverrideDetails ?? {}),
  }
}

function changes(from: unknown, version: 1 | 2): Changes {
  if (!isObject(from)) throw invalidLambdaResponse()
  const add = from.claimsToAddOrOverride ?? {}
  if (!isObject(add)) throw invalidLambdaResponse()
  const accepted = (value: unknown) => typeof value === 'string' || (version === 2 && value !== null)
  if (!Object.values(add).every(accepted)) throw invalidLambdaResponse()
  return {
    add,
    suppress: strings(from.claimsToSuppress),
    addScopes: strings(from.scopesToAdd),
    suppressScopes: strings(from.scopesToSuppress),
  }
}

function readGroups(from: unknown): string[] {
  if (!isObject(from)) throw invalidLambdaResponse()
  if (strings(from.iamRolesToOverride).length > 0 || (from.preferredRole ?? null) !== null)
    throw invalidLambdaResponse('The local Cognito has no IAM roles of groups.')
  return strings(from.groupsToOverride)
}

function strings(value: unknown): string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) throw invalidLambdaResponse()
  return value
}

/** The ID token's claims with the changes. A claim that is both added and suppressed is suppressed. */
export function overrideId(claims: Claims, changes: Changes): Claims {
  const changed = { ...claims }
  for (const [name, value] of Object.entries(changes.add))
    if (canAdd(name) && !(plain.has(name) && typeof value === 'object')) changed[name] = value
  return suppress(changed, changes.suppress)
}

/** The access token's claims with the changes; without a scope left it has no scope claim. */
export function overrideAccess(claims: Claims, changes: Changes | undefined): Claims {
  if (!changes) return claims
  const changed = { ...claims }
  for (const [name, value] of Object.entries(changes.add)) {
    const ownAudience = name === 'aud' && value === claims.client_id
    if (canAdd(name) || ownAudience) changed[name] = value
  }
  const scopes = new Set([selfServiceScope, ...changes.addScopes])
  for (const scope of changes.suppressScopes) scopes.delete(scope)
  if (scopes.size > 0) changed.scope = [...scopes].join(' ')
  else delete changed.scope
  return suppress(changed, changes.suppress)
}

function suppress(claims: Claims, names: string[]): Claims {
  const gone = new Set(names.filter(canSuppress))
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !gone.has(name)))
}
