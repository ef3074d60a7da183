// The level of a staff sign-in and the form of a reason, on the local run: what a caller sees.

import { AdminInitiateAuthCommand, UpdateUserPoolCommand } from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { localAccess } from '../infra/local/client-access.ts'
import { createSignIn } from '../infra/local/demo/site/sign-in.ts'
import { claimsOf } from './acceptance/client.ts'
import { passwords } from './acceptance/people.ts'
import { sharedAssembly } from './support/assembly.ts'
import { change, startDeployment } from './support/deployment.ts'

let deployment: Awaited<ReturnType<typeof startDeployment>>
/** olivia's token of a sign-in at the level that counts. */
let strong: string

/** Signs in at a level (`acr`), as a back office does after the 401. */
async function signInAt(level: string, person: 'olivia' | 'audrey' = 'olivia'): Promise<string> {
  const { cognito, outputs } = deployment
  const { AuthenticationResult } = await cognito.send(
    new AdminInitiateAuthCommand({
      UserPoolId: outputs.UserPoolId,
      ClientId: outputs.ActorClientId,
      AuthFlow: 'USER_AUTH',
      AuthParameters: {
        USERNAME: person,
        PASSWORD: passwords[person],
        PREFERRED_CHALLENGE: 'PASSWORD',
        TARGET_ACR_VALUES: level,
      },
    }),
  )
  return AuthenticationResult?.IdToken ?? ''
}

async function send(method: string, path: string, options: { token: string; body?: object; userAgent?: string }) {
  const { outputs, apiKey } = deployment
  const response = await fetch(outputs.ApiUrl + path, {
    method,
    headers: {
      Authorization: options.token,
      'X-API-Key': apiKey,
      'Content-Type': 'application/json',
      ...(options.userAgent && { 'User-Agent': options.userAgent }),
    },
    ...(options.body && { body: JSON.stringify(options.body) }),
  })
  const { headers, status } = response
  const body = (await response.json()) as { message?: string; ticket?: string; id?: string }
  const challenge = headers.get('x-amzn-remapped-www-authenticate')
  return { status, body, code: headers.get('impersonation-error'), challenge, id: headers.get('impersonation-id') }
}

const good = { username: 'alice', reason: 'SUP-123 the invoice page' }
const mint = (token: string, more: object = {}) =>
  send('POST', '/auth/impersonate', { token, body: { ...good, ...more } })

beforeAll(async () => {
  deployment = await startDeployment({
    assembly: await sharedAssembly({
      actorAcr: 'urn:example:strong',
      basic: 'false',
      reasonPattern: JSON.stringify({
        pattern: 'SUP-[0-9]+( (?s:.)*)?',
        description: 'a ticket number such as SUP-123',
      }),
    }),
    // The sign-ins of `startDeployment` ask for no level.
    change: change('AWS::Cognito::UserPoolClient', ({ ClientName, ExplicitAuthFlows }) => {
      if (ClientName === 'actors') ExplicitAuthFlows.push('ALLOW_ADMIN_USER_PASSWORD_AUTH')
    }),
  })
  // No sign-in by password reaches the level that counts, until the pool gives this name to the lowest level.
  const weak = await signInAt('urn:cognito:loa:1')
  expect(claimsOf(weak)).toMatchObject({ acr: 'urn:cognito:loa:1', amr: ['pwd'] })
  expect((await mint(weak)).code).toBe('SignInInsufficient')
  const { cognito, outputs } = deployment
  const pool = deployment.run.cognito.pools.get(outputs.UserPoolId)
  await cognito.send(
    new UpdateUserPoolCommand({
      UserPoolId: outputs.UserPoolId,
      AcrConfiguration: { Level1: { AcrValue: 'urn:example:strong' } },
      LambdaConfig: pool?.properties.LambdaConfig as never,
      UserPoolTier: 'ESSENTIALS',
    }),
  )
  strong = await signInAt('urn:example:strong')
})
afterAll(() => deployment?.close())

