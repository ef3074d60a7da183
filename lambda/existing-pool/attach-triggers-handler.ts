// Custom::UserPoolTriggers: keeps the triggers on a user pool that the stack did not make, for as long as it is there.

import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { loggable } from '../loggable.ts'
import { type CustomResource, createCustomResource, type Request } from './custom-resource.ts'
import { createPoolTriggers, type PoolTriggers } from './pool-triggers.ts'

type Properties = 'UserPoolId' | 'TriggersArn' | 'DeployedAt'

export function createAttachTriggers(
  { attach, detach }: PoolTriggers,
  log: CustomResource<Properties>['log'] = console,
): CustomResource<Properties> {
  /**
   * By now the function may touch the new pool alone, and Cognito may soon run the triggers for it alone: what the old one
   * names could not be taken off, and nobody could sign in there. A roll-back, which goes by the id there was, may pass.
   */
  async function exchange(request: Request<Properties>, signal: AbortSignal): Promise<void> {
    const { physicalId } = request
    if (physicalId === identify(request.properties)) return takeBack(request, signal)
    throw new Error(
      'the user pool cannot be exchanged for another in one deployment; nothing was changed; deploy with attachTriggers: false and the old pool, then with the new one',
    )
  }

  /**
   * CloudFormation takes an update back that failed, here or elsewhere. Where nothing but its time was new, the pool is
   * as it was, and what was in the way may still be: a second failure would leave the stack between two states.
   */
  async function takeBack({ properties: { UserPoolId, TriggersArn } }: Request<Properties>, signal: AbortSignal) {
    await attach(UserPoolId, TriggersArn, signal).catch((error) =>
      log.error({ event: 'not-attached', UserPoolId, error: loggable(error) }),
    )
  }

  return {
    properties: ['UserPoolId', 'TriggersArn', 'DeployedAt'],
    identify,
    log,
    work(request, signal) {
      const { UserPoolId, TriggersArn, DeployedAt } = request.properties
      const {
        UserPoolId: oldPoolId = UserPoolId,
        TriggersArn: oldArn,
        DeployedAt: oldTime = '',
      } = request.oldProperties
      if (request.type === 'Delete') return detach(UserPoolId, TriggersArn, signal)
      if (oldPoolId !== UserPoolId) return exchange(request, signal)
      if (oldArn === TriggersArn && oldTime > DeployedAt) return takeBack(request, signal)
      return attach(UserPoolId, TriggersArn, signal, oldArn)
    },
  }
}

function identify({ UserPoolId }: Partial<Record<Properties, string>>): string {
  return `${UserPoolId}/triggers`
}

export const handler = createCustomResource(
  createAttachTriggers(createPoolTriggers(new CognitoIdentityProviderClient({ maxAttempts: 1 }))),
)
