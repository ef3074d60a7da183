// A pool that its owner made with every setting: what a deployment on it, another, and the removal change in it.

import { deepStrictEqual } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CognitoIdentityProviderClient, type UserPoolType } from '@aws-sdk/client-cognito-identity-provider'
import type { RunOptions } from '../support/commands.ts'
import { createFullUserPool, describeUserPool, everySetting } from '../support/full-user-pool.ts'
import { deploy, place, remove } from './deployment.ts'

type Step = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>

/** @throws Error where the pool differs by more than the four triggers, or does so after the removal. */
export async function testExistingPool(endpoint: string, folder: string, options: RunOptions, step: Step) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const cognito = new CognitoIdentityProviderClient({ region: place.region, endpoint, credentials })
  const id = await createFullUserPool(cognito)
  const before = await describeUserPool(cognito, id)

  for (const [name, sessionMinutes] of [
    ['Deploying on a pool that is there', '30'],
    ['Deploying on it again', '45'],
  ] as const) {
    await step(name, async () => {
      // Nothing is kept, since MiniStack knows no termination protection to take off again.
      const context = { userPoolId: id, data: 'destroy', sessionMinutes }
      const outputsFile = await deploy(join(folder, `on-${sessionMinutes}`), options, context)
      deepStrictEqual(await describeUserPool(cognito, id), withTriggers(before, triggersArn(outputsFile)))
    })
  }
  await step('Removing that', async () => {
    await remove(endpoint)
    deepStrictEqual(await describeUserPool(cognito, id), before)
  })
  cognito.destroy()

  const kept = Object.keys({ Name: '', ...everySetting }).filter((key) => key in before)
  const lost = Object.keys(everySetting).filter((key) => key !== 'PoolName' && !(key in before))
  console.log(`The pool differed by its four triggers, and after the removal by nothing, in ${kept.join(', ')}.`)
  console.log(`MiniStack keeps no ${lost.join(', ')}, and leaves what an update leaves out.`)
}

function triggersArn(outputsFile: string): string {
  const [outputs] = Object.values(
    JSON.parse(readFileSync(outputsFile, 'utf8')) as Record<string, Record<string, string>>,
  )
  return `arn:aws:lambda:${place.region}:${place.account}:function:${outputs?.TriggersFunctionName}`
}

function withTriggers(pool: Partial<UserPoolType>, arn: string): Partial<UserPoolType> {
  const triggers = {
    DefineAuthChallenge: arn,
    CreateAuthChallenge: arn,
    VerifyAuthChallengeResponse: arn,
    PreTokenGenerationConfig: { LambdaVersion: 'V2_0' as const, LambdaArn: arn },
  }
  return { ...pool, LambdaConfig: { ...pool.LambdaConfig, ...triggers } }
}
