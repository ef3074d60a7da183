// Odd requests over real HTTP: unusual headers, look-alike usernames, large bodies.

import { request } from 'node:http'
import {
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { undescribed } from '../acceptance/contract.ts'
import type { Deployment } from './insider.ts'

export function requests(deployment: () => Deployment) {
  let token = ''
  beforeEach(() => {
    token = deployment().olivia
  })

  /** Sends exactly these header lines. @throws Error if infra/docs/openapi.yaml does not describe the answer. */
  async function send(lines: [string, string][], body: string | Buffer = '{"username":"alice"}') {
    const { outputs, apiKey, calls } = deployment()
    calls.length = 0
    const own = [
      ['Host', new URL(outputs.ApiUrl).host],
      ['X-API-Key', apiKey],
      ['Content-Length', String(Buffer.byteLength(body))],
    ]
    const headers = [...own, ...lines].flat()
    const answer = await new Promise<{ status: number; headers: Headers; body: Record<string, unknown> }>(
      (resolve, reject) => {
        const sent = request(`${outputs.ApiUrl}/auth/impersonate`, { method: 'POST', headers }, async (incoming) => {
          let text = ''
          for await (const chunk of incoming) text += chunk
          const received = new Headers(incoming.headers as Record<string, string>)
          resolve({ status: incoming.statusCode ?? 0, headers: received, body: parsed(text) })
        })
        sent.once('error', reject)
        sent.end(body)
      },
    )
    expect(undescribed({ method: 'POST', path: '/auth/impersonate' }, answer)).toEqual([])
    return answer
  }
  const json: [string, string] = ['Content-Type', 'application/json']
  const basic = `Basic ${Buffer.from('olivia:Olivia-Local-1!').toString('base64')}`

  describe('401 without a call to Cognito: Authorization', () => {
    test.each<[string, (good: string) => [string, string][]]>([
      ['missing', () => []],
      [
        'sent twice',
        (good) => [
          ['Authorization', good],
          ['Authorization', good],
        ],
      ],
      [
        'sent twice, in different spelling',
        (good) => [
          ['Authorization', good],
          ['aUTHORIZATION', basic],
        ],
      ],
      [
        'in another header',
        (good) => [
          ['X-Authorization', good],
          ['Proxy-Authorization', good],
        ],
      ],
      ['with two tokens', (good) => [['Authorization', `${good}, ${good}`]]],
      ['quoted', (good) => [['Authorization', `"${good}"`]]],
      ['with bytes outside ASCII', (good) => [['Authorization', `${good}\u00e9`]]],
      ['with a changed signature', (good) => [['Authorization', `${good.slice(0, -20)}${good.slice(9, 29)}`]]],
      ['with alg none', (good) => [['Authorization', `eyJhbGciOiJub25lIn0.${good.split('.')[1]}.`]]],
    ])('%s', async (_, lines) => {
      expect((await send([json, ...lines(token)])).status).toBe(401)
      expect(deployment().calls).toEqual([])
    })
  })

  test('forged X-Forwarded-For, host and request id headers change neither the record nor the base URL', async () => {
    const lines: [string, string][] = [
      ['X-Forwarded-For', '203.0.113.9'],
      ['X-Forwarded-Host', 'evil.example'],
      ['Forwarded', 'for=203.0.113.9;host=evil.example'],
      ['x-amzn-requestid', 'chosen-by-the-caller'],
    ]
    const { status, headers, body } = await send([json, ['Authorization', token], ...lines])
    expect({ status, base: body.endpointUrl }).toEqual({ status: 200, base: deployment().outputs.ApiUrl })
    const found = await deployment().record(headers.get('impersonation-id'))
    expect(found).toMatchObject({ sourceIp: '127.0.0.1', requestId: expect.not.stringMatching(/^chosen/) })
  })

  test('headers of more than 10,240 bytes get 431', async () => {
    expect((await send([json, ['X-Long', 'x'.repeat(10_240)]])).status).toBe(431)
  })

  describe('the expected status for a username', () => {
    const ask = (username: string) => send([json, ['Authorization', token]], JSON.stringify({ username }))
    test.each<[string, string, number]>([
      ['with a look-alike letter', '\u0430lice', 422],
      ['with a full-width letter', '\uff41lice', 422],
      ['with a combining accent', 'alice\u0301', 422],
      ['with a right-to-left mark at the end', 'alice\u200f', 400],
      ['with a right-to-left override', '\u202eecila', 400],
      ['with a zero-width space', 'al\u200bice', 400],
      ['with a soft hyphen', 'al\u00adice', 400],
      ['with a NUL at the end', 'alice\0', 400],
      ['with a NUL in the middle', 'alice\0root', 400],
      ['percent-encoded', '%61lice', 422],
      ['with a wildcard', 'alic*', 422],
      ['that is a filter', 'username = "alice"', 400],
      ['that is a path', '../alice', 422],
      ['that is an expression', "alice'||'", 422],
      ['that is a property of all objects: __proto__', '__proto__', 422],
      ['that is a property of all objects: constructor', 'constructor', 422],
      ['with half a surrogate pair', '\ud83d', 400],
      ['of 128 characters of four bytes', '😀'.repeat(128), 422],
      ['of 129 characters of four bytes', '😀'.repeat(129), 400],
    ])('%s', async (_, username, status) => {
      expect((await ask(username)).status).toBe(status)
    })
    test('composed and decomposed forms of one name are two users', async () => {
      const { cognito, outputs, subOf } = deployment()
      const [composed, decomposed] = ['\u00e9lodie', 'e\u0301lodie']
      await createUser(cognito, outputs.UserPoolId, composed)
      expect((await ask(decomposed)).status).toBe(422)
      await createUser(cognito, outputs.UserPoolId, decomposed)
      for (const name of [composed, decomposed]) {
        const { body, headers } = await ask(name)
        expect(body.username).toBe(name)
        expect(await deployment().record(headers.get('impersonation-id'))).toMatchObject({
          subjectSub: await subOf(name),
        })
      }
      for (const Username of [composed, decomposed])
        await cognito.send(new AdminDeleteUserCommand({ UserPoolId: outputs.UserPoolId, Username }))
    })
  })

  describe('the expected status for a body', () => {
    const ask = (body: string | Buffer) => send([json, ['Authorization', token]], body)
    test.each<[string, string | Buffer, number]>([
      ['of one megabyte', JSON.stringify({ username: 'alice', reason: 'x'.repeat(1_000_000) }), 400],
      ['of one megabyte in an unknown field', JSON.stringify({ username: 'nobody', x: 'x'.repeat(1_000_000) }), 422],
      ['of 7 MB', JSON.stringify({ username: 'alice', x: 'x'.repeat(7_000_000) }), 413],
      ['of 11 MB', JSON.stringify({ username: 'alice', x: 'x'.repeat(11_000_000) }), 413],
      ['in base64', Buffer.from('{"username":"alice"}').toString('base64'), 400],
      ['in UTF-16', Buffer.from('{"username":"alice"}', 'utf16le'), 400],
      ['in Latin-1', Buffer.from('{"username":"\u00e9lodie"}', 'latin1'), 422],
      [
        'with a hundred thousand brackets',
        `{"username":"alice","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
        400,
      ],
      ['with __proto__', '{"username":"alice","__proto__":{"basic":true}}', 400],
    ])('%s', async (_, body, status) => {
      expect((await ask(body)).status).toBe(status)
    })
    test('with two usernames asks for the last, in the record too', async () => {
      const { body, headers } = await ask('{"username":"root","username":"alice"}')
      expect(body.username).toBe('alice')
      expect(await deployment().record(headers.get('impersonation-id'))).toMatchObject({ subjectAsked: 'alice' })
    })
  })
}

/** API Gateway answers in plain text before it finds the API. */
function parsed(text: string) {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

async function createUser(cognito: CognitoIdentityProviderClient, UserPoolId: string, Username: string): Promise<void> {
  await cognito.send(new AdminCreateUserCommand({ UserPoolId, Username, MessageAction: 'SUPPRESS' }))
}
