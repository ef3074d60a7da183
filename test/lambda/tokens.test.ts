import { describe, expect, test } from '@jest/globals'
import { readSession } from '../../lambda/tokens.ts'
import { newKey, signToken } from '../support/tokens.ts'

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

describe('drops tokens', () => {
  const changed = {
    act: [{ sub: 'sub-of-bob' }, undefined, null, 'sub-of-olivia', {}],
    impersonation_id: ['record-2', undefined],
  }
  test.each<[string, object, object]>([
    ...Object.entries(changed).flatMap(([claim, values]) =>
      values.flatMap((value): [string, object, object][] => [
        [`whose ID token has ${claim} ${JSON.stringify(value)}`, { [claim]: value }, {}],
        [`whose access token has ${claim} ${JSON.stringify(value)}`, {}, { [claim]: value }],
      ]),
    ),
    ['for another audience', { aud: 'actors' }, {}],
    ['for ours among others', { aud: ['ours', 'actors'] }, {}],
    ['of another client', {}, { client_id: 'actors' }],
    ['of two users', {}, { sub: 'sub-of-bob' }],
    ['of the actor', { sub: 'sub-of-olivia' }, { sub: 'sub-of-olivia' }],
    ['of nobody', { sub: undefined }, { sub: undefined }],
    ['with the scope of self-service', {}, { scope: 'aws.cognito.signin.user.admin' }],
    ['with the scope of self-service among others', {}, { scope: 'openid aws.cognito.signin.user.admin' }],
    ['whose ID token outlives the session', { exp: 4_601 }, {}],
    ['whose access token outlives the session', {}, { exp: 4_601 }],
    ['that end before they begin', { exp: 1_000 }, {}],
    ['without an end', {}, { exp: undefined }],
    ['without a beginning', { iat: undefined }, {}],
    ['of which the first is no ID token', { token_use: 'access' }, {}],
    ['of which the second is no access token', {}, { token_use: 'id' }],
    ['without a username', { 'cognito:username': undefined }, {}],
  ])('%s', (_, idChanges, accessChanges) => {
    expect(read(idChanges, accessChanges).session).toThrow(
      expect.objectContaining({ code: 'TokensUnfit', status: 500 }),
    )
  })
  test.each([{ IdToken: undefined }, { AccessToken: undefined }, { IdToken: 'x.y.z' }, { AccessToken: '' }])(
    'of which one is missing or cannot be read: %j',
    (changes) => {
      const { IdToken, AccessToken } = read()
      expect(() => readSession({ IdToken, AccessToken, ...changes }, expected)).toThrow(
        expect.objectContaining({ code: 'TokensUnfit' }),
      )
    },
  )
})
