import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { demoApiKey, demoResourceKey } from '../../../../infra/local/demo/people.ts'
import { listen } from '../../../../infra/local/listen.ts'
import { paste, testWithCurl } from '../curl.ts'
import { impersonate } from '../impersonate.ts'
import { until } from '../support.ts'

const pathOf = (file: string) => fileURLToPath(new URL(`../../../../infra/local/command/${file}`, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'start-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Makes a folder for the files of one run. */
const newFolder = () => mkdtempSync(join(folder, 'run-'))

interface Started {
  child: ChildProcess
  printed: { out: string; err: string }
  exit: Promise<number | null>
}

/** Compiled code from a cache, and CDK's settings in global-setup.ts, make the many starts faster. */
const { PATH, NODE_COMPILE_CACHE, CDK_CONTEXT_JSON } = process.env
const common = { PATH, NODE_COMPILE_CACHE, CDK_CONTEXT_JSON, PORT: '0', COGNITO_PORT: '0' }

/** Runs start.ts on free ports. */
function start(env: Record<string, string>, ...args: string[]): Started {
  const child = spawn(process.execPath, [pathOf('npm-start.ts'), ...args], {
    env: { ...common, TMPDIR: folder, ...env },
  })
  const printed = { out: '', err: '' }
  child.stdout.on('data', (data) => (printed.out += data))
  child.stderr.on('data', (data) => (printed.err += data))
  // Not at 'exit': what it printed may still be on its way then.
  return { child, printed, exit: once(child, 'close').then(([code]) => code) }
}

describe('npm start', () => {
  const outputsFile = join(newFolder(), 'outputs.json')
  let started: Started
  let fileAtStart: string | undefined
  beforeAll(async () => {
    writeFileSync(outputsFile, '{"Impersonation": "an earlier run"}')
    started = start({}, '--outputs-file', outputsFile, '-c', 'sessionMinutes=5')
    await until(() => started.printed.out !== '')
    fileAtStart = existsSync(outputsFile) ? readFileSync(outputsFile, 'utf8') : undefined
    await until(() => started.printed.out.includes('Ctrl-C') || started.child.exitCode !== null)
  })
  afterAll(() => {
    started.child.kill('SIGKILL')
    return started.exit
  })

  const outputs = () => JSON.parse(readFileSync(outputsFile, 'utf8')).Impersonation as Record<string, string>

  test('writes the outputs file like `cdk deploy`', () => {
    expect(outputs()).toMatchObject({
      ApiUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1$/),
      CognitoEndpoint: expect.any(String),
      DynamoDbEndpoint: expect.any(String),
      UserPoolId: expect.any(String),
      Issuer: expect.stringMatching(/^https:/),
      JwksUri: `${outputs().CognitoEndpoint}/${outputs().UserPoolId}/.well-known/jwks.json`,
      ApiKeyValueDefault: demoApiKey,
    })
  })

  test('removes the outputs file of an earlier run before it is ready', () => {
    // On a busy machine, the run's own file may be there already.
    expect(fileAtStart ?? '').not.toContain('an earlier run')
  })

  test('prints addresses, API keys and demo people, and no colours into a pipe', () => {
    const { out } = started.printed
    for (const text of [
      outputs().ApiUrl,
      outputs().CognitoEndpoint,
      demoApiKey,
      demoResourceKey,
      'Olivia-Local-1!',
      'Audrey-Local-1!',
      'ivan',
      'Ready in',
    ]) {
      expect(out).toContain(text)
    }
    expect(out).not.toContain('\u001b')
  })

  test('prints the links to the demo first', async () => {
    const [backOffice = '', shop = ''] = started.printed.out.match(/http:\/\/127\.0\.0\.1:\d+\/\S*/g) ?? []
    const pages = await Promise.all([backOffice, shop].map(async (url) => (await fetch(url)).text()))
    expect(pages).toEqual([
      expect.stringMatching(/<title>Back office<.*Olivia-Local-1!/s),
      expect.stringMatching(/<title>Teapot shop.*Alice-Local-1!/s),
    ])
  })

  test('accepts -c like the CDK CLI', async () => {
    const response = await impersonate(outputs().ApiUrl, { apiKey: demoApiKey })
    const { session } = (await response.json()) as { session: { authorization: string } }
    const { exp, iat } = JSON.parse(Buffer.from(session.authorization.split('.')[1] ?? '', 'base64url').toString())
    expect(exp - iat).toBe(300)
    await until(() => started.printed.out.includes('olivia as alice: issued'))
  })

  test('prints an event for each change of an impersonation', async () => {
    const id = (await impersonate(outputs().ApiUrl, { apiKey: demoApiKey })).headers.get('impersonation-id')
    const line = new RegExp(
      `EVENT {2}user\\.session\\.impersonation\\.(\\w+) {2}olivia as alice {2}impersonation ${id}`,
      'g',
    )
    const verbs = () => Array.from(started.printed.out.matchAll(line), ([, verb]) => verb)
    await until(() => verbs().length >= 3)
    expect(verbs()).toEqual(['request', 'redeem', 'initiate'])
  })

  testWithCurl.each([
    ['a password', 'curl '],
    ['an ID token', 'ID_TOKEN='],
  ])('prints a call with %s that works when pasted', async (_name, prefix) => {
    const line = started.printed.out.split('\n').find((text) => text.startsWith(prefix))
    const stdout = await paste(line)
    expect(stdout).toMatch(/^HTTP\/1\.1 200 OK/)
    expect(stdout).toContain('"username":"alice"')
  })
})

describe('npm start with a people file', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'prints a call of the first actor for the first subject, but no password, and stops at %s without temporary files',
    async (signal) => {
      const [temporary, peopleFile] = [newFolder(), join(newFolder(), 'people.json')]
      const actor = { username: "o'neil", password: 'Secret-Local-1!', groups: ['impersonators'] }
      writeFileSync(peopleFile, JSON.stringify([actor, { username: 'carla', groups: ['gold'] }]))
      const { child, printed, exit } = start({ TMPDIR: temporary }, '--people', peopleFile)
      await until(() => printed.out.includes('Ctrl-C') || child.exitCode !== null)
      expect(printed.out).toContain('made the group gold, which the stack lacks')
      expect(printed.out).toContain(`-u 'o'\\''neil'`)
      expect(printed.out + printed.err).not.toContain(actor.password)
      expect(printed.out).toContain('"username":"carla"')
      expect(printed.out).not.toContain('olivia')
      expect(printed.out).toContain("sign in as o'neil and act as a user")
      const [backOffice = ''] = printed.out.match(/http:\S+/g) ?? []
      expect(await (await fetch(backOffice)).text()).not.toMatch(/olivia|Local-1!/)
      child.kill(signal)
      expect(await exit).toBe(0)
      await expect(fetch(backOffice)).rejects.toThrow('fetch failed')
      expect(readdirSync(temporary)).toEqual([])
    },
  )
})

