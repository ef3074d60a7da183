// The local run from the tarball, in folders that have nothing else: the command, its errors, and the examples.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

type Outputs = Record<string, string>

/** The programs find the Node.js that runs this file, and nothing of the project. */
const env: NodeJS.ProcessEnv = {
  PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
  HOME: process.env.HOME,
  PORT: '0',
  COGNITO_PORT: '0',
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) =>
      /^(npm_config_(registry|cache)|https?_proxy|no_proxy|node_extra_ca_certs)$/i.test(name),
    ),
  ),
}

/** @throws Error naming the check that failed */
export async function testLocalRun(tarball: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'package-local-'))
  try {
    const app = await install(join(folder, 'app'), tarball)
    await testCommand(app)
    await testErrors(app)
    await testMissingPeer(join(folder, 'no-cdk'), tarball)
    await testExample('jest', join(folder, 'jest'), tarball)
    const vitest = await testExample('vitest', join(folder, 'vitest'), tarball)
    await testTypes(vitest)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** `npx cognito-impersonation start` is ready, impersonates by its outputs file, and ends at SIGTERM. */
async function testCommand(app: string): Promise<void> {
  const child = spawn('npx', ['cognito-impersonation', 'start', '--outputs-file', 'outputs.json'], {
    cwd: app,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  try {
    await untilPrinted(child, /^Ready in/m)
    const { Impersonation } = JSON.parse(await readFile(join(app, 'outputs.json'), 'utf8')) as {
      Impersonation: Outputs
    }
    const { ApiUrl = '', ApiKeyValueDefault = '', JwksUri = '' } = Impersonation
    const response = await fetch(`${ApiUrl}/auth/impersonate`, {
      method: 'POST',
      headers: {
        Authorization: `Basic ${btoa('olivia:Olivia-Local-1!')}`,
        'Content-Type': 'application/json',
        'X-API-Key': ApiKeyValueDefault,
      },
      body: '{"username":"alice"}',
    })
    assert('the command impersonates', response.status === 200)
    assert('JwksUri answers keys', (await fetch(JwksUri)).ok)
    for (const path of ['/docs', '/docs/openapi.json', '/docs/swagger-ui-bundle.js', '/docs/swagger-ui.css']) {
      assert(`${path} is served`, (await fetch(new URL(path, ApiUrl))).ok)
    }
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
    await untilRefused(ApiUrl)
  } finally {
    child.kill('SIGKILL')
  }
}

/** A mistake gets one line. */
async function testErrors(app: string): Promise<void> {
  const bin = join(app, 'node_modules/cognito-impersonation/dist/local/bin.js')
  const { version } = JSON.parse(await readFile(join(app, 'node_modules/cognito-impersonation/package.json'), 'utf8'))
  await writeFile(join(app, 'people.json'), '[{"username": "carla", "pasword": "x"}]')
  await writeFile(join(app, 'old.cjs'), "Object.defineProperty(process.versions, 'node', { value: '20.20.2' })")
  const useOldNode = ['--require', './old.cjs']
  const runner = [
    ...useOldNode,
    '--eval',
    "require('cognito-impersonation/local').runLocally().catch((e) => { console.error(e.message); process.exit(1) })",
  ]

  assert('--version prints the version', (await run(process.execPath, [bin, '--version'], app)).trim() === version)
  assert('--help prints the usage', (await run(process.execPath, [bin, '--help'], app)).startsWith('Usage: '))
  await assertFails(app, [bin, 'stop'], /^unknown command stop; usage: cognito-impersonation start/)
  await assertFails(app, [bin, 'start', '-c', 'sesionMinutes=5'], /^unknown setting sesionMinutes/)
  await assertFails(
    app,
    [bin, 'start', '--people', 'people.json'],
    /^people.json: person 1 \("carla"\): unknown field "pasword"/,
  )
  await assertFails(app, [...useOldNode, bin, 'start'], /^This is Node.js 20.20.2; 22.18 or newer is needed/)
  await assertFails(app, runner, /^This is Node.js 20.20.2; 22.18 or newer is needed/)
}

/** Without its peers, the command says what to install. */
async function testMissingPeer(folder: string, tarball: string): Promise<void> {
  const app = await install(folder, tarball, '--legacy-peer-deps')
  const bin = join(app, 'node_modules/cognito-impersonation/dist/local/bin.js')
  await assertFails(
    app,
    [bin, 'start'],
    /^(aws-cdk-lib|constructs) is not installed: npm install aws-cdk-lib constructs/,
  )
}

/** @returns the folder of the example */
async function testExample(name: string, folder: string, tarball: string): Promise<string> {
  await cp(fileURLToPath(new URL(`example/${name}`, import.meta.url)), folder, { recursive: true })
  await run('npm', ['install', '--no-audit', '--no-fund', tarball], folder)
  await run('npm', ['test'], folder)
  return folder
}

/** The declarations are whole, whichever way TypeScript finds modules. */
async function testTypes(folder: string): Promise<void> {
  await run('npm', ['install', '--no-audit', '--no-fund', '@types/node@24'], folder)
  for (const module of [
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ] as const) {
    const [kind, resolution] = module
    const options = [
      '--noEmit',
      '--strict',
      '--target',
      'es2022',
      '--types',
      'node',
      '--module',
      kind,
      '--moduleResolution',
      resolution,
    ]
    await run('npx', ['tsc', ...options, 'support.spec.ts'], folder)
  }
}

async function install(folder: string, tarball: string, ...options: string[]): Promise<string> {
  await cp(fileURLToPath(new URL('example/empty', import.meta.url)), folder, { recursive: true })
  await run('npm', ['install', '--no-audit', '--no-fund', ...options, tarball], folder)
  return folder
}

/** @returns what the program prints. @throws Error with its output if it fails */
async function run(program: string, args: string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 })
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${program} ${args.join(' ')} failed\n${stdout}${stderr}`, { cause: error })
  }
}

async function assertFails(cwd: string, args: string[], message: RegExp): Promise<void> {
  const { code, stderr } = await promisify(execFile)(process.execPath, args, { cwd, env }).then(
    () => ({ code: 0, stderr: '' }),
    (error: { code: number; stderr: string }) => error,
  )
  assert(`${args.slice(-2).join(' ')} fails with ${message}, not ${stderr}`, code === 1 && message.test(stderr))
  assert(`the error is one line: ${stderr}`, stderr.trim().split('\n').length === 1)
}

function assert(check: string, holds: boolean): void {
  if (!holds) throw new Error(`this does not hold: ${check}`)
}

async function untilPrinted(child: ChildProcess, text: RegExp): Promise<void> {
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (printed += data))
  while (!text.test(printed)) {
    if (child.exitCode !== null) throw new Error(`the command ended before it was ready\n${printed}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function untilRefused(url: string): Promise<void> {
  while (
    await fetch(url).then(
      () => true,
      () => false,
    )
  )
    await new Promise((resolve) => setTimeout(resolve, 50))
}
