// PreTokenGeneration replaced by a function of somebody else: what it makes of the tokens, the endpoint does not hand over.

import { describe, expect, test } from '@jest/globals'
import { createForge } from '../support/forge.ts'
import { expectContract } from '../support/invariants.ts'
import { type Answer, calm, createWorld } from '../support/world.ts'

const world = await createWorld()
const { token } = createForge(world)

const olivia = world.pool.users.get('olivia')?.sub ?? ''
const selfService = 'aws.cognito.signin.user.admin'

/** Claims that a replaced trigger adds to both tokens, and scopes that it takes from the access token. */
interface Replacement {
  id?: object
  access?: object
  scopes?: string[]
}

async function act(replacement: (id: string) => Replacement): Promise<Answer> {
  await world.reset({
    ...calm,
    replace: (id) => {
      const { id: idClaims = {}, access = {}, scopes = [selfService] } = replacement(id)
      return {
        claimsAndScopeOverrideDetails: {
          idTokenGeneration: { claimsToAddOrOverride: idClaims },
          accessTokenGeneration: { claimsToAddOrOverride: access, scopesToSuppress: scopes },
        },
      }
    },
  })
  const answer = await world.post({ headers: { Authorization: [token()] } })
  if (answer === 'ended') throw new Error('no answer')
  expectContract(answer)
  return answer
}
const right = (id: string) => ({ act: { sub: olivia }, impersonation_id: id })

test('one that does as ours does is not noticed', async () => {
  expect((await act((id) => ({ id: right(id), access: right(id) }))).statusCode).toBe(200)
})

describe('is noticed where', () => {
  test.each<[string, (id: string) => Replacement]>([
    ['it adds nothing', () => ({})],
    ['it names nobody', (id) => ({ id: { impersonation_id: id }, access: { impersonation_id: id } })],
    ['it names another actor', (id) => ({ id: { ...right(id), act: { sub: 'x' } }, access: right(id) })],
    [
      'it names another actor in the access token',
      (id) => ({ id: right(id), access: { ...right(id), act: { sub: 'x' } } }),
    ],
    ['it names the actor in text', (id) => ({ id: { ...right(id), act: olivia }, access: right(id) })],
    ['it names the actor in an array', (id) => ({ id: { ...right(id), act: [{ sub: olivia }] }, access: right(id) })],
    ['it names another record', (id) => ({ id: right(id), access: right('x') })],
    ['it names no record', (id) => ({ id: { act: right(id).act }, access: right(id) })],
    ['it leaves the scope of self-service', (id) => ({ id: right(id), access: right(id), scopes: [] })],
    ['it names the actor in the ID token alone', (id) => ({ id: right(id) })],
    ['it names the actor in the access token alone', (id) => ({ access: right(id) })],
  ])('%s', async (_, replacement) => {
    const { statusCode, headers } = await act(replacement)
    expect(statusCode).toBe(500)
    expect(world.table.items.get(headers['Impersonation-Id'] ?? '')).toMatchObject({ state: { S: 'discarded' } })
    expect(world.seen.cognitoCalls).toContain('RevokeToken')
    expect([...world.pool.families.values()].map(({ revoked }) => revoked)).toEqual([true])
  })
})
