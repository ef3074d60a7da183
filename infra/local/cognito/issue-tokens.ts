// Ends a sign-in: demands MFA, or runs the PostAuthentication and PreTokenGeneration triggers and signs the tokens.
import { randomBytes, randomUUID } from 'node:crypto'
import { runPostAuthentication } from './authentication-triggers.ts'
import type { ClientCall } from './call.ts'
import { accessClaims, idClaims } from './claims.ts'
import { lifetimes } from './client-settings.ts'
import { codeDelivery } from './code-delivery.ts'
import { signToken } from './keys.ts'
import { noOverrides, overrideAccess, overrideId, readOverrides } from './overrides.ts'
import type { Family, Pool, User } from './pool.ts'
import { runTrigger, triggerArn } from './run-trigger.ts'
import { openSession } from './sessions.ts'
import { eventAttributes, groupsOf } from './users.ts'

export type TokenSource =
  | 'TokenGeneration_Authentication'
  | 'TokenGeneration_NewPasswordChallenge'
  | 'TokenGeneration_RefreshTokens'

/** Ends a sign-in by password. Returns tokens, or a further challenge if the pool requires MFA. */
export async function finishSignIn(
  call: ClientCall,
  user: User,
  source: TokenSource = 'TokenGeneration_Authentication',
  metadata?: Record<string, string>,
): Promise<object> {
  if (call.pool.properties.MfaConfiguration === 'ON') return demandMfa(call, user)
  return openTokenFamily(call, user, source, metadata)
}

/** Ends a CUSTOM_AUTH sign-in. Users report that Cognito does not ask for MFA here (amplify-js#12887). */
export async function finishCustomAuth(call: ClientCall, user: User, metadata: Record<string, string> | undefined) {
  const finish = call.pool.enforcedInCustomAuth.has('MFA') ? finishSignIn : openTokenFamily
  return finish(call, user, 'TokenGeneration_Authentication', metadata)
}

/** Runs the PostAuthentication trigger and issues the first tokens of a sign-in. */
async function openTokenFamily(
  call: ClientCall,
  user: User,
  source: TokenSource,
  metadata: Record<string, string> | undefined,
): Promise<object> {
  await runPostAuthentication(call, user, metadata)
  const family: Family = {
    originJti: randomUUID(),
    clientId: call.client.id,
    user,
    authTime: Math.floor(call.now / 1000),
    eventId: randomUUID(),
    ...(call.level && { level: call.level }),
    endsAt: call.now + lifetimes(call.client).refresh * 1000,
    revoked: false,
  }
  const result = await issueTokens(call, family, source, metadata)
  call.pool.families.set(family.originJti, family)
  return { AuthenticationResult: { ...result, RefreshToken: addRefreshToken(call, family) }, ChallengeParameters: {} }
}

/** Makes a refresh token. It is opaque: only this server can read it. */
export function addRefreshToken(call: ClientCall, family: Family): string {
  const token = randomBytes(384).toString('base64url')
  call.pool.refreshTokens.set(token, { family, endsAt: undefined })
  return token
}

/** Makes an ID token and an access token. @throws CognitoError from the trigger */
export async function issueTokens(
  call: ClientCall,
  family: Family,
  source: TokenSource,
  metadata?: Record<string, string>,
) {
  const { pool, client, now } = call
  const groups = groupsOf(pool, family.user).map((group) => group.GroupName)
  const overrides = await runPreTokenGeneration(call, family.user, groups, source, metadata)
  const request = { pool, client, family, groups: overrides.groups, now }
  return {
    AccessToken: signToken(pool.keys.access, overrideAccess(accessClaims(request), overrides.access)),
    ExpiresIn: lifetimes(client).access,
    TokenType: 'Bearer',
    IdToken: signToken(pool.keys.id, overrideId(idClaims(request), overrides.id)),
  }
}

async function runPreTokenGeneration(
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
      ...(version > 1 ? { scopes: ['aws.cognito.signin.user.admin'] } : {}),
      ...(clientMetadata ? { clientMetadata } : {}),
    },
    response: version > 1 ? { claimsAndScopeOverrideDetails: null } : { claimsOverrideDetails: null },
  })
  return readOverrides(response, version, groups)
}

/** Versions 2 and 3 need the Essentials or Plus plan (developer guide, "Pre token generation Lambda trigger"). */
function eventVersion({ properties: { LambdaConfig, UserPoolTier } }: Pool): 1 | 2 | 3 {
  const version = LambdaConfig?.PreTokenGenerationConfig?.LambdaVersion
  if (UserPoolTier === 'LITE') return 1
  return version === 'V3_0' ? 3 : version === 'V2_0' ? 2 : 1
}

/**
 * Returns the challenge of a pool that requires MFA: SMS_MFA if the user has a telephone number and the pool has SMS,
 * otherwise MFA_SETUP, because users here have no other factor. This server accepts no answer to either.
 */
function demandMfa(call: ClientCall, user: User) {
  const factors = call.pool.properties.EnabledMfas ?? ['SOFTWARE_TOKEN_MFA']
  const bySms = user.attributes.has('phone_number') && factors.includes('SMS_MFA')
  const challenge = bySms ? 'SMS_MFA' : 'MFA_SETUP'
  const { DeliveryMedium, Destination } = codeDelivery(user, 'phone_number')
  return {
    ChallengeName: challenge,
    Session: openSession(call, { challenge, username: user.username, user }),
    ChallengeParameters: {
      USER_ID_FOR_SRP: user.username,
      ...(bySms
        ? { CODE_DELIVERY_DELIVERY_MEDIUM: DeliveryMedium, CODE_DELIVERY_DESTINATION: Destination }
        : { MFAS_CAN_SETUP: JSON.stringify(factors) }),
    },
  }
}
