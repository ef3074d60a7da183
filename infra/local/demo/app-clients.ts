// The app clients of the demo's two sites. At AWS, each site has its own, too.

import { addParts } from '../cognito/make-pool.ts'
import type { Pool } from '../cognito/pool.ts'
import type { LocalRun } from '../run.ts'

/** The shop's customers sign in with this client. */
export const shopClientId = 'localdemoshop'

/** Staff sign in with this client in the back office. The stack's own client has no flow for a password if `basic` is false. */
export const backOfficeClientId = 'localdemobackoffice'

/** The highest level (`acr`) that a password reaches. People of the local run have nothing else. */
export const levelOfPassword = 'urn:cognito:loa:1'

/** The user's own settings replace the demo's clients. */
export function demoClients({ outputs, settings }: Pick<LocalRun, 'outputs' | 'settings'>) {
  const { ActorClientId = '' } = outputs
  const { actorClientIds, subjectClientIds } = settings
  return {
    staff: actorClientIds.find((id) => id !== ActorClientId) ?? ActorClientId,
    customers: subjectClientIds[0] ?? shopClientId,
  }
}

/**
 * The levels that staff ask for, the highest first. The lowest is always among them: otherwise, Cognito would refuse people
 * who cannot reach `actorAcr`, and they would never see the API's refusal.
 */
export function levelsToAskFor(actorAcr: readonly string[]): string[] {
  return actorAcr.length === 0 ? [] : [...new Set([...actorAcr, levelOfPassword])]
}

/** Adds the clients that the pool lacks. */
export function addDemoClients(pool: Pool, ids: readonly string[]): void {
  const properties = { ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ALLOW_USER_AUTH'] }
  const clients = ids.filter((id) => !pool.clients.has(id)).map((id) => ({ id, properties }))
  addParts(pool, { clients, groups: [] })
}
