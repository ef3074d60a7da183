// This app accepts the session of an actor and knows who is really acting.

import { type LocalRun, type Person, runLocally } from 'cognito-impersonation/local'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'

const people: Person[] = [
  { username: 'sam', password: 'Sam-Local-1234!', groups: ['impersonators'] },
  { username: 'carla', groups: ['gold-customers'] },
]

let run: LocalRun
beforeAll(async () => {
  run = await runLocally({ people })
}, 60_000)
afterAll(() => run?.close())

/** The app's own check: signature, issuer, audience, and the actor. */
async function readSession(token: string) {
  const { Issuer, ImpersonationClientId, JwksUri } = run.outputs
  const keys = createRemoteJWKSet(new URL(JwksUri))
  const { payload } = await jwtVerify(token, keys, { issuer: Issuer, audience: ImpersonationClientId })
  return payload
}

test('the app knows that somebody acts as the customer', async () => {
  const response = await fetch(`${run.outputs.ApiUrl}/auth/impersonate`, {
    method: 'POST',
    headers: {
      Authorization: `Basic ${btoa('sam:Sam-Local-1234!')}`,
      'Content-Type': 'application/json',
      'X-API-Key': run.outputs.ApiKeyValueDefault ?? '',
    },
    body: JSON.stringify({ username: 'carla', reason: 'ticket 42' }),
  })
  expect(response.status).toBe(200)
  const { session } = (await response.json()) as { session: { authorization: string } }
  expect(await readSession(session.authorization)).toMatchObject({
    'cognito:username': 'carla',
    'cognito:groups': ['gold-customers'],
    act: { sub: expect.any(String) },
  })
})
