// Custom::UserPoolGroup: a group of an existing pool. Creates it if it is missing, and later deletes only what it created.

import {
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  DeleteGroupCommand,
  GetGroupCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda'
import { errorName } from '../aws-errors.ts'
import { type GroupConfig, readGroupConfig } from '../config.ts'
import { type CustomResource, createCustomResource, type Request } from './custom-resource.ts'
import { retry } from './retry.ts'

/** The description of a group that this resource created. Never change the text: deployed groups are found by it. */
export function madeBy({ stackId, logicalId }: Pick<Request<never>, 'stackId' | 'logicalId'>): string {
  return `Made for impersonation by ${stackId}, ${logicalId}. It goes with that stack as long as it says so here.`
}

/** @param pauses before each further GetGroup while access is denied, ms: a new IAM policy can take some seconds to apply */
export function createUserPoolGroup(
  cognito: CognitoIdentityProviderClient,
  config: GroupConfig,
  log: CustomResource<never>['log'] = console,
  pauses: readonly number[] = [1_000, 2_000, 4_000, 8_000],
): CustomResource<'UserPoolId' | 'GroupName'> {
  return {
    properties: ['UserPoolId', 'GroupName'],
    identify: ({ UserPoolId, GroupName }) => `${UserPoolId}/groups/${GroupName}`,
    log,
    async work(request, abortSignal) {
      assertNamesOwn(request, config)
      const { type, stackId, logicalId, properties } = request
      const { UserPoolId, GroupName } = properties
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

/** Anyone with lambda:InvokeFunction can send a request. A group that is to be deleted may have left the settings. */
function assertNamesOwn(request: Request<'UserPoolId' | 'GroupName'>, config: GroupConfig): void {
  const { type, stackId, properties } = request
  const isOwnPool = properties.UserPoolId === config.userPoolId && stackId === config.stackId
  if (isOwnPool && (type === 'Delete' || config.groupNames.includes(properties.GroupName))) return
  throw new Error(
    `This function makes only the groups ${config.groupNames.join(', ')} of ${config.userPoolId}, and the request names ${properties.GroupName} of ${properties.UserPoolId}. Nothing was changed.`,
  )
}

/** Handles an error of this name, and throws every other one. */
function ignore(name: string): (error: unknown) => undefined {
  return (error) => {
    if (errorName(error) !== name) throw error
    return undefined
  }
}

let handle: ReturnType<typeof createCustomResource> | undefined

export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<void> {
  const cognito = new CognitoIdentityProviderClient({ maxAttempts: 5 })
  handle ??= createCustomResource(createUserPoolGroup(cognito, readGroupConfig(process.env)))
  return handle(event, context)
}
