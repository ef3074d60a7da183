// Reads from the template which actions each function's role allows.

export interface FunctionRole {
  /** The bundle that the function runs, e.g. `endpoint`. */
  entry: string
  functionId: string
  roleId: string
  logGroupId: string
  actions: string[]
}

interface Resource {
  Type: string
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties have no types
  Properties?: any
}

export interface Template {
  Resources: Record<string, Resource>
}

/** @throws Error if a role has a policy that this file does not read, or allows an action twice. */
export function functionRoles({ Resources }: Template): FunctionRole[] {
  const ofType = (type: string) => Object.entries(Resources).filter(([, { Type }]) => Type === type)
  const roles = ofType('AWS::Lambda::Function').map(([functionId, { Properties }]) => {
    const roleId: string = Properties.Role['Fn::GetAtt'][0]
    const policies = ofType('AWS::IAM::Policy').map(([, policy]) => policy.Properties)
    const own = policies.filter((policy) => policy.Roles.some((role: { Ref?: string }) => role.Ref === roleId))
    return {
      entry: String(Properties.Handler).replace('.handler', ''),
      functionId,
      roleId,
      logGroupId: Properties.LoggingConfig.LogGroup.Ref,
      actions: own.flatMap(({ PolicyDocument }) => PolicyDocument.Statement.flatMap(allowedActions)),
    }
  })
  for (const [roleId, { Properties }] of ofType('AWS::IAM::Role')) {
    const role = roles.find((found) => found.roleId === roleId)
    if (!role) throw new Error(`the role ${roleId} belongs to no function`)
    if (Properties.Policies || Properties.ManagedPolicyArns)
      throw new Error(`the role ${roleId} has policies that this test does not read`)
    const twice = role.actions.find((action, index) => role.actions.indexOf(action) !== index)
    if (twice) throw new Error(`the role ${roleId} allows ${twice} twice`)
  }
  const managed = ofType('AWS::IAM::ManagedPolicy').map(([id]) => id)
  if (managed.length > 0) throw new Error(`this test does not read managed policies: ${managed}`)
  return roles
}

function allowedActions(statement: { Effect: string; Action?: string | string[] }): string[] {
  if (statement.Effect !== 'Allow' || !statement.Action) {
    throw new Error(`this test reads only statements that allow actions: ${JSON.stringify(statement)}`)
  }
  return [statement.Action].flat()
}
