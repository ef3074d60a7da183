// Credentials that are forged or misused, in the forger's best case: with the pool's own key where that helps.

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
  if (answer === 'ended') throw new Error('no answer')
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

test('the forge’s own token is good: what follows is refused for what is wrong with it', async () => {
  expect((await send(token())).statusCode).toBe(200)
})

describe('401, and Cognito is not asked: a token', () => {
  test.each<[string, string]>([
    ['of alg none', unsigned('none')],
    ['of alg None', unsigned('None')],
    ['of alg nOnE with a signature', unsigned('nOnE', signature)],
    ['of no alg', unsigned(undefined, signature)],
    ['of several algs', unsigned(['RS256', 'none'], signature)],
    ['by HS256 with the public key, as PEM', forge.byPublicKey('pem')],
    ['by HS256 with the public key, as DER', forge.byPublicKey('der')],
    ['by HS256 with the public key’s modulus', forge.byPublicKey('jwk')],
    ['by RS512 with the pool’s key', forge.by('RSA-SHA512', 'RS512')],
    ['by RS1 with the pool’s key', forge.by('RSA-SHA1', 'RS1')],
    ['by SHA-1 that says RS256', forge.by('RSA-SHA1', 'RS256')],
    ['of alg rs256', token({}, { alg: 'rs256' })],
    ['by another key under the same kid', token({}, {}, forge.impostor)],
    ['by another key that it brings along as jwk', token({}, { jwk: forge.impostor.jwk }, forge.impostor)],
    ['by another key that it names by jku', token({}, { jku: 'https://evil.example/jwks.json' }, forge.stranger)],
    ['by another key that it brings along as x5c', token({}, { x5c: ['MIIB'] }, forge.stranger)],
    ['by another key that it names by x5u', token({}, { x5u: 'https://evil.example/c.pem' }, forge.stranger)],
    ['of an unknown kid', token({}, {}, forge.stranger)],
    ['of no kid', token({}, { kid: undefined })],
    ['of a kid that is a path', token({}, { kid: '../../../dev/null' })],
    ['of a kid that every object has', token({}, { kid: '__proto__' })],
    ['of a kid that is an object', token({}, { kid: { toString: 'x' } })],
    ['whose claims were changed', `${header}.${encode(forge.good({ sub: 'x' }))}.${signature}`],
    ['whose header was changed', `${encode({ alg: 'RS256', kid: forge.impostor.kid, x: 1 })}.${payload}.${signature}`],
    ['without its signature', `${header}.${payload}.`],
    ['without the end of its signature', `${header}.${payload}.${signature.slice(0, -8)}`],
    ['of two parts', `${header}.${payload}`],
    ['of four parts', `${header}.${payload}.${signature}.x`],
    ['of five parts, as if encrypted', `${header}.${payload}.${signature}.x.y`],
    ['whose claims are null', signed('null')],
    ['whose claims are an array', signed('[]')],
    ['whose claims are no JSON', signed('sub=x')],
    ['that is nothing but dots', '..'],
    ['that is expired', token({ exp: seconds - 1 })],
    ['whose end is text', token({ exp: String(seconds + 3600) })],
    ['that is not valid yet', token({ nbf: seconds + 3600 })],
    ['of another pool', token({ iss: issuer('us-east-1', 'us-east-1_Other0000') })],
    ['of another region', token({ iss: issuer('eu-west-1', own) })],
    ['of an issuer with a slash more', token({ iss: `${issuer('us-east-1', own)}/` })],
    ['of an issuer under another name', token({ iss: `https://evil.example/${own}` })],
    ['of the pool’s updated issuer, by another key', token({ iss: updated }, {}, forge.impostor)],
    ['of an issuer that looks like the updated one', token({ iss: `${updated}.evil.example` })],
    ['of no issuer', token({ iss: undefined })],
    ['of an app client that is not listed', token({ aud: 'strangers' })],
    ['of an app client whose name is alike', token({ aud: 'ACTORS' })],
    ['of the impersonation client among others', token({ aud: ['ours', 'actors'] })],
    ['of no app client', token({ aud: undefined, client_id: 'actors' })],
    ['that is an access token', token({ token_use: 'access', aud: undefined, client_id: 'actors' })],
    ['that is an access token with an audience', token({ token_use: 'access' })],
    ['of no use', token({ token_use: undefined })],
    ['of a sign-in 12 h ago', token({ auth_time: seconds - 12 * 3600 - 1 })],
    ['of a sign-in at no time', token({ auth_time: undefined })],
    ['of a sign-in at a time in text', token({ auth_time: String(seconds) })],
    ['without a sub', token({ sub: undefined })],
    ['of an empty sub', token({ sub: '' })],
    ['of a sub that is an object', token({ sub: { x: 1 } })],
    ['without a username', token({ 'cognito:username': undefined })],
    ['of a megabyte', token({ x: 'x'.repeat(1_000_000) }, {}, forge.impostor)],
    ['of ten thousand dots', `${header}${'.'.repeat(10_000)}`],
  ])('%s', (_, forged) => expectRefused(401, [forged]))
})

