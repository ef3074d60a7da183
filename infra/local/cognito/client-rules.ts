// Checks the settings of a new app client (API reference, CreateUserPoolClient).
import { lifetimes } from './client-settings.ts'
import { invalidParameter } from './errors.ts'
import type { Client, ClientProperties } from './pool.ts'

const minute = 60
const day = 86_400

const legacyFlows = ['ADMIN_NO_SRP_AUTH', 'CUSTOM_AUTH_FLOW_ONLY', 'USER_PASSWORD_AUTH']
const knownFlows = [
  'ALLOW_ADMIN_USER_PASSWORD_AUTH',
  'ALLOW_CUSTOM_AUTH',
  'ALLOW_REFRESH_TOKEN_AUTH',
  'ALLOW_USER_AUTH',
  'ALLOW_USER_PASSWORD_AUTH',
  'ALLOW_USER_SRP_AUTH',
  ...legacyFlows,
]

/** @throws CognitoError InvalidParameterException */
export function assertClientSettings(client: Pick<Client, 'properties'>) {
  assertFlows(client.properties)
  assertLifetimes(client)
  assertRange(client.properties.AuthSessionValidity, { name: 'authSessionValidity', min: 3, max: 15 })
  const { RetryGracePeriodSeconds: grace } = client.properties.RefreshTokenRotation ?? {}
  assertRange(grace, { name: 'refreshTokenRotation.retryGracePeriodSeconds', min: 0, max: 60 })
}

function assertFlows({ ExplicitAuthFlows: flows = [], RefreshTokenRotation: rotation }: ClientProperties) {
  const unknown = flows.filter((flow) => !knownFlows.includes(flow))
  if (unknown.length > 0)
    throw violation('explicitAuthFlows', `Member must satisfy enum value set: [${knownFlows.join(', ')}]`)
  if (flows.some((flow) => legacyFlows.includes(flow)) && flows.some((flow) => flow.startsWith('ALLOW_')))
    throw invalidParameter('Legacy ExplicitAuthFlows cannot be combined with values that begin with ALLOW_.')
  // A client without ExplicitAuthFlows passes, although its default has the flow: AWS CDK makes such clients.
  if (rotation?.Feature === 'ENABLED' && flows.includes('ALLOW_REFRESH_TOKEN_AUTH'))
    throw invalidParameter('ALLOW_REFRESH_TOKEN_AUTH cannot be enabled with refresh token rotation.')
}

/** The upper limit of a refresh token is 10 years. */
function assertLifetimes(client: Pick<Client, 'properties'>) {
  const { access, id, refresh } = lifetimes(client)
  const isShortLived = (seconds: number) => seconds >= 5 * minute && seconds <= day && seconds <= refresh
  if (refresh < 60 * minute || refresh > 3650 * day || !isShortLived(access) || !isShortLived(id))
    throw invalidParameter('Invalid range for token validity.')
}

function assertRange(value: number | undefined, { name, min, max }: { name: string; min: number; max: number }) {
  if (value === undefined) return
  if (value < min) throw violation(name, `Member must have value greater than or equal to ${min}`)
  if (value > max) throw violation(name, `Member must have value less than or equal to ${max}`)
}

const violation = (name: string, constraint: string) =>
  invalidParameter(`1 validation error detected: Value at '${name}' failed to satisfy constraint: ${constraint}`)
