// What an app client's settings mean, with Cognito's defaults (API reference, CreateUserPoolClient).
import { createHmac } from 'node:crypto'
import { invalidParameter, notAuthorized } from './errors.ts'
import type { Client } from './pool.ts'

const seconds: Record<string, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 }

/** How long the tokens of a client live, in seconds. */
export function lifetimes({ properties: { TokenValidityUnits: units, ...p } }: Client) {
  const length = (value: number | undefined, unit: string, otherwise: number) =>
    value === undefined ? otherwise : value * (seconds[unit] ?? 1)
  return {
    access: length(p.AccessTokenValidity, units?.AccessToken ?? 'hours', 3600),
    id: length(p.IdTokenValidity, units?.IdToken ?? 'hours', 3600),
    refresh: length(p.RefreshTokenValidity || undefined, units?.RefreshToken ?? 'days', 30 * 86_400),
  }
}

/** How long a challenge waits for its answer, in ms. */
export const sessionLength = (client: Client) => (client.properties.AuthSessionValidity ?? 3) * 60_000

export const hidesAbsence = (client: Client) => client.properties.PreventUserExistenceErrors === 'ENABLED'

export const revocable = (client: Client) => client.properties.EnableTokenRevocation !== false

export const rotates = (client: Client) => client.properties.RefreshTokenRotation?.Feature === 'ENABLED'

const defaultFlows = ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH']

const refusals: Record<string, string> = {
  ADMIN_USER_PASSWORD_AUTH: 'Auth flow not enabled for this client',
  USER_PASSWORD_AUTH: 'USER_PASSWORD_AUTH flow not enabled for this client',
}

/** Throws InvalidParameterException where the client's ExplicitAuthFlows do not list the flow. */
export function assertFlow(client: Client, asked: string) {
  const flow = asked === 'ADMIN_NO_SRP_AUTH' ? 'ADMIN_USER_PASSWORD_AUTH' : asked
  const allowed = client.properties.ExplicitAuthFlows ?? defaultFlows
  if (!allowed.includes(`ALLOW_${flow}`))
    throw invalidParameter(refusals[flow] ?? `${flow} is not enabled for the client.`)
}

/** Base64(HMAC-SHA256(secret, username + client id)): developer guide, "Computing secret hash values". */
export const secretHash = (client: Client, username: string) =>
  createHmac('sha256', client.secret ?? '')
    .update(username + client.id)
    .digest('base64')

/** Throws NotAuthorizedException where the secret hash of a confidential client is missing or wrong. */
export function assertSecretHash(client: Client, username: string, hash: string | undefined) {
  assertSecret(client, client.secret === undefined ? undefined : secretHash(client, username), hash)
}

/** The same for operations that take the secret itself. */
export function assertClientSecret(client: Client, secret: string | undefined) {
  assertSecret(client, client.secret, secret)
}

function assertSecret(client: Client, expected: string | undefined, given: string | undefined) {
  if (expected !== undefined && given === undefined)
    throw notAuthorized(`Client ${client.id} is configured for secret but secret was not received`)
  if (expected !== given) throw notAuthorized(`Unable to verify secret hash for client ${client.id}`)
}