describe('the level of the sign-in', () => {
  const challenge =
    'Bearer realm="cognito-impersonation", error="insufficient_user_authentication", error_description="Authorization: the sign-in is not strong enough, sign in again", acr_values="urn:example:strong"'

  test('that counts gets a session, and a ticket that opens one', async () => {
    expect(claimsOf(strong)).toMatchObject({ acr: 'urn:example:strong' })
    expect((await mint(strong)).status).toBe(200)
    const prepared = await send('POST', '/auth/impersonations', { token: strong, body: good })
    expect(prepared.status).toBe(201)
    expect((await deployment.redeem(prepared.body.ticket)).status).toBe(200)
  })
  test.each([
    ['POST', '/auth/impersonate'],
    ['POST', '/auth/impersonations'],
    ['GET', '/auth/impersonations?actor=olivia'],
    ['GET', '/auth/impersonations/cf0c47e4-de3a-47f3-9b8e-92f3ad3a1344'],
    ['DELETE', '/auth/impersonations/cf0c47e4-de3a-47f3-9b8e-92f3ad3a1344'],
    ['DELETE', '/auth/impersonations?actor=olivia'],
  ])('is demanded by %s %s: a sign-in that asked for none gets the challenge of RFC 9470', async (method, path) => {
    expect(claimsOf(deployment.olivia)).not.toHaveProperty('acr')
    deployment.calls.length = 0
    const answer = await send(method, path, { token: deployment.olivia, ...(method === 'POST' && { body: good }) })
    expect(answer).toMatchObject({ status: 401, code: 'SignInInsufficient', challenge, id: null })
    expect(deployment.calls).toEqual([])
  })
  test('cannot be forged', async () => {
    const [header, payload = '', signature] = deployment.olivia.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const forged = Buffer.from(JSON.stringify({ ...claims, acr: 'urn:example:strong' })).toString('base64url')
    expect(await mint(`${header}.${forged}.${signature}`)).toMatchObject({
      status: 401,
      code: 'CredentialsInvalid',
      challenge: 'Bearer realm="cognito-impersonation"',
    })
  })
  test('is not demanded of an impersonated session, which can end itself and do no more', async () => {
    const { body, id } = await mint(strong)
    const { authorization } = (body as unknown as { session: { authorization: string } }).session
    expect(claimsOf(authorization)).not.toHaveProperty('acr')
    expect(await mint(authorization)).toMatchObject({ status: 403, code: 'ActorImpersonated' })
    expect((await send('DELETE', `/auth/impersonations/${id}`, { token: authorization })).status).toBe(200)
  })
  test('lets an auditor in as well', async () => {
    const token = await signInAt('urn:example:strong', 'audrey')
    expect((await send('GET', '/auth/impersonations?live=true', { token })).status).toBe(200)
  })
  test('is what the demo’s back office asks for', async () => {
    const { CognitoEndpoint = '', UserPoolId: userPoolId = '', ActorClientId: clientId = '' } = deployment.run.outputs
    const options = { cognito: localAccess('us-east-1', CognitoEndpoint), userPoolId, clientId }
    const signIn = createSignIn({ ...options, acrValues: ['urn:example:strong'] })
    const { idToken } = await signIn({ username: 'olivia', password: passwords.olivia })
    expect((await mint(idToken)).status).toBe(200)
    expect(deployment.run.settings.actorAcr).toEqual(['urn:example:strong'])
  })
  test('is not reached with Basic, which is off', async () => {
    const basic = `Basic ${Buffer.from(`olivia:${passwords.olivia}`).toString('base64')}`
    expect(await mint(basic)).toMatchObject({ status: 401, code: 'CredentialsInvalid' })
  })
})

describe('the reason', () => {
  const routes = ['/auth/impersonate', '/auth/impersonations']

  test.each([
    ['another form', 'the invoice page'],
    ['the form inside', 'see SUP-123'],
    ['no reason', undefined],
  ])('must have the form of the setting: %s gets 400 with its description', async (_, reason) => {
    for (const path of routes) {
      const answer = await send('POST', path, { token: strong, body: { username: 'alice', reason } })
      expect(answer).toMatchObject({ status: 400, code: 'RequestInvalid', id: null })
      expect(answer.body.message).toMatch(/^reason (must be|is required:) a ticket number such as SUP-123$/)
    }
  })
  test.each(['SUP-1 \u202eevil', 'SUP-1 \u2066x', 'SUP-1 \0', 'SUP-1 \x1b[2K', 'SUP-1 \x9b', 'SUP-1 a\rb'])(
    'must have no control characters: %j gets 400',
    async (reason) => {
      for (const path of routes) {
        const answer = await send('POST', path, { token: strong, body: { username: 'alice', reason } })
        expect(answer).toMatchObject({ status: 400, id: null })
        expect(answer.body.message).toMatch(/^reason must not contain/)
      }
    },
  )
  test('keeps emoji, ZWJ, a flag of tag characters, tabs and line breaks, in the record too', async () => {
    const reason = 'SUP-7 👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿\n\ttwo\r\nlines'
    const { status, id } = await mint(strong, { reason })
    expect(status).toBe(200)
    expect(await deployment.record(id)).toMatchObject({ reason })
  })
  test('ends at once for a reason of 1,000 characters', async () => {
    expect((await mint(strong, { reason: `SUP-${'1'.repeat(995)}x` })).status).toBe(400)
    expect((await mint(strong, { reason: `SUP-${'1'.repeat(996)}` })).status).toBe(200)
  })
})

test('the user agent comes into the record without control characters', async () => {
  const { id } = await send('POST', '/auth/impersonate', {
    token: strong,
    body: good,
    userAgent: 'back\toffice\u0085/2.1\u009b',
  })
  expect(await deployment.record(id)).toMatchObject({ userAgent: 'backoffice/2.1' })
})
