import { describe, expect, test } from '@jest/globals'
import { JwtParseError } from 'aws-jwt-verify/error'
import { readSession } from '../../../lambda/endpoint/tokens.ts'
import { newKey, signToken } from '../../support/tokens.ts'

const key = newKey()
const expected = { actorSub: 'sub-of-olivia', impersonationId: 'record-1', clientId: 'ours', sessionMinutes: 60 }
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

test.each([[{}], [{ scope: undefined }], [{ scope: '' }]])(
  'hands over tokens that are what was asked for: %j',
  (changes) => {
    const { IdToken, AccessToken, session } = read({}, changes)
    expect(session()).toEqual({ idToken: IdToken, accessToken: AccessToken, username: 'alice', endsAt: 4_600 })
  },
)

describe('drops tokens, saying which claim is the first that is wrong,', () => {
  const changed = {
    act: [{ sub: 'sub-of-bob' }, undefined, null, 'sub-of-olivia', {}],
    impersonation_id: ['record-2', undefined],
  }
  test.each<[string, string, object, object]>([
    ...Object.entries(changed).flatMap(([claim, values]) =>
      values.flatMap((value): [string, string, object, object][] => [
        [`whose ID token has ${claim} ${JSON.stringify(value)}`, claim, { [claim]: value }, {}],
        [`whose access token has ${claim} ${JSON.stringify(value)}`, claim, {}, { [claim]: value }],
      ]),
    ),
    ['for another audience', 'aud', { aud: 'actors' }, {}],
    ['for ours among others', 'aud', { aud: ['ours', 'actors'] }, {}],
    ['of another client', 'client_id', {}, { client_id: 'actors' }],
    ['of two users', 'sub', {}, { sub: 'sub-of-bob' }],
    ['of the actor', 'sub', { sub: 'sub-of-olivia' }, { sub: 'sub-of-olivia' }],
    ['of nobody', 'sub', { sub: undefined }, { sub: undefined }],
    ['with the scope of self-service', 'scope', {}, { scope: 'aws.cognito.signin.user.admin' }],
    ['with the scope of self-service among others', 'scope', {}, { scope: 'openid aws.cognito.signin.user.admin' }],
    ['with scopes in a list', 'read', {}, { scope: ['aws.cognito.signin.user.admin'] }],
    ['whose ID token outlives the session', 'lifetime', { exp: 4_601 }, {}],
    ['whose access token outlives the session', 'lifetime', {}, { exp: 4_601 }],
    ['that end before they begin', 'lifetime', { exp: 1_000 }, {}],
    ['whose ID token has no end', 'lifetime', { exp: undefined }, {}],
    ['whose access token has no end', 'lifetime', {}, { exp: undefined }],
    ['whose ID token has no beginning', 'lifetime', { iat: undefined }, {}],
    ['whose access token has no beginning', 'lifetime', {}, { iat: undefined }],
    ['whose end is no number', 'read', { exp: '4600' }, {}],
    ['of which the first is no ID token', 'token_use', { token_use: 'access' }, {}],
    ['of which the second is no access token', 'token_use', {}, { token_use: 'id' }],
    ['without a username', 'cognito:username', { 'cognito:username': undefined }, {}],
  ])('%s', (_, what, idChanges, accessChanges) => {
    expect(read(idChanges, accessChanges).session).toThrow(
      expect.objectContaining({ code: 'TokensUnfit', status: 500, message: expect.stringMatching(`\\b${what}\\b`) }),
    )
  })
  test.each([
    [{ IdToken: undefined }, 'missing'],
    [{ AccessToken: undefined }, 'missing'],
    [{ AccessToken: '' }, 'missing'],
    [{ IdToken: 'x.y.z' }, 'read'],
  ])('of which one is missing or cannot be read: %j', (changes, what) => {
    const { IdToken, AccessToken } = read()
    expect(() => readSession({ IdToken, AccessToken, ...changes }, expected)).toThrow(
      expect.objectContaining({ code: 'TokensUnfit', message: expect.stringContaining(what) }),
    )
  })
  test('keeps to itself, for the log, why one cannot be read', () => {
    const { AccessToken } = read()
    expect(() => readSession({ IdToken: 'x.y.z', AccessToken }, expected)).toThrow(
      expect.objectContaining({ cause: expect.any(JwtParseError) }),
    )
  })
})
