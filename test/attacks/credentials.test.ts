// Attacks with forged or misused credentials. The pool's own key signs a token where that helps the attacker.

import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { createForge } from '../support/forge.ts'
import { expectContract } from '../support/invariants.ts'
import { publishKeys } from '../support/jwks.ts'
import { encode, type Key } from '../support/tokens.ts'
import { type Answer, createWorld } from '../support/world.ts'

const keys: Key[] = []
const published = await publishKeys(keys)
afterAll(published.close)
const world = await createWorld({}, published.url)
const forge = createForge(world)
keys.push(forge.own)
const { token, signed, unsigned } = forge
beforeEach(() => world.reset())

async function send(...headers: string[]): Promise<Answer> {
  const answer = await world.post({ headers: { Authorization: headers } })
  if (answer === 'ended') throw new Error('the endpoint gave no answer')
  expectContract(answer)
  return answer
}

async function expectRefused(status: number, headers: string[], calls: string[] = []) {
  expect((await send(...headers)).statusCode).toBe(status)
  expect(world.seen.cognitoCalls).toEqual(calls)
  expect(world.table.changes).toEqual([])
}

const seconds = Math.floor(Date.now() / 1000)
const issuer = (region: string, pool: string) => `https://cognito-idp.${region}.amazonaws.com/${pool}`
const own = world.pool.definition.id
const updated = `https://issuer-cognito-idp.us-east-1.amazonaws.com/${own}`
const [header = '', payload = '', signature = ''] = token().split('.')
const basic = (text: string | Uint8Array) => `Basic ${Buffer.from(text as string).toString('base64')}`

test('an unchanged token of the forge gets 200, so only the change explains each refusal below', async () => {
  expect((await send(token())).statusCode).toBe(200)
})

describe('401 without a call to Cognito: a token', () => {
  test.each<[string, string]>([
    ['with alg none', unsigned('none')],
    ['with alg None', unsigned('None')],
    ['with alg nOnE and a signature', unsigned('nOnE', signature)],
    ['without alg', unsigned(undefined, signature)],
    ['with a list of algs', unsigned(['RS256', 'none'], signature)],
    ['signed by HS256 with the public key as PEM', forge.byPublicKey('pem')],
    ['signed by HS256 with the public key as DER', forge.byPublicKey('der')],
    ['signed by HS256 with the public key’s modulus', forge.byPublicKey('jwk')],
    ['signed by RS512 with the pool’s key', forge.by({ algorithm: 'RSA-SHA512', alg: 'RS512' })],
    ['signed by RS1 with the pool’s key', forge.by({ algorithm: 'RSA-SHA1', alg: 'RS1' })],
    ['signed with SHA-1 although alg is RS256', forge.by({ algorithm: 'RSA-SHA1', alg: 'RS256' })],
    ['with alg rs256', token({}, { alg: 'rs256' })],
    ['signed by another key under the same kid', token({}, {}, forge.impostor)],
    ['signed by another key, included as jwk', token({}, { jwk: forge.impostor.jwk }, forge.impostor)],
    ['signed by another key, linked by jku', token({}, { jku: 'https://evil.example/jwks.json' }, forge.stranger)],
    ['signed by another key, included as x5c', token({}, { x5c: ['MIIB'] }, forge.stranger)],
    ['signed by another key, linked by x5u', token({}, { x5u: 'https://evil.example/c.pem' }, forge.stranger)],
    ['with an unknown kid', token({}, {}, forge.stranger)],
    ['without kid', token({}, { kid: undefined })],
    ['with a file path as kid', token({}, { kid: '../../../dev/null' })],
    ['with __proto__ as kid', token({}, { kid: '__proto__' })],
    ['with an object as kid', token({}, { kid: { toString: 'x' } })],
    ['with changed claims', `${header}.${encode(forge.good({ sub: 'x' }))}.${signature}`],
    ['with a changed header', `${encode({ alg: 'RS256', kid: forge.impostor.kid, x: 1 })}.${payload}.${signature}`],
    ['without its signature', `${header}.${payload}.`],
    ['with a truncated signature', `${header}.${payload}.${signature.slice(0, -8)}`],
    ['with two parts', `${header}.${payload}`],
    ['with four parts', `${header}.${payload}.${signature}.x`],
    ['with five parts, like an encrypted one', `${header}.${payload}.${signature}.x.y`],
    ['with null as claims', signed('null')],
    ['with an array as claims', signed('[]')],
    ['with claims that are not JSON', signed('sub=x')],
    ['of two dots', '..'],
    ['that is expired', token({ exp: seconds - 1 })],
    ['with text as exp', token({ exp: String(seconds + 3600) })],
    ['that is not valid yet', token({ nbf: seconds + 3600 })],
    ['of another pool', token({ iss: issuer('us-east-1', 'us-east-1_Other0000') })],
    ['of another region', token({ iss: issuer('eu-west-1', own) })],
    ['of an issuer with a trailing slash', token({ iss: `${issuer('us-east-1', own)}/` })],
    ['of an issuer at another host', token({ iss: `https://evil.example/${own}` })],
    ['of the pool’s updated issuer, signed by another key', token({ iss: updated }, {}, forge.impostor)],
    ['of an issuer that resembles the updated one', token({ iss: `${updated}.evil.example` })],
    ['without issuer', token({ iss: undefined })],
    ['of an unlisted app client', token({ aud: 'strangers' })],
    ['of an app client that differs in case', token({ aud: 'ACTORS' })],
    ['of several app clients, one the impersonation client', token({ aud: ['ours', 'actors'] })],
    ['without app client', token({ aud: undefined, client_id: 'actors' })],
    ['that is an access token', token({ token_use: 'access', aud: undefined, client_id: 'actors' })],
    ['that is an access token with an audience', token({ token_use: 'access' })],
    ['without token_use', token({ token_use: undefined })],
    ['of a sign-in 12 h ago', token({ auth_time: seconds - 12 * 3600 - 1 })],
    ['without auth_time', token({ auth_time: undefined })],
    ['with text as auth_time', token({ auth_time: String(seconds) })],
    ['without sub', token({ sub: undefined })],
    ['with an empty sub', token({ sub: '' })],
    ['with an object as sub', token({ sub: { x: 1 } })],
    ['without a username', token({ 'cognito:username': undefined })],
    ['of one megabyte', token({ x: 'x'.repeat(1_000_000) }, {}, forge.impostor)],
    ['with ten thousand dots', `${header}${'.'.repeat(10_000)}`],
  ])('%s', (_, forged) => expectRefused(401, [forged]))
})