describe('401, and Cognito is not asked: a header', () => {
  test.each<[string, string[]]>([
    ['that is missing', []],
    ['that is empty', ['']],
    ['that is blank', [' ']],
    ['sent twice, good both times', [token(), token()]],
    ['sent twice, first good', [token(), 'Bearer x']],
    ['of two tokens', [`${token()}, ${token()}`]],
    ['of two schemes', [`Bearer Bearer ${token()}`]],
    ['of a scheme alone', ['Bearer ']],
    ['bearer in odd case, forged', [`bEaReR ${token({}, {}, forge.impostor)}`]],
    ['of a tab for a blank', [`Bearer\t${token()}`]],
    ['of a no-break blank', [`Bearer\u00a0${token()}`]],
    ['of a line break', [`Bearer ${token()}\r\nX-API-Key: x`]],
    ['of quotes', [`"${token()}"`]],
    ['of JSON', [JSON.stringify({ token: token() })]],
    ['Digest', ['Digest username="olivia"']],
    ['Negotiate', ['Negotiate YII=']],
    ['of AWS’s own signature', ['AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/execute-api/aws4_request']],
    ['Basic of a token', [`Basic ${token()}`]],
    ['Basic without a colon', [basic('olivia')]],
    ['Basic without a username', [basic(':Olivia-Local-1!')]],
    ['Basic without a password', [basic('olivia:')]],
    ['Basic of a colon alone', [basic(':')]],
    ['Basic of nothing', ['Basic ']],
    ['Basic with a NUL in the username', [basic('olivia\0:Olivia-Local-1!')]],
    ['Basic with a NUL in the password', [basic('olivia:Olivia-Local-1!\0')]],
    ['Basic with a line break', [basic('olivia:Olivia-Local-1!\n')]],
    ['Basic with a blank before', [basic(' olivia:Olivia-Local-1!')]],
    ['Basic in Latin-1', [basic(Buffer.from('ölivia:Olivia-Local-1!', 'latin1'))]],
    ['Basic in UTF-16', [basic(Buffer.from('olivia:Olivia-Local-1!', 'utf16le'))]],
    ['Basic with an overlong slash', [basic(Buffer.from([0x6f, 0xc0, 0xaf, 0x3a, 0x78]))]],
    ['Basic of a lone surrogate', [basic(Buffer.from([0x6f, 0x3a, 0xed, 0xa0, 0x80]))]],
    ['Basic in base64url', [`Basic ${Buffer.from('olivia:~~~???').toString('base64url')}_`]],
    ['Basic of 257 characters of password', [basic(`olivia:${'x'.repeat(257)}`)]],
    ['Basic of a megabyte', [basic(`olivia:${'x'.repeat(1_000_000)}`)]],
  ])('%s', (_, headers) => expectRefused(401, headers))
})

