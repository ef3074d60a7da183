import { afterAll, describe, expect, jest, test } from '@jest/globals'
import { FetchError, JwksValidationError, JwkValidationError } from 'aws-jwt-verify/error'
import { ImpersonationError } from '../../../lambda/errors.ts'
import { createAuthenticate } from '../../../lambda/http/authenticate.ts'
import { createVerifier } from '../../../lambda/http/verifier.ts'
import { publishKeys } from '../../support/jwks.ts'
import { encode, idClaims, newKey, signToken, userPoolId } from '../../support/tokens.ts'

const key = newKey()
const forgedKey = newKey(key.kid)
const now = Math.floor(Date.now() / 1000) * 1000
const twelveHoursAgo = now / 1000 - 12 * 3600
const config = { basic: true, impersonationClientId: 'ours', signInMaxAgeMinutes: 720, actorAcr: [] as string[] }
const published = await publishKeys([key])
const pool = { userPoolId, clientIds: ['actors', 'console', 'ours'] }
const verifier = createVerifier(pool, published.url)
afterAll(published.close)

const contextData = { IpAddress: '192.0.2.1', ServerName: 'api', ServerPath: '/v1', HttpHeaders: [] }
const token = (changes: object = {}) => signToken(key, idClaims(now, changes))
const basic = (text: string | Buffer) => Buffer.from(text as string).toString('base64')

function authenticate(headers: string[], changes: Partial<Parameters<typeof createAuthenticate>[0]> = {}) {
  const signIn = jest.fn(async () => token())
  const run = createAuthenticate({ config, verify: (jwt) => verifier.verify(jwt), signIn, now: () => now, ...changes })
  return { actor: run(headers, contextData, AbortSignal.abort()), signIn }
}

const olivia = {
  sub: 'sub-of-olivia',
  username: 'olivia',
  groups: ['impersonators'],
  clientId: 'actors',
  signedInAt: now,
  tokenEndsAt: now + 3_600_000,
  impersonated: false,
}

describe('accepts', () => {
  test.each([
    ['a bare ID token', token()],
    ['Bearer', `Bearer ${token()}`],
    ['Bearer in mixed case', `bEaReR ${token()}`],
    ['several blanks after the scheme', `Bearer   ${token()}`],
    ['Basic', `Basic ${basic('olivia:secret')}`],
    ['Basic in mixed case', `bAsIc ${basic('olivia:secret')}`],
    ['Basic without padding', `Basic ${basic('olivia:secret!').replace(/=+$/, '')}`],
  ])('%s', async (_, header) => {
    expect(await authenticate([header]).actor).toEqual(olivia)
  })
  test.each([
    ['olivia:secret', 'olivia', 'secret'],
    ['olivia:a:b::c', 'olivia', 'a:b::c'],
    ['olivia@example.com:pass word', 'olivia@example.com', 'pass word'],
    ['ölivia:pässwörd€😀', 'ölivia', 'pässwörd€😀'],
  ])('Basic %s', async (text, username, password) => {
    const { actor, signIn } = authenticate([`Basic ${basic(text)}`])
    await actor
    expect(signIn.mock.calls).toEqual([[{ username, password }, contextData, expect.any(AbortSignal)]])
  })
  test("another listed app client's ID token", async () => {
    expect(await authenticate([token({ aud: 'console' })]).actor).toEqual({ ...olivia, clientId: 'console' })
  })
  test('a sign-in of any age with an app client of the subjects', async () => {
    const changes = { config: { ...config, subjectClientIds: ['console'] } }
    const old = { auth_time: twelveHoursAgo - 1 }
    expect(await authenticate([token({ ...old, aud: 'console' })], changes).actor).toMatchObject({
      clientId: 'console',
    })
    await expect(authenticate([token({ ...old, aud: 'actors' })], changes).actor).rejects.toMatchObject({
      code: 'SignInInsufficient',
    })
  })
  test('a sign-in of exactly the maximum age', async () => {
    expect(await authenticate([token({ auth_time: twelveHoursAgo })]).actor).toEqual({
      ...olivia,
      signedInAt: twelveHoursAgo * 1000,
    })
  })
})

