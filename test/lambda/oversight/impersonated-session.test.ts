// Reads claims that the verifier let through, without relying on the verifier's own checks.

import { expect, test } from '@jest/globals'
import { readSession } from '../../../lambda/oversight/impersonated-session.ts'
import { claimsOf, id } from '../../support/introspection.ts'

const session = {
  sub: 'sub-of-alice',
  clientId: 'ours',
  username: 'alice',
  actorSub: 'sub-of-olivia',
  impersonationId: id,
}

test.each(['id', 'access'] as const)('reads the claims of class %s', (use) => {
  expect(readSession(claimsOf[use](), 'ours')).toMatchObject({ ...session, tokenUse: use })
})

test.each<[string, object]>([
  ['an unknown class', claimsOf.access({ token_use: 'refresh' })],
  ['no class', claimsOf.access({ token_use: undefined })],
  ['another client', claimsOf.access({ client_id: 'app' })],
  ['an access token whose audience is the client', claimsOf.access({ client_id: 'app', aud: 'ours' })],
  ['an ID token whose client_id is the client', claimsOf.id({ aud: 'app', client_id: 'ours' })],
  ['a list of clients', claimsOf.id({ aud: ['ours'] })],
  [
    'an access token with the username of an ID token',
    claimsOf.access({ username: undefined, 'cognito:username': 'a' }),
  ],
])('refuses %s', (_, claims) => {
  expect(readSession(claims as Record<string, unknown>, 'ours')).toBeUndefined()
})
