// Issues tokens: asks the PreTokenGeneration trigger, applies what it may change, signs. Also the step that may come before: MFA.
import { randomBytes, randomUUID } from 'node:crypto'
import { accessClaims, idClaims } from './claims.ts'
import { lifetimes } from './client-settings.ts'
import { signToken } from './keys.ts'
import { noOverrides, overrideAccess, overrideId, readOverrides } from './overrides.ts'
import type { ClientCall, Family, Pool, User } from './pool.ts'
import { runTrigger, triggerArn } from './run-trigger.ts'
import { openSession } from './sessions.ts'
import { eventAttributes, groupsOf } from './users.ts'

export type TokenSource =
  | 'TokenGeneration_Authentication'
  | 'TokenGeneration_NewPasswordChallenge'
  | 'TokenGeneration_RefreshTokens'

/** Ends a sign-in that has proven the user: with tokens, or with one more challenge where the pool demands MFA. */
export async function finishSignIn(
  call: ClientCall,
  user: User,
  source: TokenSource = 'TokenGeneration_Authentication',
  metadata?: Record<string, string>,
): Promise<object> {
  if (call.pool.properties.MfaConfiguration === 'ON') return demandMfa(call, user)
  const family: Family = {
    originJti: randomUUID(),
    clientId: call.client.id,
    user,
    authTime: Math.floor(call.now / 1000),
    eventId: randomUUID(),
    endsAt: call.now + lifetimes(call.client).refresh * 1000,
    revoked: false,
  }
  const result = await issueTokens(call, family, source, metadata)
  call.pool.families.set(family.originJti, family)
  return { AuthenticationResult: { ...result, RefreshToken: addRefreshToken(call, family) }, ChallengeParameters: {} }
}

/** A fresh refresh token: opaque, known to this server alone. */
export function addRefreshToken(call: ClientCall, family: Family): string {
  const token = randomBytes(384).toString('base64url')
  call.pool.refreshTokens.set(token, { family, endsAt: undefined })
  return token
}

/** Fresh ID and access tokens. Throws what the trigger makes it throw. */
export async function issueTokens(
  call: ClientCall,
  family: Family,
  source: TokenSource,
  metadata?: Record<string, string>,
) {
  const { pool, client, now } = call
  const groups = groupsOf(pool, family.user).map((group) => group.GroupName)
  const overrides = await askTrigger(call, family.user, groups, source, metadata)
  const access = overrideAccess(accessClaims(pool, client, family, overrides.groups, now), overrides.access)
  const id = overrideId(idClaims(pool, client, family, overrides.groups, now), overrides.id)
  return {
    AccessToken: signToken(pool.keys.access, access),
    ExpiresIn: lifetimes(client).access,
    TokenType: 'Bearer',
    IdToken: signToken(pool.keys.id, id),
  }
}

async function askTrigger(
  call: ClientCall,
  user: User,
  groups: string[],
  triggerSource: TokenSource,
  clientMetadata: Record<string, string> | undefined,
) {
  const { pool } = call
  if (!triggerArn(pool, 'PreTokenGeneration')) return noOverrides(groups)
  const version = eventVersion(pool)
  const response = await runTrigger(call, 'PreTokenGeneration', {
    version: String(version),
    triggerSource,
    userName: user.username,
    request: {
      userAttributes: eventAttributes(pool, user),
      groupConfiguration: { groupsToOverride: groups, iamRolesToOverride: [], preferredRole: null },
      ...(version === 2 ? { scopes: ['aws.cognito.signin.user.admin'] } : {}),
      ...(clientMetadata ? { clientMetadata } : {}),
    },
    response: version === 2 ? { claimsAndScopeOverrideDetails: null } : { claimsOverrideDetails: null },
  })
  return readOverrides(response, version, groups)
}

/** Version two needs the Essentials or Plus plan (developer guide, "Pre token generation Lambda trigger", "Event versions"). */
function eventVersion({ properties: { LambdaConfig, UserPoolTier } }: Pool): 1 | 2 {
  return LambdaConfig?.PreTokenGenerationConfig?.LambdaVersion === 'V2_0' && UserPoolTier !== 'LITE' ? 2 : 1
}

/**
 * The challenge of a pool that requires MFA: SMS_MFA for a user with a telephone number where the pool has SMS, else
 * MFA_SETUP, since users here have no other factor. It can't be answered here. Whether Cognito demands it after
 * CUSTOM_AUTH without SRP is not documented (users report that it does not): this server does where MfaConfiguration is ON.
 */
function demandMfa(call: ClientCall, user: User) {
  const factors = call.pool.properties.EnabledMfas ?? ['SOFTWARE_TOKEN_MFA']
  const phone = user.attributes.get('phone_number')
  const bySms = phone !== undefined && factors.includes('SMS_MFA')
  const challenge = bySms ? 'SMS_MFA' : 'MFA_SETUP'
  return {
    ChallengeName: challenge,
    Session: openSession(call, { challenge, username: user.username, user }),
    ChallengeParameters: {
      USER_ID_FOR_SRP: user.username,
      ...(bySms
        ? { CODE_DELIVERY_DELIVERY_MEDIUM: 'SMS', CODE_DELIVERY_DESTINATION: `+*******${phone.slice(-4)}` }
        : { MFAS_CAN_SETUP: JSON.stringify(factors) }),
    },
  }
}