describe('the actor', () => {
  test.each([
    ['a token of the impersonation client', { aud: 'ours' }],
    ['a token with act', { act: { sub: 'sub-of-bob' } }],
    ['a token with an empty act', { act: null }],
  ])('is impersonated with %s', async (_, changes) => {
    expect(await authenticate([token(changes)]).actor).toMatchObject({ impersonated: true })
  })
  test('has the impersonation’s id and the sub of who is really acting', async () => {
    const act = { sub: 'sub-of-oscar' }
    const actor = authenticate([token({ aud: 'ours', impersonation_id: 'id-1', act })]).actor
    expect(await actor).toMatchObject({ impersonationId: 'id-1', actorSub: 'sub-of-oscar' })
  })
  test.each([null, 'x', {}, { sub: 1 }, []])('has no sub of who is really acting with act %j', async (act) => {
    expect((await authenticate([token({ aud: 'ours', act })]).actor).actorSub).toBeUndefined()
  })
  test.each([
    ['a string', 'impersonators'],
    ['nothing', undefined],
    ['an object', { 0: 'impersonators' }],
  ])('has no groups if the claim is %s', async (_, groups) => {
    expect(await authenticate([token({ 'cognito:groups': groups })]).actor).toMatchObject({ groups: [] })
  })
})

