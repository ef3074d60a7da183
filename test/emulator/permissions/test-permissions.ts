// Takes each permission away from the functions of a deployed stack.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { IAMClient } from '@aws-sdk/client-iam'
import { localAccess } from '../../../infra/local/client-access.ts'
import { place, stackName } from '../deployment.ts'
import { type FunctionRole, functionRoles, type Template } from './function-roles.ts'
import { withoutAction } from './live-role.ts'
import { loggedBy } from './logged-by.ts'
import { type Probes, prove, type TriedPermission } from './prove.ts'

interface DeployedFunction extends FunctionRole {
  functionName: string
  roleName: string
  logGroupName: string
}

export interface Trial {
  endpoint: string
  /** The folder of the deployed template. */
  assembly: string
  /** The permissions that were tried before. They are left out. */
  triedBefore?: readonly TriedPermission[]
  /** True if the probes of a function do not call another function. The functions are then tried at the same time. */
  independent?: boolean
}

/**
 * Takes each action away from each function's role, makes the call that needs the action, and puts the action back.
 * @param probesOf gets the functions' names by entry, and returns the probes by entry
 * @throws Error if a permission is not needed, or is enforced although unenforced.ts lists it
 */
export async function testPermissions(
  trial: Trial,
  probesOf: (functionNames: Record<string, string>) => Promise<Record<string, Probes>> | Record<string, Probes>,
): Promise<TriedPermission[]> {
  const functions = await untriedFunctions(trial)
  const probes = await probesOf(Object.fromEntries(functions.map(({ entry, functionName }) => [entry, functionName])))
  const test = (deployed: DeployedFunction) => testFunction(trial, deployed, probes[deployed.entry])
  if (trial.independent) return (await Promise.all(functions.map(test))).flat()
  const tried: TriedPermission[] = []
  for (const deployed of functions) tried.push(...(await test(deployed)))
  return tried
}

async function untriedFunctions({ endpoint, assembly, triedBefore = [] }: Trial): Promise<DeployedFunction[]> {
  const template = JSON.parse(readFileSync(join(assembly, `${stackName}.template.json`), 'utf8')) as Template
  const cloudFormation = new CloudFormationClient(localAccess(place.region, endpoint))
  const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand({ StackName: stackName }))
  const nameOf = (id: string) =>
    StackResources.find(({ LogicalResourceId }) => LogicalResourceId === id)?.PhysicalResourceId ?? ''
  const tried = new Set(triedBefore.map(({ permission }) => permission))
  return functionRoles(template)
    .map((role) => ({ ...role, actions: role.actions.filter((action) => !tried.has(`${role.entry} ${action}`)) }))
    .filter(({ actions }) => actions.length > 0)
    .map((role) => ({
      ...role,
      functionName: nameOf(role.functionId),
      roleName: nameOf(role.roleId),
      logGroupName: nameOf(role.logGroupId),
    }))
}

function testFunction(
  { endpoint }: Trial,
  deployed: DeployedFunction,
  probes: Probes = {},
): Promise<TriedPermission[]> {
  const access = localAccess(place.region, endpoint)
  const iam = new IAMClient(access)
  const logs = new CloudWatchLogsClient(access)
  const [first] = Object.values(probes)
  if (!first) throw new Error(`the function ${deployed.entry} has no probes: add calls that need its permissions`)
  return prove({
    ...deployed,
    probes,
    logs: { call: () => loggedBy(logs, deployed.logGroupName, first.call), allowed: `${first.allowed}, logged` },
    without: (action, work) => withoutAction(iam, { RoleName: deployed.roleName, action }, work),
  })
}
