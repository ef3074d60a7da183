import { describe, expect, test } from '@jest/globals'
import { JwtParseError } from 'aws-jwt-verify/error'
import { readSession } from '../../../lambda/endpoint/tokens.ts'
import { newKey, signToken } from '../../support/tokens.ts'

const key = newKey()
const expected = {
  actorSub: 'sub-of-olivia',
  impersonationId: 'record-1',
  clientId: 'ours',
  sessionMinutes: 60,
  protectedGroups: ['impersonators', 'admins'],
}
const both = {
  sub: 'sub-of-alice',
  act: { sub: 'sub-of-olivia' },
  impersonation_id: 'record-1',
  iat: 1_000,
  exp: 4_600,
}
const id = { ...both, token_use: 'id', aud: 'ours', 'cognito:username': 'alice' }
const access = { ...both, token_use: 'access', client_id: 'ours', scope: 'openid' }

function read(idChanges: object = {}, accessChanges: object = {}) {
  const IdToken = signToken(key, { ...id, ...idChanges })
  const AccessToken = signToken(key, { ...access, ...accessChanges })
  return { IdToken, AccessToken, session: () => readSession({ IdToken, AccessToken }, expected) }
}

test.each([[{}], [{ scope: undefined }], [{ scope: '' }]])('returns tokens with the right claims: %j', (changes) => {
  const { IdToken, AccessToken, session } = read({}, changes)
  expect(session()).toEqual({ idToken: IdToken, accessToken: AccessToken, username: 'alice', endsAt: 4_600 })
})

test.each([[undefined], [[]], [['gold']], [['Admins', 'admin']]])('returns tokens with the groups %j', (groups) => {
  const { session } = read({ 'cognito:groups': groups }, { 'cognito:groups': groups })
  expect(session()).toMatchObject({ username: 'alice' })
})

describe('refuses tokens, naming the first wrong claim,', () => {
  const changed = {
    act: [{ sub: 'sub-of-bob' }, undefined, null, 'sub-of-olivia', {}],
    impersonation_id: ['record-2', undefined],
    // Protected groups, and lists that cannot be read.
    'cognito:groups': [['admins'], ['gold', 'impersonators'], 'admins', '', null, {}, [['admins']], ['gold', null]],
  }
  test.each<[string, string, object, object]>([
    ...Object.entries(changed).flatMap(([claim, values]) =>
      values.flatMap((value): [string, string, object, object][] => [
        [`with an ID token whose ${claim} is ${JSON.stringify(value)}`, claim, { [claim]: value }, {}],
        [`with an access token whose ${claim} is ${JSON.stringify(value)}`, claim, {}, { [claim]: value }],
      ]),
    ),
    ['for another audience', 'aud', { aud: 'actors' }, {}],
    ['for several audiences', 'aud', { aud: ['ours', 'actors'] }, {}],
    ['of another client', 'client_id', {}, { client_id: 'actors' }],
    ['of two users', 'sub', {}, { sub: 'sub-of-bob' }],
    ['of the actor', 'sub', { sub: 'sub-of-olivia' }, { sub: 'sub-of-olivia' }],
    ['without a user', 'sub', { sub: undefined }, { sub: undefined }],
    ['with the self-service scope', 'scope', {}, { scope: 'aws.cognito.signin.user.admin' }],
    ['with the self-service scope among others', 'scope', {}, { scope: 'openid aws.cognito.signin.user.admin' }],
    ['with scopes in an array', 'read', {}, { scope: ['aws.cognito.signin.user.admin'] }],
    ['with an ID token that lives too long', 'lifetime', { exp: 4_601 }, {}],
    ['with an access token that lives too long', 'lifetime', {}, { exp: 4_601 }],
    ['that expire when they are issued', 'lifetime', { exp: 1_000 }, {}],
    ['with an ID token without exp', 'lifetime', { exp: undefined }, {}],
    ['with an access token without exp', 'lifetime', {}, { exp: undefined }],
    ['with an ID token without iat', 'lifetime', { iat: undefined }, {}],
    ['with an access token without iat', 'lifetime', {}, { iat: undefined }],
    ['with an exp that is not a number', 'read', { exp: '4600' }, {}],
    ['with an access token instead of the ID token', 'token_use', { token_use: 'access' }, {}],
    ['with an ID token instead of the access token', 'token_use', {}, { token_use: 'id' }],
    ['without a username', 'cognito:username', { 'cognito:username': undefined }, {}],
  ])('%s', (_, claim, idChanges, accessChanges) => {
    expect(read(idChanges, accessChanges).session).toThrow(
      expect.objectContaining({ code: 'TokensUnfit', status: 500, message: expect.stringMatching(`\\b${claim}\\b`) }),
    )
  })
  test.each([
    [{ IdToken: undefined }, 'missing'],
    [{ AccessToken: undefined }, 'missing'],
    [{ AccessToken: '' }, 'missing'],
    [{ IdToken: 'x.y.z' }, 'read'],
  ])('with a missing or unreadable token: %j', (changes, problem) => {
    const { IdToken, AccessToken } = read()
    expect(() => readSession({ IdToken, AccessToken, ...changes }, expected)).toThrow(
      expect.objectContaining({ code: 'TokensUnfit', message: expect.stringContaining(problem) }),
    )
  })
  test('with an unreadable token, with the parser’s error as the cause', () => {
    const { AccessToken } = read()
    expect(() => readSession({ IdToken: 'x.y.z', AccessToken }, expected)).toThrow(
      expect.objectContaining({ cause: expect.any(JwtParseError) }),
    )
  })
})
