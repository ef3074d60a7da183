// What Cognito refuses in a pool's settings, as far as somebody who sends back what DescribeUserPool said runs into it.
import { CognitoError, invalidParameter } from './errors.ts'
import type { PoolProperties } from './pool.ts'
import { defaultTier } from './pool-defaults.ts'

/** Keys of tags that AWS sets itself. */
export const isReserved = (key: string) => key.toLowerCase().startsWith('aws:')

/** Throws where two settings of the request are at odds. */
export function assertConsistent(given: PoolProperties, before: PoolProperties) {
  const { AdminCreateUserConfig, LambdaConfig, AutoVerifiedAttributes = [] } = given
  const policy = given.Policies ?? before.Policies
  if (
    AdminCreateUserConfig?.UnusedAccountValidityDays !== undefined &&
    policy?.PasswordPolicy?.TemporaryPasswordValidityDays !== undefined
  )
    throw invalidParameter(
      'Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays',
    )

  const { PreTokenGeneration: legacy, PreTokenGenerationConfig: versioned } = LambdaConfig ?? {}
  if (legacy !== undefined && versioned !== undefined && legacy !== versioned.LambdaArn)
    throw invalidParameter('PreTokenGeneration and the LambdaArn of PreTokenGenerationConfig must be the same.')

  const verified = given.UserAttributeUpdateSettings?.AttributesRequireVerificationBeforeUpdate ?? []
  if (verified.some((attribute) => !AutoVerifiedAttributes.includes(attribute)))
    throw invalidParameter(
      'All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes',
    )

  if (Object.keys(given.UserPoolTags ?? {}).some(isReserved))
    throw new CognitoError('UserPoolTaggingException', 'aws: prefixed tag key names are not allowed for external use.')
}

/** Throws where the settings need a higher plan (developer guide, "User pool feature plans"). */
export function assertTier(after: PoolProperties, before: PoolProperties = after) {
  const tier = after.UserPoolTier ?? defaultTier
  const version = after.LambdaConfig?.PreTokenGenerationConfig?.LambdaVersion
  const missing =
    (tier === 'LITE' && version !== undefined && version !== 'V1_0') ||
    (tier !== 'PLUS' && (after.UserPoolAddOns?.AdvancedSecurityMode ?? 'OFF') !== 'OFF')
  if (!missing) return
  if (tier !== (before.UserPoolTier ?? defaultTier))
    throw new CognitoError('TierChangeNotAllowedException', `The settings of this pool are not available in ${tier}.`)
  throw new CognitoError('FeatureUnavailableInTierException', `A setting is not available in ${tier}.`)
}
