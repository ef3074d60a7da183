// Reads the settings of an app client, with Cognito's defaults (API reference, CreateUserPoolClient).
import { createHmac } from 'node:crypto'
import { invalidParameter, notAuthorized } from './errors.ts'
import type { Client } from './pool.ts'

const seconds: Record<string, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 }

/** The lifetimes of a client's tokens, in seconds. */
export function lifetimes({ properties: { TokenValidityUnits: units, ...p } }: Pick<Client, 'properties'>) {
  const inSeconds = (value: number | undefined, unit: string) =>
    value === undefined ? undefined : value * (seconds[unit] ?? 1)
  return {
    access: inSeconds(p.AccessTokenValidity, units?.AccessToken ?? 'hours') ?? 3600,
    id: inSeconds(p.IdTokenValidity, units?.IdToken ?? 'hours') ?? 3600,
    refresh: inSeconds(p.RefreshTokenValidity, units?.RefreshToken ?? 'days') || 30 * 86_400,
  }
}

/** How long a challenge waits for its answer, ms. */
export const sessionLifetime = (client: Client) => (client.properties.AuthSessionValidity ?? 3) * 60_000

/** Whether a request for an unknown user gets the same error as one for a known user. */
export const hidesUnknownUsers = (client: Client) => client.properties.PreventUserExistenceErrors === 'ENABLED'

export const supportsRevocation = (client: Client) => client.properties.EnableTokenRevocation !== false

export const rotatesRefreshTokens = (client: Client) => client.properties.RefreshTokenRotation?.Feature === 'ENABLED'

const defaultFlows = ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH']

const refusedFlow: Record<string, string> = {
  ADMIN_USER_PASSWORD_AUTH: 'Auth flow not enabled for this client',
  USER_PASSWORD_AUTH: 'USER_PASSWORD_AUTH flow not enabled for this client',
}

/** @throws CognitoError InvalidParameterException if the client's ExplicitAuthFlows lack the flow */
export function assertFlow(client: Client, requested: string) {
  const flow = requested === 'ADMIN_NO_SRP_AUTH' ? 'ADMIN_USER_PASSWORD_AUTH' : requested
  const allowed = client.properties.ExplicitAuthFlows ?? defaultFlows
  if (!allowed.includes(`ALLOW_${flow}`))
    throw invalidParameter(refusedFlow[flow] ?? `${flow} is not enabled for the client.`)
}

/** Base64(HMAC-SHA256(secret, username + client id)) (developer guide, "Computing secret hash values"). */
const secretHash = (client: Client, username: string) =>
  createHmac('sha256', client.secret ?? '')
    .update(username + client.id)
    .digest('base64')

/** @throws CognitoError NotAuthorizedException if a confidential client sends a wrong secret hash or none */
export function assertSecretHash(client: Client, username: string, hash: string | undefined) {
  const expected = client.secret === undefined ? undefined : secretHash(client, username)
  assertSecret(client, { expected, received: hash })
}

/** As `assertSecretHash`, for operations that take the secret itself. */
export function assertClientSecret(client: Client, secret: string | undefined) {
  assertSecret(client, { expected: client.secret, received: secret })
}

function assertSecret(
  client: Client,
  { expected, received }: { expected: string | undefined; received: string | undefined },
) {
  if (expected !== undefined && received === undefined)
    throw notAuthorized(`Client ${client.id} is configured for secret but secret was not received`)
  if (expected !== received) throw notAuthorized(`Unable to verify secret hash for client ${client.id}`)
}
