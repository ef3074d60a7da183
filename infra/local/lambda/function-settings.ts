// Reads the functions' environment variables that the local run also needs.

import { actorGroups, subjectGroups } from '../../../lambda/actor-groups.ts'
import { type MayActAs, type ReasonPattern, readMayActAs } from '../../../lambda/config.ts'
import { type NextTriggers, readNextTriggers } from '../../../lambda/next-triggers.ts'
import type { FunctionDefinition } from './function-definitions.ts'

export interface FunctionSettings {
  impersonatorsGroup: string | undefined
  auditorsGroup: string | undefined
  approversGroup: string | undefined
  approvalGroups: string[]
  protectedGroups: string[]
  mayActAs: MayActAs | 'none'
  basic: boolean
  /** The app clients that actors sign in with. */
  actorClientIds: string[]
  /** The app clients of the pool's ordinary users. */
  subjectClientIds: string[]
  /** The `acr` values that an ID token of staff may have. Empty: no `acr` is needed. */
  actorAcr: string[]
  reasonPattern: ReasonPattern | 'none'
}

/** The groups whose members may impersonate. */
export function actorGroupsOf({ impersonatorsGroup, mayActAs }: FunctionSettings): string[] {
  return impersonatorsGroup === undefined ? [] : actorGroups({ impersonatorsGroup, mayActAs })
}

/** The groups in the settings that are the pool's own, without those that the stack makes. */
export function othersGroups(settings: FunctionSettings): string[] {
  const { impersonatorsGroup, auditorsGroup, approversGroup, approvalGroups, protectedGroups } = settings
  const made = [impersonatorsGroup, auditorsGroup, approversGroup]
  const named = [...protectedGroups, ...approvalGroups, ...actorGroupsOf(settings), ...subjectGroups(settings)]
  return [...new Set(named)].filter((name) => !made.includes(name))
}

export function readSettings(definitions: FunctionDefinition[]): FunctionSettings {
  const {
    IMPERSONATORS_GROUP,
    AUDITORS_GROUP,
    APPROVERS_GROUP,
    APPROVAL_GROUPS = '[]',
    PROTECTED_GROUPS,
    MAY_ACT_AS = 'none',
    BASIC,
    ACTOR_CLIENT_IDS = '[]',
    SUBJECT_CLIENT_IDS = '[]',
    ACTOR_ACR = '[]',
    REASON_PATTERN = 'none',
  } = variables(definitions)
  return {
    impersonatorsGroup: IMPERSONATORS_GROUP,
    auditorsGroup: AUDITORS_GROUP,
    approversGroup: APPROVERS_GROUP,
    approvalGroups: JSON.parse(APPROVAL_GROUPS),
    protectedGroups: PROTECTED_GROUPS === undefined ? [] : JSON.parse(PROTECTED_GROUPS),
    mayActAs: readMayActAs(MAY_ACT_AS, 'MAY_ACT_AS'),
    basic: BASIC === 'true',
    actorClientIds: JSON.parse(ACTOR_CLIENT_IDS),
    subjectClientIds: JSON.parse(SUBJECT_CLIENT_IDS),
    actorAcr: JSON.parse(ACTOR_ACR),
    reasonPattern: REASON_PATTERN === 'none' ? 'none' : JSON.parse(REASON_PATTERN),
  }
}

/** The ids of the API keys. */
export interface ApiKeyIds {
  customers: string[]
  resourceServers: string[]
}

/** Reads which keys the functions accept. Only the function that introspects accepts no callers, and the resource servers' keys. */
export function readApiKeyIds(definitions: FunctionDefinition[]): ApiKeyIds {
  const idsOf = (isCustomers: boolean) => {
    const found = definitions.find(
      ({ environment }) => 'API_KEY_IDS' in environment && 'ACTOR_CLIENT_IDS' in environment === isCustomers,
    )
    return JSON.parse(found?.environment.API_KEY_IDS ?? '[]') as string[]
  }
  return { customers: idsOf(true), resourceServers: idsOf(false) }
}

/** The pool's own triggers. */
export function readOwnTriggers(definitions: FunctionDefinition[]): NextTriggers {
  return readNextTriggers(variables(definitions).NEXT_TRIGGERS)
}

function variables(definitions: FunctionDefinition[]): Record<string, string> {
  return Object.assign({}, ...definitions.map(({ environment }) => environment))
}