describe('refuses, with a message about the header,', () => {
  const payload = encode(idClaims(now))
  const [header, , signature] = token().split('.')
  test.each<[string, string[], RegExp?]>([
    ['no header', [], /required/],
    ['two headers', [token(), token()], /more than once/],
    ['an empty header', [''], /malformed/],
    ['a scheme alone', ['Bearer']],
    ['another scheme', [`Digest ${token()}`], /malformed/],
    ['two tokens in one header', [`${token()},${token()}`]],
    ['text after the token', [`${token()} x`]],
    ['text that is not a JWT', ['Bearer abc']],
    ['alg none', [`${encode({ alg: 'none', kid: key.kid })}.${payload}.`]],
    ['a token that another key signed under the same kid', [signToken(forgedKey, idClaims(now))]],
    ['an unknown kid', [signToken(newKey(), idClaims(now))]],
    ['changed claims', [`${header}.${payload}.${signature}`]],
    ['an expired token', [token({ exp: now / 1000 - 1 })]],
    ['a token of another pool', [token({ iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other' })]],
    ['a token of an app client that is not listed', [token({ aud: 'strangers' })]],
    ['an access token', [token({ token_use: 'access', client_id: 'actors', aud: undefined })]],
    ['a token without sub', [token({ sub: undefined })]],
    ['a token without username', [token({ 'cognito:username': undefined })]],
    ['a token with an empty username', [token({ 'cognito:username': '' })]],
    ['Basic without a colon', [`Basic ${basic('olivia')}`], /Basic is malformed/],
    ['Basic without a username', [`Basic ${basic(':secret')}`]],
    ['Basic that begins with a colon', [`Basic ${basic(':olivia:secret')}`]],
    ['Basic that begins with a byte order mark', [`Basic ${basic('\ufeffolivia:secret')}`]],
    ['Basic without a password', [`Basic ${basic('olivia:')}`]],
    ['Basic with a NUL', [`Basic ${basic('olivia:sec\0ret')}`]],
    ['Basic with a blank in the username', [`Basic ${basic('oli via:secret')}`]],
    ['Basic with a password too long for Cognito', [`Basic ${basic(`olivia:${'x'.repeat(257)}`)}`]],
    ['Basic that is not base64', ['Basic a-b_'], /Basic is malformed/],
    ['Basic with padding in its middle', [`Basic ${basic('oliv')}${basic('ia:secret')}`]],
    ['Basic with stray bits', ['Basic b2xpdmlhOnNlY3JldB==']],
    ['Basic that is not UTF-8', [`Basic ${basic(Buffer.from([0x6f, 0x3a, 0xff, 0xfe]))}`], /UTF-8/],
  ])('%s', async (_, headers, text = /^Authorization\b/) => {
    const { actor, signIn } = authenticate(headers)
    const message = expect.stringMatching(text)
    await expect(actor).rejects.toMatchObject({ code: 'CredentialsInvalid', status: 401, message })
    expect(signIn).not.toHaveBeenCalled()
  })
  test.each([
    ['a sign-in too long ago', twelveHoursAgo - 1],
    ['a token without auth_time', undefined],
    ['an auth_time that is not a number', String(now / 1000)],
  ])('%s, with the age that a new sign-in may have', async (_, auth_time) => {
    await expect(authenticate([token({ auth_time })]).actor).rejects.toMatchObject({
      code: 'SignInInsufficient',
      status: 401,
      message: expect.stringMatching(/^Authorization: .*too long ago/),
      newSignIn: { acrValues: [], maxAge: 43_200 },
    })
  })
  test('Basic if the setting is off', async () => {
    const { actor, signIn } = authenticate([`Basic ${basic('olivia:secret')}`], { config: { ...config, basic: false } })
    const message = expect.stringMatching(/Basic is not accepted/)
    await expect(actor).rejects.toMatchObject({ code: 'CredentialsInvalid', message })
    expect(signIn).not.toHaveBeenCalled()
  })
  test.each([
    { sub: '' },
    { sub: 7 },
    { sub: ['sub-of-olivia'] },
    { 'cognito:username': 7 },
    { 'cognito:username': ['olivia'] },
  ])('a token with a wrong type of user claim: %j', async (changes) => {
    const { actor } = authenticate([token()], { verify: async () => idClaims(now, changes) })
    await expect(actor).rejects.toMatchObject({ code: 'CredentialsInvalid' })
  })
  test('a sign-in that returns an ID token with a wrong signature', async () => {
    const { actor } = authenticate([`Basic ${basic('olivia:secret')}`], {
      signIn: async () => signToken(forgedKey, idClaims(now)),
    })
    await expect(actor).rejects.toMatchObject({ code: 'CredentialsInvalid' })
  })
})

describe('with levels that count', () => {
  const actorAcr = ['urn:cognito:loa:3', 'urn:cognito:loa:4']
  const changes = { config: { ...config, actorAcr, subjectClientIds: ['console'] } }
  const claimsOf = (more: object) => ({ verify: async () => idClaims(now, more) })

  test.each(actorAcr)('a token of level %s is accepted', async (acr) => {
    expect(await authenticate([token({ acr })], changes).actor).toEqual(olivia)
  })
  test.each<[string, unknown]>([
    ['is missing', undefined],
    ['is null', null],
    ['is empty', ''],
    ['is another level', 'urn:cognito:loa:1'],
    ['contains a level that counts', 'urn:cognito:loa:31'],
    ['is the start of a level that counts', 'urn:cognito:loa:'],
    ['names both levels', actorAcr.join(' ')],
    ['differs in capitals', 'URN:COGNITO:LOA:4'],
    ['has a blank after it', 'urn:cognito:loa:4 '],
    ['is a number', 4],
    ['is true', true],
    ['is a list of a level that counts', ['urn:cognito:loa:4']],
    ['is a list of lists', [['urn:cognito:loa:4']]],
    ['is an object', { 0: 'urn:cognito:loa:4', length: 1 }],
  ])('a token whose acr %s is refused, with the levels that count', async (_, acr) => {
    const error = await authenticate([token({ acr })], changes).actor.catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'SignInInsufficient', status: 401 })
    expect(error.message).toMatch(/^Authorization: .*not strong enough/)
    expect(error.newSignIn).toEqual({ acrValues: actorAcr })
  })
  test('an object that turns into the level is refused', async () => {
    const acr = { toString: () => 'urn:cognito:loa:4' }
    await expect(authenticate([token()], { ...changes, ...claimsOf({ acr }) }).actor).rejects.toMatchObject({
      code: 'SignInInsufficient',
    })
  })
  test.each([
    ['another key signed it', signToken(forgedKey, idClaims(now, { acr: 'urn:cognito:loa:4' }))],
    [
      'nobody signed it',
      `${encode({ alg: 'none', kid: key.kid })}.${encode(idClaims(now, { acr: 'urn:cognito:loa:4' }))}.`,
    ],
    ['it was changed', token().replace(/\..*\./, `.${encode(idClaims(now, { acr: 'urn:cognito:loa:4' }))}.`)],
  ])('a token with an acr is refused if %s', async (_, forged) => {
    await expect(authenticate([forged], changes).actor).rejects.toMatchObject({
      code: 'CredentialsInvalid',
      newSignIn: undefined,
    })
  })
  test('a sign-in that is too weak and too old is refused with both requirements', async () => {
    await expect(authenticate([token({ auth_time: twelveHoursAgo - 1 })], changes).actor).rejects.toMatchObject({
      code: 'SignInInsufficient',
      newSignIn: { acrValues: actorAcr, maxAge: 43_200 },
    })
    const old = token({ auth_time: twelveHoursAgo - 1, acr: 'urn:cognito:loa:4' })
    await expect(authenticate([old], changes).actor).rejects.toMatchObject({
      newSignIn: { acrValues: actorAcr, maxAge: 43_200 },
    })
  })
  test('a subject and an impersonated session need no level', async () => {
    expect(await authenticate([token({ aud: 'console' })], changes).actor).toMatchObject({ clientId: 'console' })
    expect(await authenticate([token({ aud: 'ours' })], changes).actor).toMatchObject({ impersonated: true })
    expect(await authenticate([token({ act: { sub: 'x' } })], changes).actor).toMatchObject({ impersonated: true })
  })
  test('Basic does not suffice', async () => {
    await expect(authenticate([`Basic ${basic('olivia:secret')}`], changes).actor).rejects.toMatchObject({
      code: 'SignInInsufficient',
      usernameTried: 'olivia',
    })
  })
})

describe('the username tried', () => {
  const header = `Basic ${basic('olivia:secret')}`
  test.each<[string, Parameters<typeof authenticate>[1]]>([
    ['a refused sign-in', { signIn: () => Promise.reject(new ImpersonationError('CredentialsInvalid')) }],
    ['a sign-in that failed', { signIn: () => Promise.reject(new TypeError('bug')) }],
    ['Basic if the setting is off', { config: { ...config, basic: false } }],
    ['an unusable ID token', { signIn: async () => 'x.y.z' }],
  ])('is part of the error after %s, and the password is not', async (_, changes) => {
    const error = await authenticate([header], changes).actor.catch((thrown) => thrown)
    expect(error).toBeInstanceOf(ImpersonationError)
    expect(error).toMatchObject({ usernameTried: 'olivia' })
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain('secret')
  })
  test('is undefined after a refused token', async () => {
    await expect(authenticate(['x.y.z']).actor).rejects.toMatchObject({ usernameTried: undefined })
  })
})

describe('throws another code than CredentialsInvalid', () => {
  test.each([
    ['the keys cannot be fetched', new FetchError('https://keys', 'refused')],
    ['the keys are malformed', new JwksValidationError('no keys')],
    ['a key is malformed', new JwkValidationError('no modulus')],
    ['the verifier has a bug', new TypeError('bug')],
  ])('if %s', async (_, error) => {
    const { actor } = authenticate([token()], { verify: () => Promise.reject(error) })
    await expect(actor).rejects.toMatchObject({ code: 'Unavailable', status: 503 })
  })
  test('if the pool publishes no keys', async () => {
    const withoutKeys = createVerifier(pool, `${published.url}/elsewhere`)
    const { actor } = authenticate([token()], { verify: (jwt) => withoutKeys.verify(jwt) })
    await expect(actor).rejects.toMatchObject({
      code: 'Unavailable',
      cause: expect.objectContaining({ message: expect.stringContaining('Status code is 404') }),
    })
    await expect(actor).rejects.toMatchObject({ cause: expect.any(FetchError) })
  })
  test('if the pool cannot be reached', async () => {
    const unreachable = createVerifier(pool, 'http://127.0.0.1:1')
    const { actor } = authenticate([token()], { verify: (jwt) => unreachable.verify(jwt) })
    await expect(actor).rejects.toMatchObject({ code: 'Unavailable', cause: expect.any(FetchError) })
  })
  test('if the sign-in throws another code', async () => {
    const signIn = () => Promise.reject(new ImpersonationError('TooManyRequests'))
    const { actor } = authenticate([`Basic ${basic('olivia:secret')}`], { signIn })
    await expect(actor).rejects.toMatchObject({ code: 'TooManyRequests' })
  })
})