describe('npm start under npx', () => {
  test('stops when npx is gone, because a signal to npx does not reach it', async () => {
    const temporary = newFolder()
    const npx = spawn('sh', ['-c', '"$0" "$1"; true', process.execPath, pathOf('npm-start.ts')], {
      env: { ...common, TMPDIR: temporary, npm_lifecycle_event: 'npx' },
    })
    let printed = ''
    npx.stdout.on('data', (data) => (printed += data))
    const ended = once(npx.stdout, 'end')
    await until(() => printed.includes('Ctrl-C'))
    npx.kill('SIGKILL')
    // The output ends only when the command ends, too.
    await ended
    expect(readdirSync(temporary)).toEqual([])
  })
})

describe('npm start, given wrong input, prints one line, writes no file and exits with 1', () => {
  let taken: Server
  beforeAll(async () => {
    taken = createServer()
    await listen(taken)
  })
  afterAll(() => new Promise((resolve) => taken.close(resolve)))

  async function errorOf(env: Record<string, string>, ...args: string[]): Promise<string> {
    const temporary = newFolder()
    const { printed, exit } = start({ TMPDIR: temporary, ...env }, ...args)
    expect(await exit).toBe(1)
    expect(readdirSync(temporary)).toEqual([])
    expect(printed.out).not.toContain('Ready')
    expect(printed.err.trim().split('\n')).toHaveLength(1)
    return printed.err
  }

  test('for an invalid port', async () => {
    expect(await errorOf({ PORT: 'x' })).toContain('PORT is "x"')
    expect(await errorOf({ COGNITO_PORT: '99999' })).toContain('COGNITO_PORT is "99999"')
    expect(await errorOf({}, '--port', 'x')).toContain('--port is "x"')
    expect(await errorOf({ BACK_OFFICE_PORT: '-1' })).toContain('BACK_OFFICE_PORT is "-1"')
    expect(await errorOf({ SHOP_PORT: 'x' })).toContain('SHOP_PORT is "x"')
  })

  test('for a taken port', async () => {
    const { port } = taken.address() as AddressInfo
    expect(await errorOf({ PORT: String(port) })).toContain(`port ${port} is taken; choose another with PORT`)
    expect(await errorOf({}, '--port', String(port))).toContain(`port ${port} is taken; choose another with --port`)
    for (const name of ['BACK_OFFICE_PORT', 'SHOP_PORT']) {
      expect(await errorOf({ [name]: String(port) })).toContain(`port ${port} is taken; choose another with ${name}`)
    }
  })

  test('for an unknown option, or an option without a value', async () => {
    expect(await errorOf({}, '--outputs')).toContain('--outputs')
    expect(await errorOf({}, '-c', 'sessionMinutes')).toContain('-c needs name=value')
  })

  test('for a setting that breaks its rule', async () => {
    expect(await errorOf({}, '-c', 'sessionMinutes=1')).toContain('setting sessionMinutes is "1"')
  })

  test('for a bad people file', async () => {
    const peopleFile = join(newFolder(), 'bad.json')
    writeFileSync(peopleFile, '[{"username": "carla", "pasword": "x"}]')
    expect(await errorOf({}, '--people', peopleFile)).toContain('bad.json: person 1 ("carla"): unknown field "pasword"')
    expect(await errorOf({}, '--people', join(folder, 'none.json'))).toContain('none.json: no such file')
  })

  test('for an outputs file in a folder that does not exist', async () => {
    const file = join(folder, 'none', 'outputs.json')
    expect(await errorOf({}, '--outputs-file', file)).toContain('--outputs-file: the folder')
  })
})

describe('the check of the Node.js version', () => {
  const check = (version: string) => {
    const script = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); import('${pathOf('node-version.js')}')`
    return promisify(execFile)(process.execPath, ['-e', script])
  }

  test.each(['18.20.0', '20.20.2', '22.17.1'])(
    'rejects %s with one line that names the required version',
    async (version) => {
      await expect(check(version)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(new RegExp(`^This is Node.js ${version}; 22.18 or newer is needed.*\n$`)),
      })
    },
  )

  test.each(['22.18.0', '24.0.0'])('accepts %s', async (version) => {
    expect(await check(version)).toEqual({ stdout: '', stderr: '' })
  })
})
