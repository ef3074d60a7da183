// Custom::UserPoolGroup: a group of an existing pool. Makes the group, or requires that it exists. Later deletes only what it made.

import { CognitoIdentityProviderClient, type GroupType } from '@aws-sdk/client-cognito-identity-provider'
import { type GroupConfig, readGroupConfig } from '../config.ts'
import { loggable } from '../loggable.ts'
import { type CustomResource, createHandler, goesBack, type Request } from './custom-resource.ts'
import { poolGroups } from './pool-groups.ts'

type Properties = 'UserPoolId' | 'GroupName'

/** The description of a group that this resource created. Never change the text: deployed groups are found by it. */
export function madeBy({ stackId, logicalId }: Pick<Request<never>, 'stackId' | 'logicalId'>): string {
  return `Made for impersonation by ${stackId}, ${logicalId}. It goes with that stack as long as it says so here.`
}

/** @param pauses before each further try of a call while access is denied, ms */
export function createUserPoolGroup(
  cognito: CognitoIdentityProviderClient,
  config: GroupConfig,
  log: CustomResource<never>['log'] = console,
  pauses: readonly number[] = [1_000, 2_000, 4_000, 8_000],
): CustomResource<Properties> {
  return {
    properties: ['UserPoolId', 'GroupName'],
    identify: ({ UserPoolId, GroupName }) => `${UserPoolId}/groups/${GroupName}`,
    log,
    async work(request, abortSignal) {
      assertNamesOwn(request, config)
      const { GroupName } = request.properties
      const mark = madeBy(request)
      const groups = poolGroups(cognito, { userPoolId: config.userPoolId, abortSignal, pauses })

      if (request.type === 'Delete') {
        if ((await groups.find(GroupName))?.Description !== mark) return
        // A forged Delete would otherwise take the members' protection or right away.
        if (await groups.hasMembers(GroupName)) return log.warn({ event: 'group-kept', GroupName, why: 'has members' })
        return groups.remove(GroupName)
      }
      if (config.requiredGroups.includes(GroupName)) {
        try {
          assertOwnersGroup(request, await groups.list())
        } catch (error) {
          if (!goesBack(request)) throw error
          // A second failure would leave the stack in UPDATE_ROLLBACK_FAILED.
          log.error({ event: 'group-missing', GroupName, error: loggable(error) })
        }
        return
      }
      const group = await groups.find(GroupName)
      assertNotOfOtherResource(request, group)
      if (!group) await groups.make(GroupName, mark)
    },
  }
}

/** A protected group that does not exist protects nobody, so a typo must not make an empty one. The same is true of the other settings. */
function assertOwnersGroup(request: Request<Properties>, groups: readonly GroupType[]): void {
  const { GroupName } = request.properties
  const group = groups.find((each) => each.GroupName === GroupName)
  assertNotOfOtherResource(request, group)
  if (group) return
  const names = groups.map((each) => each.GroupName).join(', ') || 'none'
  throw new Error(
    `The user pool has no group ${GroupName}, which the settings name (protectedGroups, mayActAs or approvalGroups). Nothing was changed. Capitals count. The pool's groups: ${names}. Correct the setting, or make the group in the pool.`,
  )
}

function assertNotOfOtherResource(request: Request<Properties>, group: GroupType | undefined): void {
  if (!group || group.Description === madeBy(request)) return
  if (!group.Description?.includes(` ${request.stackId}, `)) return
  // CloudFormation deletes that resource after this update or its rollback, and the group with it.
  throw new Error(
    `Group ${group.GroupName} was made by another resource of this stack. Nothing was changed. Give the construct its former id again. Or change the description of the group: the stack then keeps the group.`,
  )
}

/** Anyone with lambda:InvokeFunction can send a request. A group that is to be deleted may have left the settings. */
function assertNamesOwn(request: Request<Properties>, config: GroupConfig): void {
  const { type, stackId, properties } = request
  const isOwnPool = properties.UserPoolId === config.userPoolId && stackId === config.stackId
  const own = [...config.groupNames, ...config.requiredGroups]
  if (isOwnPool && (type === 'Delete' || own.includes(properties.GroupName))) return
  throw new Error(
    `This function is only for the groups ${own.join(', ')} of ${config.userPoolId}, and the request names ${properties.GroupName} of ${properties.UserPoolId}. Nothing was changed.`,
  )
}

export const handler = createHandler(() =>
  createUserPoolGroup(new CognitoIdentityProviderClient({ maxAttempts: 5 }), readGroupConfig(process.env)),
)
