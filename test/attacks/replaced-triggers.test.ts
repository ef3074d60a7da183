// The endpoint discards unfit tokens of another PreTokenGeneration function.

import { describe, expect, test } from '@jest/globals'
import { createForge } from '../support/forge.ts'
import { expectContract } from '../support/invariants.ts'
import { type Way, ways } from '../support/ways.ts'
import { type Answer, calm, createWorld } from '../support/world.ts'

const world = await createWorld()
const { token } = createForge(world)

const olivia = world.pool.users.get('olivia')?.sub ?? ''
const selfService = 'aws.cognito.signin.user.admin'

/** Claims that the other trigger adds to the ID and access token, and scopes that it removes from the access token. */
interface Replacement {
  id?: object
  access?: object
  scopes?: string[]
  groups?: string[]
}

async function impersonate(way: Way, replacement: (id: string) => Replacement): Promise<Answer> {
  await world.reset({
    ...calm,
    replace: (id) => {
      const { id: idClaims = {}, access = {}, scopes = [selfService], groups = [] } = replacement(id)
      return {
        claimsAndScopeOverrideDetails: {
          idTokenGeneration: { claimsToAddOrOverride: idClaims },
          accessTokenGeneration: { claimsToAddOrOverride: access, scopesToSuppress: scopes },
          groupOverrideDetails: { groupsToOverride: groups },
        },
      }
    },
  })
  const answer = await world.impersonate(way, { headers: { Authorization: [token()] } })
  if (answer === 'ended') throw new Error('the endpoint gave no answer')
  expectContract(answer)
  return answer
}
const right = (id: string) => ({ act: { sub: olivia }, impersonation_id: id })

test.each(ways)('%s, accepts tokens of another trigger that does the same as ours', async (way) => {
  expect((await impersonate(way, (id) => ({ id: right(id), access: right(id) }))).statusCode).toBe(200)
})

describe.each(ways)('%s, discards and revokes tokens if the trigger', (way) => {
  test.each<[string, (id: string) => Replacement]>([
    ['adds nothing', () => ({})],
    ['names no actor', (id) => ({ id: { impersonation_id: id }, access: { impersonation_id: id } })],
    ['names another actor', (id) => ({ id: { ...right(id), act: { sub: 'x' } }, access: right(id) })],
    [
      'names another actor in the access token',
      (id) => ({ id: right(id), access: { ...right(id), act: { sub: 'x' } } }),
    ],
    ['names the actor as text', (id) => ({ id: { ...right(id), act: olivia }, access: right(id) })],
    ['names the actor in an array', (id) => ({ id: { ...right(id), act: [{ sub: olivia }] }, access: right(id) })],
    ['names another record', (id) => ({ id: right(id), access: right('x') })],
    ['names no record', (id) => ({ id: { act: right(id).act }, access: right(id) })],
    ['keeps the scope aws.cognito.signin.user.admin', (id) => ({ id: right(id), access: right(id), scopes: [] })],
    ['does not refuse a protected subject', (id) => ({ id: right(id), access: right(id), groups: ['gold', 'admins'] })],
    ['names the actor only in the ID token', (id) => ({ id: right(id) })],
    ['names the actor only in the access token', (id) => ({ access: right(id) })],
  ])('%s', async (_, replacement) => {
    const { statusCode, headers } = await impersonate(way, replacement)
    expect(statusCode).toBe(500)
    expect(world.table.items.get(headers['Impersonation-Id'] ?? '')).toMatchObject({ state: { S: 'discarded' } })
    expect(world.seen.cognitoCalls).toContain('RevokeToken')
    expect([...world.pool.families.values()].map(({ revoked }) => revoked)).toEqual([true])
  })
})