describe('401 without a call to Cognito: a header', () => {
  test.each<[string, string[]]>([
    ['that is missing', []],
    ['that is empty', ['']],
    ['that is blank', [' ']],
    ['sent twice, both good', [token(), token()]],
    ['sent twice, the first good', [token(), 'Bearer x']],
    ['with two tokens', [`${token()}, ${token()}`]],
    ['with two schemes', [`Bearer Bearer ${token()}`]],
    ['with a scheme and no token', ['Bearer ']],
    ['with bEaReR and a forged token', [`bEaReR ${token({}, {}, forge.impostor)}`]],
    ['with a tab instead of a space', [`Bearer\t${token()}`]],
    ['with a no-break space', [`Bearer\u00a0${token()}`]],
    ['with a line break', [`Bearer ${token()}\r\nX-API-Key: x`]],
    ['with a quoted token', [`"${token()}"`]],
    ['with JSON', [JSON.stringify({ token: token() })]],
    ['with Digest', ['Digest username="olivia"']],
    ['with Negotiate', ['Negotiate YII=']],
    ['with an AWS signature', ['AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/execute-api/aws4_request']],
    ['with Basic and a token', [`Basic ${token()}`]],
    ['with Basic, no colon', [basic('olivia')]],
    ['with Basic, no username', [basic(':Olivia-Local-1!')]],
    ['with Basic, no password', [basic('olivia:')]],
    ['with Basic, only a colon', [basic(':')]],
    ['with Basic, empty', ['Basic ']],
    ['with Basic, a NUL in the username', [basic('olivia\0:Olivia-Local-1!')]],
    ['with Basic, a NUL in the password', [basic('olivia:Olivia-Local-1!\0')]],
    ['with Basic, a line break at the end', [basic('olivia:Olivia-Local-1!\n')]],
    ['with Basic, a space at the start', [basic(' olivia:Olivia-Local-1!')]],
    ['with Basic in Latin-1', [basic(Buffer.from('ölivia:Olivia-Local-1!', 'latin1'))]],
    ['with Basic in UTF-16', [basic(Buffer.from('olivia:Olivia-Local-1!', 'utf16le'))]],
    ['with Basic, an overlong UTF-8 slash', [basic(Buffer.from([0x6f, 0xc0, 0xaf, 0x3a, 0x78]))]],
    ['with Basic, a lone surrogate', [basic(Buffer.from([0x6f, 0x3a, 0xed, 0xa0, 0x80]))]],
    ['with Basic in base64url', [`Basic ${Buffer.from('olivia:~~~???').toString('base64url')}_`]],
    ['with Basic, a password of 257 characters', [basic(`olivia:${'x'.repeat(257)}`)]],
    ['with Basic, a password of one megabyte', [basic(`olivia:${'x'.repeat(1_000_000)}`)]],
  ])('%s', (_, headers) => expectRefused(401, headers))
})

