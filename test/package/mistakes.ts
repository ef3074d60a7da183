// Mistakes of the package's users, and the errors that they get.

import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RunOptions, run } from '../support/commands.ts'
import { install, makeProject } from './package.ts'

const misspelt = `
  const { App, Stack } = require('aws-cdk-lib')
  const { Impersonation } = require('cognito-impersonation')
  new Impersonation(new Stack(new App(), 'Shop'), 'Impersonation', { sesionMinutes: 5 })
`
const plain = misspelt.replace('{ sesionMinutes: 5 }', '{}')

/** @param modules the folder with node_modules */
export async function misspeltProperty(modules: string, options: RunOptions): Promise<void> {
  const file = join(modules, 'misspelt.cts')
  writeFileSync(file, misspelt.replaceAll(/const (.*) = require\((.*)\)/g, 'import $1 from $2'))
  const tsc = join(modules, 'node_modules/typescript/bin/tsc')
  const flags = ['--strict', '--noEmit', '--skipLibCheck', '--module', 'nodenext', '--ignoreConfig']
  const node = (...args: string[]) => run(process.execPath, args, { ...options, cwd: modules })
  await expectError("'sesionMinutes' does not exist in type", () => node(tsc, ...flags, file))
  await expectError('unknown setting sesionMinutes', () => node('-e', misspelt))
}

/** npm refuses to install it. If somebody forces npm, the construct refuses it. */
export async function tooOld(
  { folder, tarball, version }: { folder: string; tarball: string; version: string },
  options: RunOptions,
): Promise<void> {
  makeProject(folder)
  const packages = [`aws-cdk-lib@${version}`, 'constructs', tarball]
  await expectError('peer aws-cdk-lib@', () => install(folder, packages, options))
  await install(folder, [...packages, '--legacy-peer-deps'], options)
  await expectError(`aws-cdk-lib ${version} is too old`, () =>
    run(process.execPath, ['-e', plain], { ...options, cwd: folder }),
  )
}

/** @param first @param second folders with node_modules, with two versions of aws-cdk-lib */
export async function twoCopies(
  folder: string,
  { first, second }: { first: string; second: string },
  options: RunOptions,
): Promise<void> {
  const own = join(folder, 'node_modules/cognito-impersonation')
  mkdirSync(join(own, 'node_modules'), { recursive: true })
  cpSync(join(first, 'node_modules/cognito-impersonation'), own, { recursive: true })
  for (const name of ['aws-cdk-lib', 'constructs']) {
    symlinkSync(join(first, 'node_modules', name), join(folder, 'node_modules', name))
  }
  symlinkSync(join(second, 'node_modules/aws-cdk-lib'), join(own, 'node_modules/aws-cdk-lib'))
  await expectError('use two copies of aws-cdk-lib', () =>
    run(process.execPath, ['-e', plain], { ...options, cwd: folder }),
  )
}

/** @throws Error if the work succeeds or fails with another text */
async function expectError(text: string, work: () => Promise<unknown>): Promise<void> {
  const message = await work().then(
    () => undefined,
    (error: Error) => error.message,
  )
  if (!message?.includes(text)) throw new Error(`expected an error with "${text}", not: ${message ?? 'no error'}`)
}
