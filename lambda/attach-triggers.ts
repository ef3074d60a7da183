// Custom::UserPoolTriggers: keeps the triggers on a user pool that the stack did not make, for as long as it is there.

import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { type CustomResource, createCustomResource, type Request } from './custom-resource.ts'
import { loggable } from './errors.ts'
import { createPoolTriggers, type PoolTriggers } from './pool-triggers.ts'

type Properties = 'UserPoolId' | 'TriggersArn' | 'DeployedAt'

export function createAttachTriggers(
  { attach, detach }: PoolTriggers,
  log: CustomResource<Properties>['log'] = console,
): CustomResource<Properties> {
  /** CloudFormation's roll-back knows nothing of the pool that the triggers were to move to. */
  async function move(request: Request<Properties>, signal: AbortSignal): Promise<void> {
    const { UserPoolId, TriggersArn } = request.properties
    await attach(UserPoolId, TriggersArn, signal).catch(async (failure) => {
      await detach(UserPoolId, TriggersArn, signal).catch((error) =>
        log.error({ event: 'not-undone', UserPoolId, error: loggable(error) }),
      )
      throw failure
    })
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
    identify: ({ UserPoolId }) => `${UserPoolId}/triggers`,
    log,
    work(request, signal) {
      const { UserPoolId, TriggersArn, DeployedAt } = request.properties
      const {
        UserPoolId: oldPoolId = UserPoolId,
        TriggersArn: oldArn,
        DeployedAt: oldTime = '',
      } = request.oldProperties
      if (request.type === 'Delete') return detach(UserPoolId, TriggersArn, signal)
      if (oldPoolId !== UserPoolId) return move(request, signal)
      if (oldArn === TriggersArn && oldTime > DeployedAt) return takeBack(request, signal)
      return attach(UserPoolId, TriggersArn, signal, oldArn)
    },
  }
}

export const handler = createCustomResource(
  createAttachTriggers(createPoolTriggers(new CognitoIdentityProviderClient({ maxAttempts: 1 }))),
)
