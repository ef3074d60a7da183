// Makes functions that a pool's owner has had before impersonation.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { CreateFunctionCommand, LambdaClient, UpdateFunctionCodeCommand } from '@aws-sdk/client-lambda'
import { localAccess } from '../../infra/local/client-access.ts'
import { type RunOptions, root, run } from '../support/commands.ts'
import { pythonEnvironment } from '../support/python.ts'
import { place } from './deployment.ts'

/** The functions of test/example. */
type Name = 'tenant-claims' | 'passwordless'

export function createOwnerFunctions({ endpoint, folder }: { endpoint: string; folder: string }, options: RunOptions) {
  const access = localAccess(place.region, endpoint)
  const lambda = new LambdaClient(access)

  /** @param directory of `index.mjs` @returns it as Lambda takes it */
  async function pack(name: Name, directory: string): Promise<Buffer> {
    const file = join(folder, `${name}.zip`)
    const code = join(root, directory, 'index.mjs')
    // Node.js makes no ZIP files, and Python is here for MiniStack.
    await run(pythonEnvironment('emulator').program('python'), ['-m', 'zipfile', '-c', file, code], options)
    return readFileSync(file)
  }

  return {
    /** @returns the function's ARN */
    async make(FunctionName: Name): Promise<string> {
      const { FunctionArn = '' } = await lambda.send(
        new CreateFunctionCommand({
          FunctionName,
          Role: await makeRole(new IAMClient(access), FunctionName),
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Code: { ZipFile: await pack(FunctionName, `test/example/${FunctionName}`) },
        }),
      )
      return FunctionArn
    },
    async setCode(FunctionName: Name, directory: string): Promise<void> {
      const ZipFile = await pack(FunctionName, directory)
      await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }))
    },
  }
}

/** A role without permissions. @returns its ARN */
async function makeRole(iam: IAMClient, RoleName: string): Promise<string | undefined> {
  const Statement = [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }]
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
  return Role?.Arn
}
