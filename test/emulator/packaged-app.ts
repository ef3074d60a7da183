// Deploys the example app with the npm package in place of this repository's code.

import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pack } from '../package/package.ts'
import { type RunOptions, root, run } from '../support/commands.ts'
import { createDemoPeople, deploy, useEmulatorAddresses } from './deployment.ts'
import { signInOlivia } from './olivia.ts'

/** @throws Error if an impersonation in the deployed app does not succeed */
export async function testPackagedApp(
  { endpoint, folder }: { endpoint: string; folder: string },
  options: RunOptions,
): Promise<void> {
  const app = join(folder, 'packaged-app')
  mkdirSync(app)
  await unpack(app, options)
  cpSync(join(root, 'test/example'), app, { recursive: true })
  const stack = join(app, 'shop-stack.ts')
  writeFileSync(stack, readFileSync(stack, 'utf8').replace('../../infra/index.ts', 'cognito-impersonation'))
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }\n')
  writeFileSync(join(app, 'cdk.json'), '{ "app": "node app.ts" }\n')

  // With CDK's validation, as its users deploy.
  const env = { ...options.env, CDK_VALIDATION: undefined }
  const outputsFile = await deploy(join(app, 'cdk.out'), { ...options, env, cwd: app })
  const access = { ...(await useEmulatorAddresses({ outputsFile, endpoint })), signal: options.signal }
  await createDemoPeople(outputsFile, options)
  const { status, id, session } = await (await signInOlivia(access)).impersonate('alice')
  if (status !== 200 || !id || !session) throw new Error(`the packaged app answered ${status}`)
}

/** Installs the package, and this repository's copies of its peer dependencies. `npm run test:package` uses npm instead. */
async function unpack(app: string, options: RunOptions): Promise<void> {
  const modules = join(app, 'node_modules')
  const own = join(modules, 'cognito-impersonation')
  mkdirSync(own, { recursive: true })
  // With this machine's settings of npm.
  const tarball = await pack(app, { ...options, env: process.env })
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', own], options)
  for (const name of ['aws-cdk-lib', 'constructs']) symlinkSync(join(root, 'node_modules', name), join(modules, name))
}
