// Reads, makes and deletes the groups of a user pool.

import {
  type CognitoIdentityProviderClient,
  CreateGroupCommand,
  DeleteGroupCommand,
  GetGroupCommand,
  type GroupType,
  ListGroupsCommand,
  ListUsersInGroupCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { errorName } from '../aws-errors.ts'
import { retry } from './retry.ts'

export interface PoolGroupsOptions {
  userPoolId: string
  abortSignal: AbortSignal
  /** Before each further try of a call while access is denied, ms: a new IAM policy can take some seconds to apply. */
  pauses: readonly number[]
}

/** All methods throw AWS's errors. */
export function poolGroups(
  cognito: CognitoIdentityProviderClient,
  { userPoolId: UserPoolId, abortSignal, pauses }: PoolGroupsOptions,
) {
  const call = <Result>(send: () => Promise<Result>) =>
    retry(send, { pauses, isRetryable: (error) => errorName(error) === 'AccessDeniedException', signal: abortSignal })

  return {
    async find(GroupName: string): Promise<GroupType | undefined> {
      const command = new GetGroupCommand({ UserPoolId, GroupName })
      return call(() => cognito.send(command, { abortSignal })).then(
        ({ Group }) => Group,
        ignore('ResourceNotFoundException'),
      )
    },

    async list(): Promise<GroupType[]> {
      const groups: GroupType[] = []
      let NextToken: string | undefined
      do {
        const command = new ListGroupsCommand({ UserPoolId, Limit: 60, NextToken })
        const page = await call(() => cognito.send(command, { abortSignal }))
        groups.push(...(page.Groups ?? []))
        NextToken = page.NextToken
      } while (NextToken)
      return groups
    },

    async hasMembers(GroupName: string): Promise<boolean> {
      const command = new ListUsersInGroupCommand({ UserPoolId, GroupName, Limit: 1 })
      const { Users = [], NextToken } = await call(() => cognito.send(command, { abortSignal }))
      // An empty page with a token can be followed by members.
      return Users.length > 0 || NextToken !== undefined
    },

    async make(GroupName: string, Description: string): Promise<void> {
      const command = new CreateGroupCommand({ UserPoolId, GroupName, Description })
      await call(() => cognito.send(command, { abortSignal })).catch(ignore('GroupExistsException'))
    },

    async remove(GroupName: string): Promise<void> {
      const command = new DeleteGroupCommand({ UserPoolId, GroupName })
      await call(() => cognito.send(command, { abortSignal })).catch(ignore('ResourceNotFoundException'))
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