describe('403 without a call to Cognito: a token', () => {
  test.each<[string, object]>([
    ['of the impersonation client', { aud: 'ours', act: { sub: 'x' } }],
    ['of the impersonation client without act', { aud: 'ours' }],
    ['of an actors’ client with act', { act: { sub: 'x' } }],
    ['with act null', { act: null }],
    ['with act false', { act: false }],
    ['with groups as text', { 'cognito:groups': 'impersonators' }],
    ['with groups as JSON text', { 'cognito:groups': '["impersonators"]' }],
    ['with groups as an array in an array', { 'cognito:groups': [['impersonators']] }],
    ['with groups as an object', { 'cognito:groups': { 0: 'impersonators', length: 1 } }],
    ['with two groups in one string', { 'cognito:groups': ['gold,impersonators'] }],
    ['with an empty list of groups', { 'cognito:groups': [] }],
    ['without groups', { 'cognito:groups': undefined }],
    ['with the group in another claim', { groups: ['impersonators'], 'cognito:groups': ['gold'] }],
    ...[
      'Impersonators',
      'impersonators ',
      'impersonators\0',
      'imp\u0435rsonators',
      'impersonators\u200b',
      'ｉmpersonators',
    ].map((name): [string, object] => [
      `with a group that resembles ours: ${JSON.stringify(name)}`,
      { 'cognito:groups': [name] },
    ]),
  ])('%s', (_, claims) => expectRefused(403, [token(claims)]))
})

describe('401 after one sign-in and no other call: Basic credentials of', () => {
  const signIn = ['AdminInitiateAuth']
  test.each<[string, string]>([
    ['olivia with a wrong password', 'olivia:Olivia-Local-2!'],
    ['olivia with colons in the password', 'olivia:Olivia:Local:1!'],
    ['olivia with a full-width exclamation mark in the password', 'olivia:Olivia-Local-1\uff01'],
    ['a disabled user', 'dora:Dora-Local-1!'],
    ['a user who has never signed in', 'ivan:Ivan-Local-1!'],
    ['a federated user', 'Okta_7:x'],
    ['an unknown user', 'nobody:Nobody-Local-1!'],
  ])('%s', (_, credentials) => expectRefused(401, [basic(credentials)], signIn))
  test('a user who must change the password', async () => {
    await world.admin('AdminSetUserPassword', 'ivan', { Password: 'Ivan-Local-1!', Permanent: false })
    await expectRefused(401, [basic('ivan:Ivan-Local-1!')], signIn)
  })
  test('an actor if the pool requires MFA', async () => {
    world.pool.properties.MfaConfiguration = 'ON'
    try {
      await expectRefused(401, [basic('olivia:Olivia-Local-1!')], signIn)
    } finally {
      world.pool.properties.MfaConfiguration = 'OFF'
    }
  })
})

/** Guarantee 10: a withdrawn right is gone at the next call, although the token is still valid. */
describe('403 for a valid token of an actor', () => {
  const expectedCalls = ['AdminGetUser', 'AdminInitiateAuth', 'AdminListGroupsForUser']
  async function expectNoRight() {
    expect((await send(token())).statusCode).toBe(403)
    expect(world.seen.cognitoCalls.sort()).toEqual(expectedCalls)
  }
  test('who left the group', async () => {
    await world.admin('AdminRemoveUserFromGroup', 'olivia', { GroupName: 'impersonators' })
    await expectNoRight()
    await world.admin('AdminAddUserToGroup', 'olivia', { GroupName: 'impersonators' })
  })
  test('who was disabled', async () => {
    await world.admin('AdminDisableUser', 'olivia')
    await expectNoRight()
    await world.admin('AdminEnableUser', 'olivia')
  })
  test('who was deleted', async () => {
    const { users } = world.pool
    const olivia = users.get('olivia')
    users.delete('olivia')
    await expectNoRight()
    if (olivia) users.set('olivia', olivia)
  })
  test.each(['RESET_REQUIRED', 'FORCE_CHANGE_PASSWORD', 'UNCONFIRMED'] as const)(
    'who is in state %s',
    async (status) => {
      const { users } = world.pool
      const olivia = users.get('olivia')
      if (olivia) users.set('olivia', { ...olivia, status })
      await expectNoRight()
      if (olivia) users.set('olivia', olivia)
    },
  )
  test.each(['alice', 'dora', 'Okta_7', 'ivan', 'root', 'nobody'])(
    'who left the group: Cognito gets the same calls for the subject %s',
    async (username) => {
      await world.admin('AdminRemoveUserFromGroup', 'olivia', { GroupName: 'impersonators' })
      const answer = (await world.post({
        headers: { Authorization: [token()] },
        body: JSON.stringify({ username }),
      })) as Answer
      expect(answer).toMatchObject({ statusCode: 403, body: { message: 'you may not impersonate' } })
      expect(world.seen.cognitoCalls.sort()).toEqual(expectedCalls)
      expect(world.table.changes).toHaveLength(2)
      await world.admin('AdminAddUserToGroup', 'olivia', { GroupName: 'impersonators' })
    },
  )
  test('whose username now belongs to another user', async () => {
    const { users } = world.pool
    const olivia = users.get('olivia')
    if (olivia) users.set('olivia', { ...olivia, sub: 'another' })
    await expectNoRight()
    if (olivia) users.set('olivia', olivia)
  })
})
