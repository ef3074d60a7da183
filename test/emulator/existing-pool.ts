// Deploys twice to an existing pool with all settings, removes the stack, and compares the pool each time.

import { deepStrictEqual } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  type UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider'
import { localAccess } from '../../infra/local/client-access.ts'
import type { Template } from '../../infra/local/cloudformation/template.ts'
import type { RunOptions } from '../support/commands.ts'
import { createFullUserPool, describeUserPool, everySetting, smsRoleArn } from '../support/full-user-pool.ts'
import { deploy, place, remove, stackName } from './deployment.ts'
import { ignoredOnExistingPool, lint } from './lint.ts'
import { customResourceProbes } from './permissions/custom-resource-probes.ts'
import type { TriedPermission } from './permissions/prove.ts'
import { testPermissions } from './permissions/test-permissions.ts'

/** A protected group of the owner. */
const staff = 'staff'

type Step = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>

/**
 * @param triedBefore the permissions that were tried on an own pool
 * @returns the results for all other permissions
 * @throws Error if a deployment changes more than the four triggers, or if the removal leaves a change.
 */
export async function testExistingPool(
  { endpoint, folder, triedBefore }: { endpoint: string; folder: string; triedBefore: readonly TriedPermission[] },
  options: RunOptions,
  step: Step,
): Promise<TriedPermission[]> {
  const cognito = new CognitoIdentityProviderClient(localAccess(place.region, endpoint))
  const id = await createFullUserPool(cognito)
  await cognito.send(new CreateGroupCommand({ UserPoolId: id, GroupName: staff }))
  const before = await describeUserPool(cognito, id)

  for (const [name, sessionMinutes] of [
    ['Deploying to an existing pool', '30'],
    ['Deploying to it again', '45'],
  ] as const) {
    await step(name, async () => {
      // data=destroy: the removal must delete everything, and MiniStack cannot switch deletion protection off.
      const context = {
        userPoolId: id,
        protectedGroups: `impersonators,impersonation-auditors,${staff}`,
        requiredAttributes: 'email',
        smsRoleArn,
        data: 'destroy',
        sessionMinutes,
      }
      const outputsFile = await deploy(join(folder, `on-${sessionMinutes}`), options, context)
      deepStrictEqual(await describeUserPool(cognito, id), withTriggers(before, triggersArn(outputsFile)))
    })
  }
  await step('Linting its template', () => lint(join(folder, 'on-45'), options, ignoredOnExistingPool))
  const tried = await step('Taking away each permission of the custom resources', () => {
    const assembly = join(folder, 'on-45')
    const pool = {
      UserPoolId: id,
      TriggersArn: triggersArn(join(assembly, 'outputs.json')),
      group: { GroupName: 'impersonators', LogicalResourceId: groupResource(assembly, 'impersonators') },
      ownersGroup: staff,
    }
    const trial = { endpoint, assembly, triedBefore, independent: true }
    return testPermissions(trial, (names) => customResourceProbes({ endpoint, signal: options.signal }, names, pool))
  })
  await step('Removing the stack', async () => {
    await remove(endpoint)
    deepStrictEqual(await describeUserPool(cognito, id), before)
  })
  cognito.destroy()

  const kept = Object.keys({ Name: '', ...everySetting }).filter((key) => key in before)
  const lost = Object.keys(everySetting).filter((key) => key !== 'PoolName' && !(key in before))
  console.log(`Compared: ${kept.join(', ')}. Only the four triggers changed; after the removal nothing differed.`)
  console.log(
    `Not compared: ${lost.join(', ')}. MiniStack does not store them, and keeps settings that an update omits.`,
  )
  return tried
}

/** The ARN of the stack's trigger function. */
export function triggersArn(outputsFile: string): string {
  const [outputs] = Object.values(
    JSON.parse(readFileSync(outputsFile, 'utf8')) as Record<string, Record<string, string>>,
  )
  return `arn:aws:lambda:${place.region}:${place.account}:function:${outputs?.TriggersFunctionName}`
}

/** The pool with our function in every slot that impersonation needs. */
export function withTriggers(pool: Partial<UserPoolType>, arn: string): Partial<UserPoolType> {
  const triggers = {
    DefineAuthChallenge: arn,
    CreateAuthChallenge: arn,
    VerifyAuthChallengeResponse: arn,
    // Where a pool has the older name, both must name the same function.
    ...(pool.LambdaConfig?.PreTokenGeneration && { PreTokenGeneration: arn }),
    PreTokenGenerationConfig: { LambdaVersion: 'V2_0' as const, LambdaArn: arn },
  }
  return { ...pool, LambdaConfig: { ...pool.LambdaConfig, ...triggers } }
}

/** The logical id of the custom resource that makes a group. */
function groupResource(assembly: string, GroupName: string): string {
  const template = JSON.parse(readFileSync(join(assembly, `${stackName}.template.json`), 'utf8')) as Template
  const found = Object.entries(template.Resources).find(
    ([, { Type, Properties }]) => Type === 'Custom::UserPoolGroup' && Properties?.GroupName === GroupName,
  )
  if (!found) throw new Error(`no resource for the group ${GroupName}`)
  return found[0]
}
