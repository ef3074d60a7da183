// Checks pool settings as UpdateUserPool does. Covers all settings that DescribeUserPool returns.
import { CognitoError, invalidParameter } from './errors.ts'
import type { PoolProperties } from './pool.ts'
import { defaultTier } from './pool-defaults.ts'

/** Only AWS may set tags with this prefix. */
export const isAwsTag = (key: string) => key.toLowerCase().startsWith('aws:')

/**
 * @param before the pool's settings before an update
 * @throws CognitoError if two settings contradict each other, or a tag has AWS's prefix
 */
export function assertConsistent({ requested, before }: { requested: PoolProperties; before?: PoolProperties }) {
  const { AdminCreateUserConfig, LambdaConfig, AutoVerifiedAttributes = [] } = requested
  const policy = requested.Policies ?? before?.Policies
  if (
    AdminCreateUserConfig?.UnusedAccountValidityDays !== undefined &&
    policy?.PasswordPolicy?.TemporaryPasswordValidityDays !== undefined
  )
    throw invalidParameter(
      'Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays',
    )

  const customAuthMode = requested.UserPoolAddOns?.AdvancedSecurityAdditionalFlows?.CustomAuthMode
  if (customAuthMode !== undefined && customAuthMode !== 'AUDIT' && customAuthMode !== 'ENFORCED')
    throw invalidParameter('CustomAuthMode must be AUDIT or ENFORCED.')

  const { PreTokenGeneration: legacy, PreTokenGenerationConfig: versioned } = LambdaConfig ?? {}
  if (legacy !== undefined && versioned !== undefined && legacy !== versioned.LambdaArn)
    throw invalidParameter('PreTokenGeneration and the LambdaArn of PreTokenGenerationConfig must be the same.')

  const verified = requested.UserAttributeUpdateSettings?.AttributesRequireVerificationBeforeUpdate ?? []
  if (verified.some((attribute) => !AutoVerifiedAttributes.includes(attribute)))
    throw invalidParameter(
      'All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes',
    )

  if (Object.keys(requested.UserPoolTags ?? {}).some(isAwsTag))
    throw new CognitoError('UserPoolTaggingException', 'aws: prefixed tag key names are not allowed for external use.')
}

/**
 * @param before the pool's settings before an update
 * @throws CognitoError if the settings need a higher plan (developer guide, "User pool feature plans")
 */
export function assertTier({ after, before = after }: { after: PoolProperties; before?: PoolProperties }) {
  const tier = after.UserPoolTier ?? defaultTier
  const version = after.LambdaConfig?.PreTokenGenerationConfig?.LambdaVersion
  const needsHigherTier =
    (tier === 'LITE' && version !== undefined && version !== 'V1_0') || (tier !== 'PLUS' && usesThreatProtection(after))
  if (!needsHigherTier) return
  if (tier !== (before.UserPoolTier ?? defaultTier))
    throw new CognitoError('TierChangeNotAllowedException', `The settings of this pool are not available in ${tier}.`)
  throw new CognitoError('FeatureUnavailableInTierException', `A setting is not available in ${tier}.`)
}

function usesThreatProtection({ UserPoolAddOns: addOns }: PoolProperties): boolean {
  const custom = addOns?.AdvancedSecurityAdditionalFlows?.CustomAuthMode
  return (addOns?.AdvancedSecurityMode ?? 'OFF') !== 'OFF' || custom !== undefined
}