describe('403, and Cognito is not asked: a token', () => {
  test.each<[string, object]>([
    ['of the impersonation client', { aud: 'ours', act: { sub: 'x' } }],
    ['of the impersonation client, act stripped', { aud: 'ours' }],
    ['with act, of an actors’ client', { act: { sub: 'x' } }],
    ['with act null', { act: null }],
    ['with act false', { act: false }],
    ['whose groups are text', { 'cognito:groups': 'impersonators' }],
    ['whose groups are JSON in text', { 'cognito:groups': '["impersonators"]' }],
    ['whose groups are an array in an array', { 'cognito:groups': [['impersonators']] }],
    ['whose groups are an object', { 'cognito:groups': { 0: 'impersonators', length: 1 } }],
    ['whose groups are several in one', { 'cognito:groups': ['gold,impersonators'] }],
    ['whose groups are none', { 'cognito:groups': [] }],
    ['without groups', { 'cognito:groups': undefined }],
    ['with a group of another name', { groups: ['impersonators'], 'cognito:groups': ['gold'] }],
    ...[
      'Impersonators',
      'impersonators ',
      'impersonators\0',
      'imp\u0435rsonators',
      'impersonators\u200b',
      'ｉmpersonators',
    ].map((name): [string, object] => [
      `of a group that looks alike: ${JSON.stringify(name)}`,
      { 'cognito:groups': [name] },
    ]),
  ])('%s', (_, claims) => expectRefused(403, [token(claims)]))
})

describe('a sign-in by Basic that brings no token is 401, and no more than that sign-in is asked', () => {
  const signIn = ['AdminInitiateAuth']
  test.each<[string, string]>([
    ['a wrong password', 'olivia:Olivia-Local-2!'],
    ['a password with colons', 'olivia:Olivia:Local:1!'],
    ['a password in another form of the same letters', 'olivia:Olivia-Local-1\uff01'],
    ['a disabled user', 'dora:Dora-Local-1!'],
    ['a user who has never signed in', 'ivan:Ivan-Local-1!'],
    ['a federated user', 'Okta_7:x'],
    ['nobody', 'nobody:Nobody-Local-1!'],
  ])('%s', (_, credentials) => expectRefused(401, [basic(credentials)], signIn))
  test('a password that has to be changed', async () => {
    await world.admin('AdminSetUserPassword', 'ivan', { Password: 'Ivan-Local-1!', Permanent: false })
    await expectRefused(401, [basic('ivan:Ivan-Local-1!')], signIn)
  })
  test('a pool that demands MFA', async () => {
    world.pool.properties.MfaConfiguration = 'ON'
    try {
      await expectRefused(401, [basic('olivia:Olivia-Local-1!')], signIn)
    } finally {
      world.pool.properties.MfaConfiguration = 'OFF'
    }
  })
})

/** What is promised: a right withdrawn is gone, however long the token that speaks of it lives. */
describe('an actor whose token outlives', () => {
  const asked = ['AdminGetUser', 'AdminInitiateAuth', 'AdminListGroupsForUser']
  async function expectNoRight() {
    expect((await send(token())).statusCode).toBe(403)
    expect(world.seen.cognitoCalls.sort()).toEqual(asked)
  }
  test('their membership may not act', async () => {
    await world.admin('AdminRemoveUserFromGroup', 'olivia', { GroupName: 'impersonators' })
    await expectNoRight()
    await world.admin('AdminAddUserToGroup', 'olivia', { GroupName: 'impersonators' })
  })
  test('the disabling of their account may not act', async () => {
    await world.admin('AdminDisableUser', 'olivia')
    await expectNoRight()
    await world.admin('AdminEnableUser', 'olivia')
  })
  test('their account may not act', async () => {
    const { users } = world.pool
    const olivia = users.get('olivia')
    users.delete('olivia')
    await expectNoRight()
    if (olivia) users.set('olivia', olivia)
  })
  test('their account, and whose name somebody else has now, may not act', async () => {
    const { users } = world.pool
    const olivia = users.get('olivia')
    if (olivia) users.set('olivia', { ...olivia, sub: 'another' })
    await expectNoRight()
    if (olivia) users.set('olivia', olivia)
  })
})
