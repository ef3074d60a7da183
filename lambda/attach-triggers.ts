// Custom::UserPoolTriggers: keeps the triggers on a user pool that the stack did not make, for as long as it is there.

import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { type CustomResource, createCustomResource, type Request } from './custom-resource.ts'
import { loggable } from './errors.ts'
import { createPoolTriggers, type PoolTriggers } from './pool-triggers.ts'

type Properties = 'UserPoolId' | 'TriggersArn'

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

  return {
    properties: ['UserPoolId', 'TriggersArn'],
    identify: ({ UserPoolId }) => `${UserPoolId}/triggers`,
    log,
    work(request, signal) {
      const { UserPoolId, TriggersArn } = request.properties
      if (request.type === 'Delete') return detach(UserPoolId, TriggersArn, signal)
      const { oldProperties: old } = request
      return old.UserPoolId !== undefined && old.UserPoolId !== UserPoolId
        ? move(request, signal)
        : attach(UserPoolId, TriggersArn, signal, old.TriggersArn)
    },
  }
}

export const handler = createCustomResource(
  createAttachTriggers(createPoolTriggers(new CognitoIdentityProviderClient({ maxAttempts: 1 }))),
)
