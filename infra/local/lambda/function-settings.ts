// Reads the functions' environment variables that the local run also needs.

import { type NextTriggers, readNextTriggers } from '../../../lambda/next-triggers.ts'
import type { FunctionDefinition } from './function-definitions.ts'

export interface FunctionSettings {
  impersonatorsGroup: string | undefined
  auditorsGroup: string | undefined
  protectedGroups: string[]
  basic: boolean
  /** The app clients of the pool's ordinary users. */
  subjectClientIds: string[]
  /** The levels (`acr`) of staff's sign-ins that count. Empty: any. */
  actorAcr: string[]
}

/** The protected groups that are the pool's own, without those that the stack makes. */
export function othersGroups({ impersonatorsGroup, auditorsGroup, protectedGroups }: FunctionSettings): string[] {
  return protectedGroups.filter((name) => name !== impersonatorsGroup && name !== auditorsGroup)
}

export function readSettings(definitions: FunctionDefinition[]): FunctionSettings {
  const {
    IMPERSONATORS_GROUP,
    AUDITORS_GROUP,
    PROTECTED_GROUPS,
    BASIC,
    SUBJECT_CLIENT_IDS = '[]',
    ACTOR_ACR = '[]',
  } = variables(definitions)
  return {
    impersonatorsGroup: IMPERSONATORS_GROUP,
    auditorsGroup: AUDITORS_GROUP,
    protectedGroups: PROTECTED_GROUPS === undefined ? [] : JSON.parse(PROTECTED_GROUPS),
    basic: BASIC === 'true',
    subjectClientIds: JSON.parse(SUBJECT_CLIENT_IDS),
    actorAcr: JSON.parse(ACTOR_ACR),
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

/** The ids of the app clients that actors sign in with. */
export function readActorClientIds(definitions: FunctionDefinition[]): string[] {
  return JSON.parse(variables(definitions).ACTOR_CLIENT_IDS ?? '[]')
}

/** The pool's own triggers. */
export function readOwnTriggers(definitions: FunctionDefinition[]): NextTriggers {
  return readNextTriggers(variables(definitions).NEXT_TRIGGERS)
}

function variables(definitions: FunctionDefinition[]): Record<string, string> {
  return Object.assign({}, ...definitions.map(({ environment }) => environment))
}
