// Authentication levels: the claims `acr` and `amr`. Only a sign-in that asks for a level gets them.
// Source: developer guide, "Authentication levels with ACR and AMR claims".
import { CognitoError, invalidParameter } from './errors.ts'
import type { Level, Pool } from './pool.ts'
import { defaultTier } from './pool-defaults.ts'

/**
 * Returns the level of a sign-in by password, which is the lowest. Users of the local Cognito have no other factor.
 * @param targets the request's TARGET_ACR_VALUES, with blanks between them
 * @throws CognitoError if the plan has no levels, or if no target is this level. AWS documents no exception for this.
 */
export function levelByPassword({ properties }: Pool, targets: string): Level {
  const { UserPoolTier: tier = defaultTier, AcrConfiguration: names } = properties
  if (tier === 'LITE')
    throw new CognitoError('FeatureUnavailableInTierException', `TARGET_ACR_VALUES is not available in ${tier}.`)
  const acr = names?.Level1?.AcrValue ?? 'urn:cognito:loa:1'
  if (!targets.split(' ').includes(acr))
    throw invalidParameter('The user has no factors that reach one of TARGET_ACR_VALUES.')
  return { acr, amr: ['pwd'] }
}
