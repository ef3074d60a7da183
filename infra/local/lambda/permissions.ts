// Checks the template's AWS::Lambda::Permission resources as Lambda does.

import { expectOnly, type Stack } from '../cloudformation/stack.ts'

export interface Permission {
  functionArn: string
  principal: string
  sourceArn?: string
  sourceAccount?: string
}

/** @throws Error naming a permission for a function that the template lacks */
export function readPermissions(stack: Stack): Permission[] {
  return stack.resources('AWS::Lambda::Permission').flatMap((permission) => {
    expectOnly(permission, ['Action', 'FunctionName', 'Principal', 'SourceArn', 'SourceAccount'])
    const { Action, FunctionName, Principal, SourceArn, SourceAccount } = permission.properties
    if (Action !== 'lambda:InvokeFunction' && Action !== 'lambda:*') return []
    const fn = stack
      .resources('AWS::Lambda::Function')
      .find(({ logicalId, id }) => FunctionName === id || FunctionName === stack.attribute(logicalId, 'Arn'))
    if (!fn)
      throw new Error(`template: ${permission.logicalId} names the function ${FunctionName}, which does not exist`)
    return {
      functionArn: stack.attribute(fn.logicalId, 'Arn'),
      principal: String(Principal),
      ...(SourceArn !== undefined && { sourceArn: String(SourceArn) }),
      ...(SourceAccount !== undefined && { sourceAccount: String(SourceAccount) }),
    }
  })
}

export function isPermitted(
  permissions: readonly Permission[],
  functionArn: string,
  { principal, sourceArn }: { principal: string; sourceArn: string },
): boolean {
  return permissions.some(
    (permission) =>
      permission.functionArn === functionArn &&
      permission.principal === principal &&
      (permission.sourceArn === undefined || arnLike(permission.sourceArn, sourceArn)) &&
      (permission.sourceAccount === undefined || permission.sourceAccount === sourceArn.split(':')[4]),
  )
}

// IAM's ArnLike matches the six parts of an ARN separately, so `*` does not match across a colon.
function arnLike(pattern: string, arn: string): boolean {
  const [patterns, parts] = [arnParts(pattern), arnParts(arn)]
  return patterns.every((part, index) => glob(part).test(parts[index] ?? ''))
}

function arnParts(arn: string): string[] {
  const parts = arn.split(':')
  return [...parts.slice(0, 5), parts.slice(5).join(':')]
}

function glob(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's')
}
