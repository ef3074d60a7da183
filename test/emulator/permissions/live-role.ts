// Takes one action away from a deployed role and puts it back.

import {
  GetRolePolicyCommand,
  type IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam'

interface Policy {
  PolicyName: string
  PolicyDocument: string
}

interface Document {
  Statement: { Action: string | string[] }[]
}

/** Runs `work` while the role lacks the action, then puts the action back. @throws Error if the role does not have it */
export async function withoutAction<Result>(
  iam: IAMClient,
  { RoleName, action }: { RoleName: string; action: string },
  work: () => Promise<Result>,
): Promise<Result> {
  const policies = await policiesOf(iam, RoleName)
  const changed = policies.filter(({ PolicyDocument }) => actionsIn(PolicyDocument).includes(action))
  if (changed.length === 0) throw new Error(`the deployed role ${RoleName} does not allow ${action}`)
  const put = (policy: Policy) => iam.send(new PutRolePolicyCommand({ RoleName, ...policy }))
  for (const policy of changed) await put({ ...policy, PolicyDocument: documentWithout(policy.PolicyDocument, action) })
  try {
    return await work()
  } finally {
    for (const policy of changed) await put(policy)
  }
}

/** The inline policies of a deployed role. */
export async function policiesOf(iam: IAMClient, RoleName: string): Promise<Policy[]> {
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }))
  return Promise.all(
    PolicyNames.map(async (PolicyName) => {
      const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))
      return { PolicyName, PolicyDocument: decodeURIComponent(PolicyDocument) }
    }),
  )
}

function actionsIn(document: string): string[] {
  return (JSON.parse(document) as Document).Statement.flatMap(({ Action }) => Action)
}

/** The policy with the action left out of its statements. A statement without actions is left out. */
export function documentWithout(document: string, action: string): string {
  const { Statement, ...rest } = JSON.parse(document) as Document
  const left = Statement.map((statement) => ({
    ...statement,
    Action: [statement.Action].flat().filter((name) => name !== action),
  }))
  return JSON.stringify({ ...rest, Statement: left.filter(({ Action }) => Action.length > 0) })
}
