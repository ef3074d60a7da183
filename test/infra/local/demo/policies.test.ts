// The demo and the printed calls with policies that change how staff sign in or what they must send.

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Closers } from '../../../../infra/local/closers.ts'
import { welcome } from '../../../../infra/local/command/welcome.ts'
import { openDemo } from '../../../../infra/local/demo/start-demo.ts'
import { runLocally } from '../../../../infra/local/run.ts'
import { sharedAssembly } from '../../../support/assembly.ts'
import { withinOneDay } from '../../../support/one-day.ts'
import { poolKeys } from '../../../support/pool-keys.ts'
import { hasCurl, paste, testWithCurl } from '../curl.ts'

const keys = poolKeys()

type Demo = Awaited<ReturnType<typeof startDemo>>

/** The demos by their settings: tests with the same settings share one. */
const demos = new Map<string, Promise<Demo>>()
afterAll(async () => {
  for (const demo of demos.values()) await (await demo).close()
})

function demoWith(context: Record<string, string>): Promise<Demo> {
  const key = JSON.stringify(context)
  const demo = demos.get(key) ?? startDemo(context)
  demos.set(key, demo)
  return demo
}

async function startDemo(context: Record<string, string>) {
  const closers = new Closers()
  const demo = closers.track(await openDemo({ backOffice: 0, shop: 0 }))
  const assembly = await sharedAssembly({ ...demo.defaults, ...context })
  const run = closers.track(await runLocally({ assembly, people: 'demo', keys: () => keys }))
  demo.serve(run, { hints: true })
  const origin = new URL(demo.backOfficeUrl).origin

  async function send(method: string, path: string, options: { cookie?: string; body?: object } = {}) {
    const { cookie = '', body } = options
    const response = await fetch(origin + path, {
      method,
      headers: { Origin: origin, Cookie: cookie },
      ...(body && { body: JSON.stringify(body) }),
    })
    const cookies = response.headers.get('set-cookie')?.split(';')[0] ?? ''
    return { status: response.status, cookie: cookies, body: (await response.json()) as Record<string, string> }
  }

  return {
    send,
    signIn: () => send('POST', '/session', { body: { username: 'olivia', password: 'Olivia-Local-1!' } }),
    printed: welcome({ ...run, ...demo, arePasswordsPublic: true }).split('\n'),
    close: () => closers.close(),
  }
}

describe('without Basic, with a limit and a form of reasons', () => {
  let demo: Demo
  let answer: string
  beforeAll(async () => {
    demo = await demoWith({
      basic: 'false',
      actorLimit: '{"limit":2,"period":"DAY"}',
      reasonPattern: '{"pattern":"SUP-[0-9]+","description":"a ticket number such as SUP-123"}',
    })
    // Before a test reaches the limit.
    answer = hasCurl ? await paste(demo.printed.find((line) => line.startsWith('ID_TOKEN='))) : ''
  })

  testWithCurl('the printed call works, and there is only one, since Basic is off', () => {
    expect(demo.printed.filter((line) => line.startsWith('curl'))).toEqual([])
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/)
    expect(answer).toContain('"username":"alice"')
  })

  test('staff sign in, learn the form of a reason, and learn when the limit ends', async () => {
    const { status, cookie } = await demo.signIn()
    expect(status).toBe(200)
    expect((await demo.send('GET', '/config')).body).toEqual({ reasonForm: 'a ticket number such as SUP-123' })

    const prepare = (reason: string) =>
      demo.send('POST', '/impersonations', { cookie, body: { username: 'alice', reason } })
    expect(await prepare('because')).toMatchObject({
      status: 400,
      body: { message: 'reason must be a ticket number such as SUP-123' },
    })
    const answers = await withinOneDay(async () => [
      await prepare('SUP-1'),
      await prepare('SUP-2'),
      await prepare('SUP-3'),
    ])
    expect(answers.at(-1)).toMatchObject({
      status: 429,
      body: { message: expect.stringContaining('too many'), retryAfter: expect.stringMatching(/^\d+$/) },
    })
  })
})

describe('with a level that no password reaches', () => {
  let demo: Demo
  beforeAll(async () => {
    demo = await demoWith({ basic: 'false', actorAcr: 'urn:cognito:loa:4' })
  })

  testWithCurl('the printed call shows the refusal, as its heading says', async () => {
    const index = demo.printed.findIndex((line) => line.startsWith('ID_TOKEN='))
    expect(demo.printed.slice(0, index).join('\n')).toContain(
      'which is refused: a password reaches only urn:cognito:loa:1',
    )
    const answer = await paste(demo.printed[index])
    expect(answer).toMatch(/^HTTP\/1\.1 401 /)
    expect(answer).toMatch(/^Impersonation-Error: SignInInsufficient\r$/im)
  })

  test('staff sign in, and the back office passes the API’s refusal on', async () => {
    const { status, cookie } = await demo.signIn()
    expect(status).toBe(200)
    const refusal = { status: 401, body: { message: expect.stringContaining('not strong enough') } }
    expect(await demo.send('GET', '/impersonations', { cookie })).toMatchObject(refusal)
    const body = { username: 'alice', reason: 'ticket 42' }
    expect(await demo.send('POST', '/impersonations', { cookie, body })).toMatchObject(refusal)
  })
})

/** The rows of the table in local-run.md: `start` with, change in the call, and the response. */
function documentedPolicies() {
  const text = readFileSync(new URL('../../../../infra/docs/local-run.md', import.meta.url), 'utf8')
  const [, section = ''] = /^## Try the policies\n(.*?)^## /ms.exec(text) ?? []
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
  return rows.map((row) => {
    const [, options = '', change = '', response = ''] = row.split(/ ?\| ?/)
    const context = [...options.matchAll(/-c (?:'([^']*)'|([^\s`]+))/g)].map(
      ([, quoted, plain]) => quoted ?? plain ?? '',
    )
    const [, from = '', to = ''] = /^`([\w-]+)` to `([\w-]+)`/.exec(change) ?? []
    const [, status, code, message] = /^(\d+) `(\w+)`: (.*)$/.exec(response) ?? []
    return {
      context: Object.fromEntries(context.map((pair) => pair.split(/=(.*)/s).slice(0, 2))),
      change: (call: string) => call.replace(`"${from}"`, `"${to}"`),
      times: change.includes('three times') ? 3 : 1,
      response: { status, code, message },
    }
  })
}

describe('the policies in local-run.md', () => {
  const policies = documentedPolicies()

  test('are five, and each refuses with a code of its own', () => {
    expect(policies.map(({ response }) => response.code)).toEqual([
      'SubjectNotAllowed',
      'SignInInsufficient',
      'ActorLimit',
      'ApprovalRequired',
      'RequestInvalid',
    ])
  })

  testWithCurl.each(policies)(
    'respond as the page says: $response.code',
    async ({ context, change, times, response }) => {
      const demo = await demoWith(context)
      const call = demo.printed.find((line) => /^(curl|ID_TOKEN=)/.test(line)) ?? ''
      if (times === 1 && response.code !== 'SignInInsufficient') expect(change(call)).not.toBe(call)
      // A minute can end between the calls.
      let answer = ''
      for (let sent = 0; sent < times || (times > 1 && sent < 2 * times && answer.includes(' 200 OK')); sent++) {
        answer = await paste(change(call))
      }
      expect({
        status: /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1],
        code: /^impersonation-error: (\w+)/im.exec(answer)?.[1],
        message: /"message":"([^"]*)"/.exec(answer)?.[1],
      }).toEqual(response)
    },
  )
})
