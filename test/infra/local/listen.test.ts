// The servers of the local run respond to local host names only.

import { readdirSync, readFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { listen } from '../../../infra/local/listen.ts'

let server: Server
let port: number
beforeAll(async () => {
  server = createServer((_, response) => response.end('here'))
  port = await listen(server)
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

function statusFor(headers: Record<string, string>, method = 'GET'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, method, headers, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}

describe('a server', () => {
  test.each(['127.0.0.1', 'localhost', 'LOCALHOST', '127.0.0.1:3000', 'localhost:65535'])('serves %s', async (Host) => {
    expect(await statusFor({ Host })).toBe(200)
  })

  test.each([
    'evil.example',
    'evil.example:3000',
    '127.0.0.1.evil.example',
    'evil.example/127.0.0.1',
    'localhost.evil.example',
    'localhost@evil.example',
    'evil.example@localhost',
    'localhost:x',
    '127.0.0.2',
    '0.0.0.0',
    '[::1]',
  ])('refuses "%s"', async (Host) => {
    expect(await statusFor({ Host })).toBe(421)
    expect(await statusFor({ Host }, 'OPTIONS')).toBe(421)
    expect(await statusFor({ Host, Connection: 'Upgrade', Upgrade: 'websocket' })).toBe(421)
    expect(await statusFor({ Host, Expect: '100-continue' }, 'POST')).toBe(421)
  })
})

test('every server of the local run starts by `listen`', () => {
  const folder = new URL('../../../infra/local/', import.meta.url).pathname
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const others = files.filter((name) => /\.listen\(/.test(readFileSync(join(folder, name), 'utf8')))
  expect(others).toEqual(['listen.ts'])
})
