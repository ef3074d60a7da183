// Where the pool's keys come from, without an endpoint of our own.

import { Agent } from 'node:https'
import { expect, test } from '@jest/globals'
import { createVerifier } from '../../lambda/verifier.ts'
import { newKey, signToken } from '../support/tokens.ts'

const pool = { userPoolId: 'us-east-1_Abc123def', actorClientIds: ['actors'], impersonationClientId: 'impersonation' }

test('the keys are asked of AWS over the connections of the agent', async () => {
  const connected = new Set<unknown>()
  const agent = new (class extends Agent {
    override createConnection({ host }: { host?: string | null }): never {
      connected.add(host)
      throw new Error('no network here')
    }
  })()
  const token = signToken(newKey(), {
    iss: `https://cognito-idp.us-east-1.amazonaws.com/${pool.userPoolId}`,
    token_use: 'id',
    aud: 'actors',
  })
  await expect(createVerifier(pool, undefined, agent).verify(token)).rejects.toThrow('no network here')
  expect([...connected]).toEqual(['cognito-idp.us-east-1.amazonaws.com'])
})
