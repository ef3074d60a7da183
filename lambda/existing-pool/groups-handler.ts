// Custom::UserPoolGroup: a group of a user pool that the stack did not make. One that was there stays when the stack goes.

import { setTimeout as sleep } from 'node:timers/promises'
import {
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  DeleteGroupCommand,
  GetGroupCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { errorName } from '../aws-errors.ts'
import { type CustomResource, createCustomResource } from './custom-resource.ts'

/** The description of a group that the stack made, by which it knows the group again. */
export function madeBy(stackId: string, logicalId: string): string {
  return `Made for impersonation by ${stackId}, ${logicalId}. It goes with that stack as long as it says so here.`
}

/** @param pauses before each further try of a call that is not allowed: its policy, just made, may not hold everywhere; ms */
export function createUserPoolGroup(
  cognito: CognitoIdentityProviderClient,
  log: CustomResource<never>['log'] = console,
  pauses: readonly number[] = [1_000, 2_000, 4_000, 8_000],
): CustomResource<'UserPoolId' | 'GroupName'> {
  async function patiently<Answer>(call: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    for (const pause of pauses) {
      try {
        return await call()
      } catch (error) {
        unless('AccessDeniedException')(error)
        await sleep(pause, undefined, { signal })
      }
    }
    return call()
  }

  return {
    properties: ['UserPoolId', 'GroupName'],
    identify: ({ UserPoolId, GroupName }) => `${UserPoolId}/groups/${GroupName}`,
    log,
    async work({ type, stackId, logicalId, properties: { UserPoolId, GroupName } }, abortSignal) {
      const Description = madeBy(stackId, logicalId)
      const look = () => cognito.send(new GetGroupCommand({ UserPoolId, GroupName }), { abortSignal })
      const group = await patiently(look, abortSignal).then(({ Group }) => Group, unless('ResourceNotFoundException'))
      if (type === 'Delete') {
        if (group?.Description !== Description) return
        const command = new DeleteGroupCommand({ UserPoolId, GroupName })
        await cognito.send(command, { abortSignal }).catch(unless('ResourceNotFoundException'))
      } else if (group && group.Description !== Description && group.Description?.includes(` ${stackId}, `)) {
        // Its deletion, by this update or by this one's roll-back, would take the group and its members along.
        throw new Error(
          `group ${GroupName} is made by another resource of this stack: leave the construct under the id that it had, or describe the group otherwise, so that it stays`,
        )
      } else if (!group) {
        const command = new CreateGroupCommand({ UserPoolId, GroupName, Description })
        await cognito.send(command, { abortSignal }).catch(unless('GroupExistsException'))
      }
    },
  }
}

function unless(name: string): (error: unknown) => undefined {
  return (error) => {
    if (errorName(error) !== name) throw error
    return undefined
  }
}

export const handler = createCustomResource(createUserPoolGroup(new CognitoIdentityProviderClient({ maxAttempts: 5 })))
