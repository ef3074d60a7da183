// Applies the changes of a PreTokenGeneration trigger to the claims.
// Source: developer guide, "Pre token generation Lambda trigger", mostly its "Claims and scopes reference".
import { selfServiceScope } from './claims.ts'
import { invalidLambdaResponse } from './errors.ts'
import { isObject } from './input.ts'
import type { Claims } from './keys.ts'

/** A trigger cannot add, change or suppress these claims. */
const reserved = new Set(
  (
    'acr amr at_hash aud auth_time azp client_id device_key event_id exp iat identities iss jti nbf nonce ' +
    'origin_jti sub token_use username version'
  ).split(' '),
)

/** Groups and scopes are changed by their own parameters. `dev:` attributes can only be suppressed. */
const canAdd = (name: string) => !reserved.has(name) && !/^(cognito|dev):/.test(name) && name !== 'scope'
/** `cognito:groups` is the only claim with that prefix that can be suppressed. */
const canSuppress = (name: string) =>
  name === 'cognito:groups' || (!reserved.has(name) && !name.startsWith('cognito:') && name !== 'scope')

/** ID token claims that cannot be arrays or objects. */
const plainClaims = new Set(['phone_number_verified', 'email_verified', 'updated_at', 'address'])

interface Changes {
  add: Record<string, unknown>
  suppress: string[]
  addScopes: string[]
  suppressScopes: string[]
}

export interface Overrides {
  id: Changes
  /** Undefined: event version 1, which changes only the groups of the access token. */
  access: Changes | undefined
  groups: string[]
}

export const noOverrides = (groups: string[]): Overrides => ({
  id: readChanges({}, 1),
  access: undefined,
  groups,
})

/**
 * Reads the trigger's `response`.
 * @throws CognitoError InvalidLambdaResponseException if a field has a wrong type or names an IAM role
 */
export function readOverrides(response: Record<string, unknown>, version: 1 | 2 | 3, groups: string[]): Overrides {
  const details = response[version === 1 ? 'claimsOverrideDetails' : 'claimsAndScopeOverrideDetails'] ?? {}
  if (!isObject(details)) throw invalidLambdaResponse()
  return {
    id: readChanges(version === 1 ? details : (details.idTokenGeneration ?? {}), version),
    access: version === 1 ? undefined : readChanges(details.accessTokenGeneration ?? {}, version),
    // Missing: the groups stay. Empty or null: the groups are suppressed.
    groups: details.groupOverrideDetails === undefined ? groups : readGroups(details.groupOverrideDetails ?? {}),
  }
}

function readChanges(from: unknown, version: 1 | 2 | 3): Changes {
  if (!isObject(from)) throw invalidLambdaResponse()
  const add = from.claimsToAddOrOverride ?? {}
  if (!isObject(add)) throw invalidLambdaResponse()
  const accepted = (value: unknown) => typeof value === 'string' || (version > 1 && value !== null)
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

/** Changes the claims of the ID token. If a claim is both added and suppressed, the token lacks it. */
export function overrideId(claims: Claims, changes: Changes): Claims {
  const result = { ...claims }
  for (const [name, value] of Object.entries(changes.add))
    if (canAdd(name) && !(plainClaims.has(name) && typeof value === 'object')) result[name] = value
  return suppress(result, changes.suppress)
}

/** Changes the claims of the access token. If no scope is left, the token has no scope claim. */
export function overrideAccess(claims: Claims, changes: Changes | undefined): Claims {
  if (!changes) return claims
  const result = { ...claims }
  for (const [name, value] of Object.entries(changes.add)) {
    const ownAudience = name === 'aud' && value === claims.client_id
    if (canAdd(name) || ownAudience) result[name] = value
  }
  const scopes = new Set([selfServiceScope, ...changes.addScopes])
  for (const scope of changes.suppressScopes) scopes.delete(scope)
  if (scopes.size > 0) result.scope = [...scopes].join(' ')
  else delete result.scope
  return suppress(result, changes.suppress)
}

function suppress(claims: Claims, names: string[]): Claims {
  const suppressed = new Set(names.filter(canSuppress))
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !suppressed.has(name)))
}
