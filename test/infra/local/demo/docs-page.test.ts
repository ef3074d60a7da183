// The page at /docs: its files, and the paths that it leaves to the API.

import { readFileSync } from 'node:fs'
import { get, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { demoApiKey, people } from '../../../../infra/local/demo/people.ts'
import type { LogEntry } from '../../../../infra/local/log.ts'
import { type LocalRun, runLocally } from '../../../../infra/local/run.ts'
import { description } from '../../../acceptance/contract.ts'
import { sharedAssembly } from '../../../support/assembly.ts'
import { poolKeys } from '../../../support/pool-keys.ts'

const logged: LogEntry[] = []
let run: LocalRun
let apiUrl: string
beforeAll(async () => {
  run = await runLocally({ assembly: await sharedAssembly(), keys: poolKeys, log: (entry) => logged.push(entry) })
  apiUrl = run.outputs.ApiUrl ?? ''
})
afterAll(() => run?.close())

/** Sends the path unchanged. `fetch` would normalize the path. */
async function read(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { hostname, port } = new URL(apiUrl)
  return new Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
    get({ hostname, port, path, headers, method, agent: false }, async (response) =>
      resolve({ status: response.statusCode, headers: response.headers, body: await text(response) }),
    ).on('error', reject)
  })
}

describe('/docs', () => {
  test('loads only its own files, and its policy forbids all others', async () => {
    const { status, headers, body } = await read('/docs')
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'text/html; charset=utf-8' })
    const loaded = [...body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address ?? '')
    expect(loaded.sort()).toEqual(['/docs/start.js', '/docs/swagger-ui-bundle.js', '/docs/swagger-ui.css', 'data:,'])
    for (const path of loaded.filter((address) => address.startsWith('/'))) {
      expect(await read(path)).toMatchObject({ status: 200 })
    }
    expect(String(headers['content-security-policy']).split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'unsafe-inline'",
      'img-src data:',
      "connect-src 'self'",
    ])
  })

  test('shows openapi.yaml with the running API as the server', async () => {
    const { servers, ...served } = JSON.parse((await read('/docs/openapi.json')).body)
    expect(servers).toEqual([{ url: apiUrl, description: expect.any(String) }])
    const { servers: _, ...document } = description
    expect(served).toEqual(document)
  })

  test('fills in an API key and an actor', async () => {
    const { body } = await read('/docs/start.js')
    const [actor] = people
    for (const value of [demoApiKey, actor?.username, actor?.password]) expect(body).toContain(JSON.stringify(value))
  })

  test('redirects from another host name to the address of the API, because the API does not allow CORS', async () => {
    const { port, origin } = new URL(apiUrl)
    expect(await read('/docs', { Host: `localhost:${port}` })).toMatchObject({
      status: 302,
      headers: { location: `${origin}/docs` },
    })
  })

  test.each(['/', '/docs/'])('is where %s leads', async (path) => {
    const { origin } = new URL(apiUrl)
    expect(await read(path)).toMatchObject({ status: 302, headers: { location: `${origin}/docs` } })
    expect(await read(path, {}, 'POST')).toMatchObject({ status: 403 })
  })

  test('is not logged as a request to the API', async () => {
    logged.length = 0
    await read('/docs')
    expect(logged).toEqual([])
  })

  test.each([
    ['/docs/index.html', 403],
    ['/docs/package.json', 403],
    ['/docs/swagger-ui.js', 403],
    ['/docs/../package.json', 403],
    ['/docs/..%2fpackage.json', 403],
    ['/docs/swagger-ui.css/../../package.json', 403],
    ['/docs//swagger-ui.css', 403],
    ['/v1/docs', 404],
    ['/v1/docs/openapi.json', 404],
  ])('leaves %s to the API', async (path, expected) => {
    const { status, headers } = await read(path)
    expect({ status, type: headers['content-type'] }).toEqual({ status: expected, type: 'application/json' })
  })

  test('leaves other methods to the API', async () => {
    expect(await read('/docs', {}, 'POST')).toMatchObject({ status: 403 })
  })
})

test('package.json turns off the install report of swagger-ui', () => {
  const { scarfSettings } = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'))
  expect(scarfSettings).toEqual({ enabled: false })
})
