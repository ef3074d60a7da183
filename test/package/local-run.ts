// The local run from the tarball, in folders that have nothing else: the command, its errors, and the examples.

import { match, equal as same } from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type RunOptions, run } from '../support/commands.ts'
import { install, makeProject, ownVersion } from './package.ts'

const fromPackage = 'node_modules/cognito-impersonation'
const bin = `${fromPackage}/dist/local/bin.js`
const start = ['npx', ['cognito-impersonation', 'start', '--outputs-file', 'outputs.json']] as const

/** @param folder an empty folder. @throws Error naming the check that failed */
export async function testLocalRun(folder: string, tarball: string, given: RunOptions): Promise<void> {
  const options = { ...given, env: consumerEnvironment(given.env) }
  const app = join(folder, 'local')
  makeProject(app)
  await install(app, [tarball], options)
  await testCommand(app, options)
  await testErrors(app, options)
  await testMissingPeer(join(folder, 'local-without-peers'), tarball, options)
  await testExample('jest', join(folder, 'jest'), [tarball], options)
  const vitest = join(folder, 'vitest')
  await testExample('vitest', vitest, [tarball, `@types/node@${ownVersion('@types/node')}`], options)
  await testTypes(vitest, options)
}

/** Programs find the Node.js that runs this file, and none of the settings that npm hands on from this project. */
function consumerEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^npm_(?!config_(registry|cache)$)|^NODE_OPTIONS$/i.test(name))
  const PATH = `${dirname(process.execPath)}${delimiter}${env.PATH}`
  return { ...Object.fromEntries(kept), PATH, PORT: '0', COGNITO_PORT: '0' }
}

/** `npx cognito-impersonation start` is ready, impersonates by its outputs file, and ends when npx gets a signal. */
async function testCommand(app: string, { env, signal }: RunOptions): Promise<void> {
  const child = spawn(...start, { cwd: app, env, signal, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const printed = await untilReady(child)
    const { Impersonation: outputs } = JSON.parse(readFileSync(join(app, 'outputs.json'), 'utf8'))
    const response = await fetch(`${outputs.ApiUrl}/auth/impersonate`, {
      method: 'POST',
      headers: {
        Authorization: `Basic ${btoa('olivia:Olivia-Local-1!')}`,
        'Content-Type': 'application/json',
        'X-API-Key': outputs.ApiKeyValueDefault,
      },
      body: '{"username":"alice"}',
    })
    same(response.status, 200)
    const pages = ['/docs', '/docs/openapi.json', '/docs/swagger-ui-bundle.js', '/docs/swagger-ui.css', outputs.JwksUri]
    for (const page of pages) same((await fetch(new URL(page, outputs.ApiUrl))).status, 200, page)
    const [backOffice = '', shop = ''] = printed.match(/http:\/\/127\.0\.0\.1:\d+\/\s/g) ?? []
    for (const page of [backOffice, `${shop.trim()}impersonate`]) same((await fetch(page)).status, 200, page)
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
    await untilRefused(outputs.ApiUrl)
  } finally {
    child.kill('SIGKILL')
  }
}

/** @returns what it printed */
async function untilReady(child: ChildProcess): Promise<string> {
  let printed = ''
  child.stdout?.on('data', (data) => (printed += data))
  while (!/^Ready in[\s\S]*Ctrl-C/m.test(printed)) {
    same(child.exitCode, null, printed)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return printed
}

async function untilRefused(url: string): Promise<void> {
  const answers = () =>
    fetch(url).then(
      () => true,
      () => false,
    )
  while (await answers()) await new Promise((resolve) => setTimeout(resolve, 50))
}

/** A mistake gets one line. */
async function testErrors(app: string, options: RunOptions): Promise<void> {
  writeFileSync(join(app, 'people.json'), '[{"username": "carla", "pasword": "x"}]')
  writeFileSync(join(app, 'old.cjs'), "Object.defineProperty(process.versions, 'node', { value: '20.20.2' })")
  writeFileSync(
    join(app, 'run.cjs'),
    "require('cognito-impersonation/local').runLocally().catch(({ message }) => { console.error(message); process.exitCode = 1 })",
  )
  const inApp = { ...options, cwd: app }
  const { version } = JSON.parse(readFileSync(join(app, fromPackage, 'package.json'), 'utf8'))
  same(await run(process.execPath, [bin, '--version'], inApp), `${version}\n`)
  match(await run(process.execPath, [bin, '--help'], inApp), /^Usage: cognito-impersonation start /)

  const tooOld = /^This is Node.js 20.20.2; 22.18 or newer is needed\. Install Node.js 24\.$/
  await fails([bin, 'stop'], /^unknown command stop; usage: cognito-impersonation start [^\n]*$/, inApp)
  await fails([bin, 'start', '-c', 'sesionMinutes=5'], /unknown setting sesionMinutes[^\n]*$/, inApp)
  await fails([bin, 'start', '--people', 'people.json'], /^people.json: person 1 \("carla"\): unknown field/, inApp)
  await fails(['--require', './old.cjs', bin, 'start'], tooOld, inApp)
  await fails(['--require', './old.cjs', 'run.cjs'], tooOld, inApp)
}

/** Without the peer dependencies, the command says what to install. */
async function testMissingPeer(folder: string, tarball: string, options: RunOptions): Promise<void> {
  makeProject(folder)
  await install(folder, ['--legacy-peer-deps', tarball], options)
  const message = /(aws-cdk-lib|constructs) is not installed: npm install aws-cdk-lib constructs$/
  await fails([bin, 'start'], message, { ...options, cwd: folder })
}

async function testExample(name: string, folder: string, packages: string[], options: RunOptions): Promise<void> {
  cpSync(fileURLToPath(new URL(`example/${name}`, import.meta.url)), folder, { recursive: true })
  await install(folder, packages, options)
  await run('npm', ['test'], { ...options, cwd: folder })
}

/** The declarations are whole, in both ways in which TypeScript finds modules. */
async function testTypes(folder: string, options: RunOptions): Promise<void> {
  const compiler = ['tsc', '--noEmit', '--strict', '--target', 'es2022', '--types', 'node', 'support.spec.ts']
  for (const modules of ['--module node16', '--module esnext --moduleResolution bundler']) {
    await run('npx', [...compiler, ...modules.split(' ')], { ...options, cwd: folder })
  }
}

/** @throws Error if the program succeeds, or prints something else */
async function fails(args: string[], message: RegExp, options: RunOptions): Promise<void> {
  const result = await run(process.execPath, args, options).then(
    () => 'it succeeded',
    (error: Error) => error.message.replace(/^.* ended with code 1\n/, ''),
  )
  match(result, message)
}
