// The module `cognito-impersonation/local`.

import { cpSync } from 'node:fs'
import { createServer } from 'node:http'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { JwtVerifier } from 'aws-jwt-verify'
import type { Jwks } from 'aws-jwt-verify/jwk'
import type { LocalRun, LogEntry, Person } from '../../../infra/local/index.ts'
import { listen } from '../../../infra/local/listen.ts'
import { versionProblem } from '../../../infra/local/node-version.js'
import { sharedAssembly } from '../../support/assembly.ts'
import { impersonate } from './impersonate.ts'

// Runs with equal settings share one synthesis. run.test.ts runs the real module.
jest.unstable_mockModule('../../../infra/local/cloudformation/assembly.ts', () => ({
  synthesizeInto: async (outdir: string, context?: Record<string, unknown>) =>
    cpSync(await sharedAssembly(context), outdir, { recursive: true }),
}))
const { runLocally } = await import('../../../infra/local/index.ts')

let run: LocalRun | undefined
afterEach(async () => {
  await run?.close()
  run = undefined
})

const people: Person[] = [
  { username: 'sam', password: 'Sam-Local-1234!', groups: ['support'] },
  { username: 'carla', attributes: { email: 'carla@example.com', email_verified: 'true' } },
  { username: 'ursula', status: 'UNCONFIRMED' },
  { username: 'rita', status: 'RESET_REQUIRED' },
  { username: 'Okta_4711', status: 'EXTERNAL_PROVIDER' },
  { username: 'dan', enabled: false },
  { username: 'victor', groups: ['vip'] },
]

async function actAs({ outputs }: LocalRun, actor: string, username: string) {
  const apiKey = outputs.ApiKeyValueAcmeCorp ?? outputs.ApiKeyValueDefault
  const response = await impersonate(outputs.ApiUrl, { apiKey, actor, username })
  return { status: response.status, body: (await response.json()) as { session: { authorization: string } } }
}

describe('runLocally', () => {
  test('runs the demo people by default, and its outputs verify the tokens', async () => {
    run = await runLocally()
    const { outputs } = run
    expect(run.people.map(({ username }) => username)).toEqual([
      'olivia',
      'alice',
      'audrey',
      'victor',
      'bob',
      'root',
      'dora',
      'ivan',
    ])
    const { status, body } = await actAs(run, 'olivia:Olivia-Local-1!', 'alice')
    expect(status).toBe(200)
    const verifier = JwtVerifier.create({
      issuer: outputs.Issuer,
      audience: outputs.ImpersonationClientId,
      jwksUri: outputs.JwksUri,
    })
    verifier.cacheJwks((await (await fetch(outputs.JwksUri)).json()) as Jwks)
    expect(await verifier.verify(body.session.authorization)).toMatchObject({
      'cognito:username': 'alice',
      act: { sub: expect.any(String) },
    })
  })

  test('runs with settings and people of one’s own, in every state', async () => {
    const log: LogEntry[] = []
    run = await runLocally({
      context: {
        customers: 'acme-corp',
        impersonatorsGroup: 'support',
        protectedGroups: 'support,impersonation-auditors,vip',
      },
      people,
      log: (entry) => log.push(entry),
    })
    expect(run.people).toEqual(people)
    const statuses: Record<string, number> = {}
    for (const { username } of people) {
      statuses[username] = (await actAs(run, 'sam:Sam-Local-1234!', username)).status
    }
    expect(statuses).toEqual({ sam: 403, carla: 200, ursula: 422, rita: 422, Okta_4711: 422, dan: 422, victor: 403 })
    expect(await actAs(run, 'sam:Sam-Local-1234!', 'carla@example.com')).toMatchObject({ status: 200 })
    const page = await (await fetch(new URL('/docs/start.js', run.outputs.ApiUrl))).text()
    expect(page).not.toContain('Sam-Local-1234!')
    expect(log).toContainEqual(expect.objectContaining({ source: 'gateway', status: 200 }))
  })

  test('gives an existing pool the custom attributes of its people', async () => {
    run = await runLocally({
      context: {
        userPoolId: 'us-east-1_Existing1',
        protectedGroups: 'impersonators,impersonation-auditors',
        readAttributes: 'custom:tenant',
      },
      people: [
        { username: 'sam', password: 'Sam-Local-1234!', groups: ['impersonators'] },
        { username: 'carla', attributes: { 'custom:tenant': 'acme' } },
      ],
    })
    const { status, body } = await actAs(run, 'sam:Sam-Local-1234!', 'carla')
    expect(status).toBe(200)
    const [, claims = ''] = body.session.authorization.split('.')
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ 'custom:tenant': 'acme' })
  })

  test.each<[string, object, string]>([
    ['an unknown option', { poeple: [] }, 'unknown option poeple: the options are context, port,'],
    ['an option of this repository’s own tests', { intercept: () => {} }, 'unknown option intercept'],
    ['a bad person', { people: [{ username: 'sam', group: 'x' }] }, 'people: person 1 ("sam"): unknown field "group"'],
    ['an unknown setting', { context: { sesionMinutes: 5 } }, 'unknown setting sesionMinutes'],
    ['a setting that breaks its rule', { context: { sessionMinutes: 1 } }, 'setting sessionMinutes is 1'],
    ['a person whom the pool refuses', { people: [{ username: 'a', password: 'x' }] }, 'person 1 ("a"): Password did'],
  ])('refuses %s', async (_name, options, message) => {
    await expect(runLocally(options)).rejects.toThrow(message)
  })

  test('refuses a taken port', async () => {
    const server = createServer()
    const port = await listen(server)
    await expect(runLocally({ port })).rejects.toThrow(`EADDRINUSE: address already in use 127.0.0.1:${port}`)
    await new Promise((resolve) => server.close(resolve))
  })
})

test('versionProblem names the version that is needed', () => {
  expect(versionProblem('20.20.2')).toMatch(/^This is Node.js 20.20.2; 22.18 or newer is needed/)
  expect(versionProblem('24.0.0')).toBeUndefined()
})
