// `npm run test:package`: packs the npm package, installs it into apps outside this repository, and synthesizes them.

import { deepStrictEqual as same } from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import { type RunOptions, run } from '../support/commands.ts'
import { appSource, consumers, synthesize, type Templates, templatesIn, writeConsumer } from './consumers.ts'
import { testLocalRun } from './local-run.ts'
import { misspeltProperty, tooOld, twoCopies } from './mistakes.ts'
import { nodePrograms, versionOf } from './node-programs.ts'
import { install, installed, makeProject, megabytes, oldestVersion, ownVersion, pack } from './package.ts'

const folder = mkdtempSync(join(tmpdir(), 'package-'))
const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort())
// Programs start faster with code that Node.js has compiled before.
const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') }
/** With CDK's validation, which takes 3 s in each app. All apps make the same templates: one with each CDK suffices. */
const validated = { env, signal: stop.signal }
const options = { env: { ...env, CDK_VALIDATION: 'false' }, signal: stop.signal }

const tools = ['typescript', '@types/node'].map((name) => `${name}@${ownVersion(name)}`)
const nodes = nodePrograms()
const newest = join(folder, 'newest')
const oldest = join(folder, 'oldest')

try {
  console.log(`Node.js ${nodes.map(versionOf).join(' and ')}`)
  const tarball = await step('Packing', () => pack(folder, options))
  console.log(`  ${(statSync(tarball).size / 1000).toFixed(0)} kB`)
  const expected = await step('Synthesizing from the repository', async () => {
    const outdir = join(folder, 'repository')
    await run(process.execPath, ['test/package/app/app.ts'], {
      ...validated,
      env: { ...env, CDK_OUTDIR: outdir },
    })
    return templatesIn(outdir)
  })
  console.log(`  ${await step('Installing the package alone', () => installAlone(tarball))}`)
  await step('Running it as JavaScript, without any other package', () => runAlone(expected))
  await step('Installing TypeScript and the oldest aws-cdk-lib', async () => {
    await install(newest, [...tools, 'tsx'], options)
    makeProject(oldest)
    await install(
      oldest,
      [`aws-cdk-lib@${oldestVersion('aws-cdk-lib')}`, 'constructs', tarball, ...tools, 'tsx'],
      options,
    )
  })
  for (const name of Object.keys(consumers)) await useAs(name, newest, expected)
  await useAs('CommonJS, compiled', oldest, expected, validated)
  await useAs('ES modules, node16', oldest, expected)
  await step('Misspelling a property', () => misspeltProperty(newest, options))
  await step('Using two copies of aws-cdk-lib', () =>
    twoCopies(join(folder, 'two'), { first: newest, second: oldest }, options),
  )
  const [major, minor] = oldestVersion('aws-cdk-lib').split('.').map(Number)
  const version = `${major}.${Number(minor) - 1}.0`
  await step('Using an aws-cdk-lib that is too old', () =>
    tooOld({ folder: join(folder, 'too-old'), tarball, version }, options),
  )
  await step('The local run: its command, its errors, jest and vitest', () => testLocalRun(folder, tarball, options))
} catch (error) {
  process.exitCode = 1
  console.error(`\n${error instanceof Error ? error.message : error}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Installs the package beside its peer dependencies. @returns what it adds, in words */
async function installAlone(tarball: string): Promise<string> {
  makeProject(newest)
  await install(newest, [`aws-cdk-lib@${ownVersion('aws-cdk-lib')}`, `constructs@${ownVersion('constructs')}`], options)
  const before = installed(newest)
  const seconds = await install(newest, [tarball], options)
  const added = installed(newest).filter((path) => !before.includes(path))
  same(added, ['node_modules/cognito-impersonation'])
  const size = megabytes(join(newest, 'node_modules/cognito-impersonation')).toFixed(1)
  return `${added.length} package beside the peer dependencies, ${size} MB, ${seconds.toFixed(1)} s`
}

/** Removes the types from the app, so that it needs no TypeScript. */
async function runAlone(expected: Templates): Promise<void> {
  writeFileSync(join(newest, 'app.mjs'), transformSync(appSource, { loader: 'ts' }).code)
  await compare(expected, (node) => synthesize({ folder: newest, program: ['app.mjs'], node }, options))
}

async function useAs(name: string, modules: string, expected: Templates, given: RunOptions = options): Promise<void> {
  const title = `${name}, ${modules === oldest ? 'oldest' : 'newest'} aws-cdk-lib`
  await step(title, async () => {
    const { folder, program } = await writeConsumer(modules, name, given)
    if (program) await compare(expected, (node) => synthesize({ folder, program, node }, given))
  })
}

/** @throws Error if an app makes other templates than the repository, on one version of Node.js */
async function compare(expected: Templates, work: (node: string) => Promise<Templates>): Promise<void> {
  for (const templates of await Promise.all(nodes.map(work))) same(templates, expected)
}

async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const started = performance.now()
  process.stdout.write(`${name} … `)
  const result = await work()
  console.log(`${((performance.now() - started) / 1000).toFixed(1)} s`)
  return result
}
