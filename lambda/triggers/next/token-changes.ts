// Reads the changes of the owner's PreTokenGeneration strictly, and merges ours over them so that ours wins.

import { isObject } from '../../json.ts'
import { isGrantable } from '../../scopes.ts'

/** A trigger's changes to one token. */
export interface TokenChanges {
  claimsToAddOrOverride?: Record<string, unknown>
  claimsToSuppress?: string[]
  scopesToAdd?: string[]
  scopesToSuppress?: string[]
}

export interface Details {
  idTokenGeneration: TokenChanges
  accessTokenGeneration: TokenChanges
  /** Undefined or null if the owner's trigger sets no groups. */
  groupOverrideDetails?: object | null
}

/**
 * Takes only the fields that Cognito documents.
 * @throws Error naming the first field of a wrong type. Cognito refuses such an answer, too.
 */
export function readDetails(answer: unknown): Details {
  if (!isObject(answer) || !isObject(answer.response)) throw new Error('the answer has no response')
  const details = object(answer.response, 'claimsAndScopeOverrideDetails')
  const groups = details.groupOverrideDetails
  return {
    idTokenGeneration: readChanges(object(details, 'idTokenGeneration')),
    accessTokenGeneration: readChanges(object(details, 'accessTokenGeneration')),
    ...(groups !== undefined && { groupOverrideDetails: groups === null ? null : readGroups(groups) }),
  }
}

/** The groups that these changes give the tokens. */
export function groupsIn({ groupOverrideDetails }: Details): string[] {
  const { groupsToOverride = [] } = (groupOverrideDetails ?? {}) as { groupsToOverride?: string[] }
  return groupsToOverride
}

/** Merges ours over theirs. Theirs cannot suppress our claims, and cannot add Cognito's own scopes. */
export function mergeOver(theirs: Details, ours: Details): Details {
  return {
    idTokenGeneration: mergeToken(theirs.idTokenGeneration, ours.idTokenGeneration),
    accessTokenGeneration: mergeToken(theirs.accessTokenGeneration, ours.accessTokenGeneration),
    groupOverrideDetails:
      theirs.groupOverrideDetails === undefined ? (ours.groupOverrideDetails ?? null) : theirs.groupOverrideDetails,
  }
}

function mergeToken(theirs: TokenChanges, ours: TokenChanges): TokenChanges {
  // Drop a claim `scope`: it could replace the scopes.
  const { scope: _, ...claims } = theirs.claimsToAddOrOverride ?? {}
  const claimsToAddOrOverride = { ...claims, ...ours.claimsToAddOrOverride }
  const suppressed = (theirs.claimsToSuppress ?? []).filter(
    (name) => !Object.hasOwn(ours.claimsToAddOrOverride ?? {}, name),
  )
  const scopes = (theirs.scopesToAdd ?? []).filter(isGrantable)
  const merged = {
    claimsToSuppress: [...suppressed, ...(ours.claimsToSuppress ?? [])],
    scopesToAdd: [...new Set([...scopes, ...(ours.scopesToAdd ?? [])])],
    scopesToSuppress: [...new Set([...(theirs.scopesToSuppress ?? []), ...(ours.scopesToSuppress ?? [])])],
  }
  return { claimsToAddOrOverride, ...Object.fromEntries(Object.entries(merged).filter(([, list]) => list.length > 0)) }
}

function readChanges(changes: Record<string, unknown>): TokenChanges {
  return {
    claimsToAddOrOverride: object(changes, 'claimsToAddOrOverride'),
    claimsToSuppress: strings(changes, 'claimsToSuppress'),
    scopesToAdd: strings(changes, 'scopesToAdd'),
    scopesToSuppress: strings(changes, 'scopesToSuppress'),
  }
}

function readGroups(groups: unknown): object {
  if (!isObject(groups)) throw new Error('groupOverrideDetails is not an object')
  const { preferredRole } = groups
  if (preferredRole !== undefined && preferredRole !== null && typeof preferredRole !== 'string')
    throw new Error('preferredRole is not a string')
  return {
    groupsToOverride: strings(groups, 'groupsToOverride'),
    iamRolesToOverride: strings(groups, 'iamRolesToOverride'),
    ...(preferredRole !== undefined && { preferredRole }),
  }
}

/** Null or missing means empty. */
function object(parent: Record<string, unknown>, name: string): Record<string, unknown> {
  const value = parent[name] ?? {}
  if (!isObject(value)) throw new Error(`${name} is not an object`)
  return value
}

function strings(parent: Record<string, unknown>, name: string): string[] {
  const value = parent[name] ?? []
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw new Error(`${name} is not a list of strings`)
  return value
}
