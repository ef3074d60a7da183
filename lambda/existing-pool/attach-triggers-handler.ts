// Custom::UserPoolTriggers: attaches the triggers to an existing pool, and detaches them when the stack is deleted.

import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { loggable } from '../loggable.ts'
import { type CustomResource, createCustomResource, type Request } from './custom-resource.ts'
import { createPoolTriggers, type PoolTriggers } from './pool-triggers.ts'

type Properties = 'UserPoolId' | 'TriggersArn' | 'DeployedAt'

export function createAttachTriggers(
  { attach, detach }: PoolTriggers,
  log: CustomResource<Properties>['log'] = console,
): CustomResource<Properties> {
  return {
    properties: ['UserPoolId', 'TriggersArn', 'DeployedAt'],
    identify,
    log,
    async work(request, signal) {
      const { UserPoolId: userPoolId, TriggersArn: triggersArn } = request.properties
      const target = { userPoolId, triggersArn, signal }
      if (request.type === 'Delete') return detach(target)
      if (isRollback(request)) {
        // The pool is unchanged, so the cause of the failed update can still be there.
        // A second failure would leave the stack in UPDATE_ROLLBACK_FAILED.
        return attach(target).catch((error) =>
          log.error({ event: 'not-attached', UserPoolId: userPoolId, error: loggable(error) }),
        )
      }
      if (isMove(request)) {
        // The policies now cover only the new pool. The triggers could not be detached from the old pool, and nobody
        // could sign in there.
        throw new Error(
          'The user pool cannot be replaced by another in one deployment. Nothing was changed. First deploy with attachTriggers: false and the old pool, then with the new pool.',
        )
      }
      return attach({ ...target, formerArn: request.oldProperties.TriggersArn })
    },
  }
}

/** Whether an update names another pool than before. */
function isMove({ properties, oldProperties }: Request<Properties>): boolean {
  const { UserPoolId: oldPoolId = properties.UserPoolId } = oldProperties
  return oldPoolId !== properties.UserPoolId
}

/** Whether CloudFormation rolls back an update that left the pool as it was: a refused move, or only a new time. */
function isRollback(request: Request<Properties>): boolean {
  const { properties, oldProperties, physicalId } = request
  if (isMove(request)) return physicalId === identify(properties)
  const { TriggersArn: oldArn, DeployedAt: oldTime = '' } = oldProperties
  return oldArn === properties.TriggersArn && oldTime > properties.DeployedAt
}

function identify({ UserPoolId }: Partial<Record<Properties, string>>): string {
  return `${UserPoolId}/triggers`
}

export const handler = createCustomResource(
  createAttachTriggers(createPoolTriggers(new CognitoIdentityProviderClient({ maxAttempts: 1 }))),
)
