// The pool's keys: fetched where Cognito is, and not waited for without end.

import { createServer } from 'node:http'
import { Agent } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, test } from '@jest/globals'
import { FetchError, JwtInvalidSignatureError, ParameterValidationError } from 'aws-jwt-verify/error'
import { createVerifier } from '../../../../lambda/endpoint/http/verifier.ts'
import { publishKeys } from '../../../support/jwks.ts'
import { idClaims, newKey, signToken, userPoolId } from '../../../support/tokens.ts'
import { startVirtualTime } from '../../../support/virtual-time.ts'

const config = { userPoolId, actorClientIds: ['actors', 'console'], impersonationClientId: 'ours' }
const key = newKey()
const published = await publishKeys([key])
afterAll(published.close)

test.each(['actors', 'console', 'ours'])('gives the claims of an ID token for %s', async (aud) => {
  const claims = idClaims(Date.now(), { aud })
  expect(await createVerifier(config, published.url).verify(signToken(key, claims))).toEqual(claims)
})

// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IssuerConfigurationType.html
const updated = (region: string, pool: string) => `https://issuer-cognito-idp.${region}.amazonaws.com/${pool}`

describe('the issuer that AWS calls updated, which a pool may be set to', () => {
  const iss = updated('us-east-1', userPoolId)
  test('is the pool’s own too', async () => {
    const claims = idClaims(Date.now(), { iss })
    expect(await createVerifier(config, published.url).verify(signToken(key, claims))).toEqual(claims)
  })
  test('is believed by the pool’s keys alone', async () => {
    const forged = signToken(newKey(key.kid), idClaims(Date.now(), { iss }))
    await expect(createVerifier(config, published.url).verify(forged)).rejects.toThrow(JwtInvalidSignatureError)
  })
  test.each([
    updated('us-east-1', 'us-east-1_Other0000'),
    updated('eu-west-1', userPoolId),
    `${iss}/`,
    iss.replace('.com', '.com.evil.example'),
    iss.replace('https', 'http'),
    iss.replace('issuer-', 'issuer.'),
    iss.replace('issuer-', 'xissuer-'),
  ])('is not to be looked like: no keys are fetched for %s', async (lookAlike) => {
    const nowhere = createVerifier(config, 'http://127.0.0.1:1')
    const token = signToken(key, idClaims(Date.now(), { iss: lookAlike }))
    await expect(nowhere.verify(token)).rejects.toThrow(ParameterValidationError)
  })
})

test('gives up on keys that do not come, after 3 s', async () => {
  const arrived = Promise.withResolvers<void>()
  const silent = createServer(() => arrived.resolve())
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const time = startVirtualTime()
  try {
    const { port } = silent.address() as AddressInfo
    const verified = createVerifier(config, `http://127.0.0.1:${port}`).verify(signToken(key, idClaims(Date.now())))
    const outcome = expect(verified).rejects.toThrow(FetchError)
    await arrived.promise
    await time.pass(3_000)
    await outcome
  } finally {
    time.stop()
    silent.closeAllConnections()
    await new Promise((resolve) => silent.close(resolve))
  }
})

test('asks AWS over the connections of the agent, where it is told of no endpoint', async () => {
  const connected = new Set<unknown>()
  const agent = new (class extends Agent {
    override createConnection({ host }: { host?: string | null }): never {
      connected.add(host)
      throw new Error('no network here')
    }
  })()
  const verified = createVerifier(config, undefined, agent).verify(signToken(key, idClaims(Date.now())))
  await expect(verified).rejects.toThrow('no network here')
  expect([...connected]).toEqual(['cognito-idp.us-east-1.amazonaws.com'])
})
