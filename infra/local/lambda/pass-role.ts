// Reads from the template which IAM roles each function may pass to Cognito.

import type { Stack } from '../cloudformation/stack.ts'

/** The ARNs of roles, by the access key id of the function that may pass them. */
export type PassableRoles = ReadonlyMap<string, readonly string[]>

interface Statement {
  Effect?: string
  Action?: unknown
  Resource?: unknown
  Condition?: { StringEquals?: Record<string, unknown> }
}

export function readPassableRoles(stack: Stack): PassableRoles {
  const roles = stack.resources('AWS::IAM::Role')
  const policies = stack.resources('AWS::IAM::Policy')
  const functions = stack.resources('AWS::Lambda::Function')
  return new Map(
    functions.map(({ id, properties }) => {
      const role = roles.find(({ logicalId }) => stack.attribute(logicalId, 'Arn') === properties.Role)
      const own = policies.filter((policy) => [policy.properties.Roles].flat().includes(role?.id))
      return [accessKeyIdOf(id), own.flatMap(passableByPolicy)]
    }),
  )
}

function passableByPolicy({ properties }: { properties: Record<string, unknown> }): string[] {
  const { Statement = [] } = properties.PolicyDocument as { Statement?: Statement[] }
  return Statement.filter(({ Effect, Action, Condition }) => {
    const { 'iam:PassedToService': service, ...others } = Condition?.StringEquals ?? {}
    const isForCognito = service === 'cognito-idp.amazonaws.com' && Object.keys(others).length === 0
    return Effect === 'Allow' && [Action].flat().includes('iam:PassRole') && isForCognito
  }).flatMap(({ Resource }) => [Resource].flat().map(String))
}

/** A function signs its requests with this access key id. */
export function accessKeyIdOf(functionName: string): string {
  return `local-${functionName}`
}
