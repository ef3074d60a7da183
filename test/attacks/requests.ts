// Odd requests over real HTTP: headers that a client library would not send, names that look like others, large bodies.

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

  /** With header lines exactly as given. @throws where infra/docs/openapi.yaml does not describe the answer */
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
    expect(undescribed('POST', '/auth/impersonate', answer)).toEqual([])
    return answer
  }
  const json: [string, string] = ['Content-Type', 'application/json']
  const basic = `Basic ${Buffer.from('olivia:Olivia-Local-1!').toString('base64')}`

  describe('Authorization over HTTP: 401, and Cognito is not asked', () => {
    test.each<[string, (good: string) => [string, string][]]>([
      ['none', () => []],
      [
        'sent twice',
        (good) => [
          ['Authorization', good],
          ['Authorization', good],
        ],
      ],
      [
        'sent twice, in two spellings',
        (good) => [
          ['Authorization', good],
          ['aUTHORIZATION', basic],
        ],
      ],
      [
        'under another name',
        (good) => [
          ['X-Authorization', good],
          ['Proxy-Authorization', good],
        ],
      ],
      ['two in one', (good) => [['Authorization', `${good}, ${good}`]]],
      ['quoted', (good) => [['Authorization', `"${good}"`]]],
      ['with bytes that are no ASCII', (good) => [['Authorization', `${good}\u00e9`]]],
      ['its signature another’s', (good) => [['Authorization', `${good.slice(0, -20)}${good.slice(9, 29)}`]]],
      ['of alg none', (good) => [['Authorization', `eyJhbGciOiJub25lIn0.${good.split('.')[1]}.`]]],
    ])('%s', async (_, lines) => {
      expect((await send([json, ...lines(token)])).status).toBe(401)
      expect(deployment().calls).toEqual([])
    })
  })

  test('a header that claims another address, host or method’s content changes neither the record nor the base', async () => {
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

  describe('a username', () => {
    const ask = (username: string) => send([json, ['Authorization', token]], JSON.stringify({ username }))
    test.each<[string, string, number]>([
      ['of letters that look alike', '\u0430lice', 422],
      ['of full width', '\uff41lice', 422],
      ['with an accent on top', 'alice\u0301', 422],
      ['that ends in a right-to-left mark', 'alice\u200f', 400],
      ['that is turned round', '\u202eecila', 400],
      ['with a blank of no width', 'al\u200bice', 400],
      ['with a soft hyphen', 'al\u00adice', 400],
      ['with a NUL', 'alice\0', 400],
      ['with a NUL and more', 'alice\0root', 400],
      ['percent-encoded', '%61lice', 422],
      ['with a wildcard', 'alic*', 422],
      ['as a filter', 'username = "alice"', 400],
      ['as a path', '../alice', 422],
      ['as an expression', "alice'||'", 422],
      ['that every object has', '__proto__', 422],
      ['that every object has, too', 'constructor', 422],
      ['of half a character', '\ud83d', 400],
      ['of 128 characters of four bytes', '😀'.repeat(128), 422],
      ['of 129', '😀'.repeat(129), 400],
    ])('%s', async (_, username, status) => {
      expect((await ask(username)).status).toBe(status)
    })
    test('is nobody else’s in another normal form', async () => {
      const { cognito, outputs, subOf } = deployment()
      const [composed, decomposed] = ['\u00e9lodie', 'e\u0301lodie']
      await make(cognito, outputs.UserPoolId, composed)
      expect((await ask(decomposed)).status).toBe(422)
      await make(cognito, outputs.UserPoolId, decomposed)
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

  describe('a body', () => {
    const ask = (body: string | Buffer) => send([json, ['Authorization', token]], body)
    test.each<[string, string | Buffer, number]>([
      ['of a megabyte', JSON.stringify({ username: 'alice', reason: 'x'.repeat(1_000_000) }), 400],
      [
        'of a megabyte in a field that nobody reads',
        JSON.stringify({ username: 'nobody', x: 'x'.repeat(1_000_000) }),
        422,
      ],
      ['of 7 MB', JSON.stringify({ username: 'alice', x: 'x'.repeat(7_000_000) }), 413],
      ['of 11 MB', JSON.stringify({ username: 'alice', x: 'x'.repeat(11_000_000) }), 413],
      ['in base64', Buffer.from('{"username":"alice"}').toString('base64'), 400],
      ['in UTF-16', Buffer.from('{"username":"alice"}', 'utf16le'), 400],
      ['in Latin-1', Buffer.from('{"username":"\u00e9lodie"}', 'latin1'), 422],
      ['of a hundred thousand brackets', `{"username":"alice","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 400],
      ['that would change a prototype', '{"username":"alice","__proto__":{"basic":true}}', 400],
    ])('%s', async (_, body, status) => {
      expect((await ask(body)).status).toBe(status)
    })
    test('that names two users is for the last, in the record too', async () => {
      const { body, headers } = await ask('{"username":"root","username":"alice"}')
      expect(body.username).toBe('alice')
      expect(await deployment().record(headers.get('impersonation-id'))).toMatchObject({ subjectAsked: 'alice' })
    })
  })
}

/** API Gateway's own answers, before it knows the API, are plain text. */
function parsed(text: string) {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

async function make(cognito: CognitoIdentityProviderClient, UserPoolId: string, Username: string): Promise<void> {
  await cognito.send(new AdminCreateUserCommand({ UserPoolId, Username, MessageAction: 'SUPPRESS' }))
}
