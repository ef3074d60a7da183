// Calls that need the permissions of the custom resources' functions.

import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { localAccess } from '../../../infra/local/client-access.ts'
import { place } from '../deployment.ts'
import { type CustomResourceRequest, callCustomResource } from './custom-resource-call.ts'
import type { Probe, Probes } from './prove.ts'

const outcomes = { allowed: 'SUCCESS', denied: 'FAILED' }

export interface AttachedPool {
  UserPoolId: string
  /** The function that holds the pool's trigger slots. */
  TriggersArn: string
  /** A group that the stack made. The groups' function refuses all other groups. */
  group: { GroupName: string; LogicalResourceId: string }
  /** A group that the pool must have. */
  ownersGroup: string
}

/**
 * @param functionNames the functions' names by entry
 * @returns probes by entry
 */
export function customResourceProbes(
  { endpoint, signal }: { endpoint: string; signal: AbortSignal },
  functionNames: Record<string, string>,
  { UserPoolId, TriggersArn, group: { GroupName, LogicalResourceId }, ownersGroup }: AttachedPool,
): Record<string, Probes> {
  const lambda = new LambdaClient(localAccess(place.region, endpoint))
  const send = (entry: string, request: CustomResourceRequest) =>
    callCustomResource(lambda, functionNames[entry] ?? '', request, signal)
  const stackId = async () => {
    const command = new GetFunctionConfigurationCommand({ FunctionName: functionNames.groups })
    return (await lambda.send(command, { abortSignal: signal })).Environment?.Variables?.STACK_ID ?? ''
  }
  const group = async (RequestType: 'Create' | 'Delete', name = GroupName) =>
    send('groups', {
      RequestType,
      ResourceType: 'Custom::UserPoolGroup',
      ResourceProperties: { UserPoolId, GroupName: name },
      StackId: await stackId(),
      LogicalResourceId,
    })
  const triggers = (RequestType: 'Create' | 'Delete') =>
    send('attach-triggers', {
      RequestType,
      ResourceType: 'Custom::UserPoolTriggers',
      ResourceProperties: { UserPoolId, TriggersArn, DeployedAt: new Date().toISOString() },
    })

  const updating: Probe = {
    async call() {
      const detached = await triggers('Delete')
      if (detached === outcomes.allowed) await triggers('Create')
      return detached
    },
    ...outcomes,
  }

  return {
    groups: {
      'cognito-idp:GetGroup': { call: () => group('Create'), ...outcomes },
      'cognito-idp:CreateGroup': after(
        () => group('Delete'),
        () => group('Create'),
      ),
      'cognito-idp:DeleteGroup': after(
        () => group('Create'),
        () => group('Delete'),
      ),
      'cognito-idp:ListGroups': { call: () => group('Create', ownersGroup), ...outcomes },
      'cognito-idp:ListUsersInGroup': after(
        () => group('Create'),
        () => group('Delete'),
      ),
    },
    'attach-triggers': {
      'cognito-idp:DescribeUserPool': { call: () => triggers('Create'), ...outcomes },
      'cognito-idp:GetUserPoolMfaConfig': updating,
      'cognito-idp:UpdateUserPool': updating,
    },
  }
}

/** A probe that runs `preparation` before each `call`. */
function after(preparation: () => Promise<string>, call: () => Promise<string>): Probe {
  return {
    async call() {
      const prepared = await preparation()
      return prepared === outcomes.allowed ? call() : `the preparation ${prepared}`
    },
    ...outcomes,
  }
}
