// Custom::UserPoolGroup: a group of an existing pool. Creates it if it is missing, and later deletes only what it created.

import {
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  DeleteGroupCommand,
  GetGroupCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { errorName } from '../aws-errors.ts'
import { type CustomResource, createCustomResource, type Request } from './custom-resource.ts'
import { retry } from './retry.ts'

/** The description of a group that this resource created. Never change the text: deployed groups are found by it. */
export function madeBy({ stackId, logicalId }: Pick<Request<never>, 'stackId' | 'logicalId'>): string {
  return `Made for impersonation by ${stackId}, ${logicalId}. It goes with that stack as long as it says so here.`
}

/** @param pauses before each further GetGroup while access is denied, ms: a new IAM policy can take some seconds to apply */
export function createUserPoolGroup(
  cognito: CognitoIdentityProviderClient,
  log: CustomResource<never>['log'] = console,
  pauses: readonly number[] = [1_000, 2_000, 4_000, 8_000],
): CustomResource<'UserPoolId' | 'GroupName'> {
  return {
    properties: ['UserPoolId', 'GroupName'],
    identify: ({ UserPoolId, GroupName }) => `${UserPoolId}/groups/${GroupName}`,
    log,
    async work({ type, stackId, logicalId, properties: { UserPoolId, GroupName } }, abortSignal) {
      const Description = madeBy({ stackId, logicalId })
      const getGroup = () => cognito.send(new GetGroupCommand({ UserPoolId, GroupName }), { abortSignal })
      const isRetryable = (error: unknown) => errorName(error) === 'AccessDeniedException'
      const group = await retry(getGroup, { pauses, isRetryable, signal: abortSignal }).then(
        ({ Group }) => Group,
        ignore('ResourceNotFoundException'),
      )
      if (type === 'Delete') {
        if (group?.Description !== Description) return
        const command = new DeleteGroupCommand({ UserPoolId, GroupName })
        await cognito.send(command, { abortSignal }).catch(ignore('ResourceNotFoundException'))
      } else if (group && group.Description !== Description && group.Description?.includes(` ${stackId}, `)) {
        // CloudFormation deletes that resource after this update or its rollback, and the group and its members with it.
        throw new Error(
          `Group ${GroupName} was made by another resource of this stack. Nothing was changed. Give the construct its former id again. Or change the description of the group: the stack then keeps the group.`,
        )
      } else if (!group) {
        const command = new CreateGroupCommand({ UserPoolId, GroupName, Description })
        await cognito.send(command, { abortSignal }).catch(ignore('GroupExistsException'))
      }
    },
  }
}

/** Handles an error of this name, and throws every other one. */
function ignore(name: string): (error: unknown) => undefined {
  return (error) => {
    if (errorName(error) !== name) throw error
    return undefined
  }
}

export const handler = createCustomResource(createUserPoolGroup(new CognitoIdentityProviderClient({ maxAttempts: 5 })))
