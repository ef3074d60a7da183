// Reads the functions' environment variables that the local run also needs.

import { type NextTriggers, readNextTriggers } from '../../../lambda/next-triggers.ts'
import type { FunctionDefinition } from './function-definitions.ts'

export interface FunctionSettings {
  impersonatorsGroup: string | undefined
  protectedGroups: string[]
  basic: boolean
}

export function readSettings(definitions: FunctionDefinition[]): FunctionSettings {
  const { IMPERSONATORS_GROUP, PROTECTED_GROUPS, BASIC } = variables(definitions)
  return {
    impersonatorsGroup: IMPERSONATORS_GROUP,
    protectedGroups: PROTECTED_GROUPS === undefined ? [] : JSON.parse(PROTECTED_GROUPS),
    basic: BASIC === 'true',
  }
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
