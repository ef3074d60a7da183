// Checks which tokens the verifier accepts, and where it fetches the pool's keys.

import { createServer } from 'node:http'
import { Agent } from 'node:https'
import { afterAll, describe, expect, test } from '@jest/globals'
import {
  CognitoJwtInvalidClientIdError,
  CognitoJwtInvalidTokenUseError,
  FetchError,
  JwtInvalidSignatureError,
  ParameterValidationError,
} from 'aws-jwt-verify/error'
import { listen } from '../../../infra/local/listen.ts'
import { createVerifier } from '../../../lambda/http/verifier.ts'
import { publishKeys } from '../../support/jwks.ts'
import { idClaims, newKey, signToken, userPoolId } from '../../support/tokens.ts'
import { startVirtualTime } from '../../support/virtual-time.ts'

const config = { userPoolId, clientIds: ['actors', 'console', 'ours'] }
const key = newKey()
const published = await publishKeys([key])
afterAll(published.close)

test.each(['actors', 'console', 'ours'])('returns the claims of an ID token for %s', async (aud) => {
  const claims = idClaims(Date.now(), { aud })
  expect(await createVerifier(config, published.url).verify(signToken(key, claims))).toEqual(claims)
})

describe('an access token', () => {
  const claims = idClaims(Date.now(), { token_use: 'access', aud: undefined, client_id: 'ours' })
  const token = signToken(key, claims)
  test('is refused by default', async () => {
    await expect(createVerifier(config, published.url).verify(token)).rejects.toThrow(CognitoJwtInvalidTokenUseError)
  })
  test('is accepted with tokenUse null, for the same clients', async () => {
    const verifier = createVerifier({ ...config, tokenUse: null }, published.url)
    expect(await verifier.verify(token)).toMatchObject({ client_id: 'ours' })
    expect(await verifier.verify(signToken(key, idClaims(Date.now())))).toMatchObject({ aud: 'actors' })
    const other = signToken(key, { ...claims, client_id: 'other', aud: 'ours' })
    await expect(verifier.verify(other)).rejects.toThrow(CognitoJwtInvalidClientIdError)
  })
})

// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IssuerConfigurationType.html
const updatedIssuer = (region: string, pool: string) => `https://issuer-cognito-idp.${region}.amazonaws.com/${pool}`

describe('the issuer type that AWS calls updated', () => {
  const iss = updatedIssuer('us-east-1', userPoolId)
  test('is accepted', async () => {
    const claims = idClaims(Date.now(), { iss })
    expect(await createVerifier(config, published.url).verify(signToken(key, claims))).toEqual(claims)
  })
  test('is accepted only with the pool’s keys', async () => {
    const forged = signToken(newKey(key.kid), idClaims(Date.now(), { iss }))
    await expect(createVerifier(config, published.url).verify(forged)).rejects.toThrow(JwtInvalidSignatureError)
  })
  test.each([
    updatedIssuer('us-east-1', 'us-east-1_Other0000'),
    updatedIssuer('eu-west-1', userPoolId),
    `${iss}/`,
    iss.replace('.com', '.com.evil.example'),
    iss.replace('https', 'http'),
    iss.replace('issuer-', 'issuer.'),
    iss.replace('issuer-', 'xissuer-'),
  ])('is refused in a similar form, before any keys are fetched: %s', async (lookAlike) => {
    const unreachable = createVerifier(config, 'http://127.0.0.1:1')
    const token = signToken(key, idClaims(Date.now(), { iss: lookAlike }))
    await expect(unreachable.verify(token)).rejects.toThrow(ParameterValidationError)
  })
})

test('stops waiting for the keys after 3 s', async () => {
  const arrived = Promise.withResolvers<void>()
  const silent = createServer(() => arrived.resolve())
  const port = await listen(silent)
  const time = startVirtualTime()
  try {
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

test('fetches the keys from AWS with the agent if no endpoint is set', async () => {
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
