// Granted requests: response, tokens and record.

import { randomUUID } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { CognitoAccessToken, CognitoIdToken, CognitoRefreshToken, CognitoUserSession } from 'amazon-cognito-identity-js'
import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { claimsOf, type Deployment } from './client.ts'

const selfService = 'aws.cognito.signin.user.admin'

interface Session {
  authorization: string
  accessToken: string
  refreshToken: string
  expireEpoch: number
}

export function session(deployment: Deployment) {
  const sessionOf = ({ body }: { body: Record<string, unknown> }) => body.session as Session

  describe('a session', () => {
    test('has exactly the shape of the contract', async () => {
      const { outputs, impersonate } = deployment()
      const { status, headers, body } = await impersonate('alice')
      expect(status).toBe(200)
      expect(body).toEqual({
        endpointUrl: expect.stringMatching(/^https?:/),
        clientId: outputs.ImpersonationClientId,
        userPoolId: outputs.UserPoolId,
        username: 'alice',
        password: '',
        session: {
          authorization: expect.any(String),
          refreshToken: '',
          accessToken: expect.any(String),
          expireEpoch: expect.any(Number),
        },
      })
      expect(headers.get('content-type')).toBe('application/json')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('impersonation-id')).toMatch(/^[0-9a-f-]{36}$/)
    })

    test('names the base URL of its request', async () => {
      const { outputs, impersonate } = deployment()
      expect((await impersonate('alice')).body).toMatchObject({ endpointUrl: outputs.ApiUrl })
    })

    test('holds two tokens that the pool signed for the impersonation client', async () => {
      const { outputs, impersonate } = deployment()
      const { authorization, accessToken } = sessionOf(await impersonate('alice'))
      const verifier = CognitoJwtVerifier.create(
        { userPoolId: outputs.UserPoolId, clientId: outputs.ImpersonationClientId, tokenUse: null },
        {
          jwksCache: new SimpleJwksCache({
            fetcher: {
              fetch: async (uri) => {
                const { CognitoEndpoint: endpoint, UserPoolId } = outputs
                return (await fetch(endpoint ? `${endpoint}/${UserPoolId}/.well-known/jwks.json` : uri)).arrayBuffer()
              },
            },
          }),
        },
      )
      await expect(verifier.verify(authorization, { tokenUse: 'id' } as never)).resolves.toBeDefined()
      await expect(verifier.verify(accessToken, { tokenUse: 'access' } as never)).resolves.toBeDefined()
    })

    test('belongs to the subject, names the actor and the record in both tokens, and expires', async () => {
      const { outputs, impersonate, subOf } = deployment()
      const answer = await impersonate('alice')
      const { authorization, accessToken, expireEpoch } = sessionOf(answer)
      const [id, access] = [claimsOf(authorization), claimsOf(accessToken)]
      const both = {
        sub: await subOf('alice'),
        act: { sub: await subOf('olivia') },
        impersonation_id: answer.headers.get('impersonation-id'),
        iss: expect.stringContaining(outputs.UserPoolId),
      }
      expect(id).toMatchObject({
        ...both,
        token_use: 'id',
        aud: outputs.ImpersonationClientId,
        'cognito:username': 'alice',
      })
      expect(access).toMatchObject({
        ...both,
        token_use: 'access',
        client_id: outputs.ImpersonationClientId,
        username: 'alice',
      })
      for (const { exp, iat } of [id, access]) expect(Number(exp) - Number(iat)).toBe(3_600)
      expect(expireEpoch).toBe(Number(id.exp) * 1000)
    })

    test('has the subject’s attributes, with email_verified as a boolean', async () => {
      const { impersonate } = deployment()
      const { authorization } = sessionOf(await impersonate('alice'))
      expect(claimsOf(authorization)).toMatchObject({ email: 'alice@example.com', email_verified: true })
    })

    test('is valid for amazon-cognito-identity-js, which reads the actor', async () => {
      const { authorization, accessToken, refreshToken } = sessionOf(await deployment().impersonate('alice'))
      const session = new CognitoUserSession({
        IdToken: new CognitoIdToken({ IdToken: authorization }),
        AccessToken: new CognitoAccessToken({ AccessToken: accessToken }),
        RefreshToken: new CognitoRefreshToken({ RefreshToken: refreshToken }),
      })
      expect(session.isValid()).toBe(true)
      expect(session.getIdToken().payload.act).toEqual({ sub: await deployment().subOf('olivia') })
    })

    test('cannot change the user’s account: it lacks the scope of ordinary sessions', async () => {
      const { impersonate, signIn } = deployment()
      const { accessToken } = sessionOf(await impersonate('alice'))
      expect(String(claimsOf(accessToken).scope ?? '').split(' ')).not.toContain(selfService)
      expect(claimsOf((await signIn('alice')).AccessToken).scope).toBe(selfService)
    })

    test.each([
      ['an ID token without a scheme', (token: string) => token],
      ['Bearer', (token: string) => `Bearer ${token}`],
      ['bearer in lower case', (token: string) => `bearer ${token}`],
    ])('is granted for %s', async (_, header) => {
      const { impersonate, signIn } = deployment()
      expect(await impersonate('alice', header((await signIn('olivia')).IdToken))).toMatchObject({ status: 200 })
    })
    test('is granted for Basic', async () => {
      const { impersonate, basic } = deployment()
      expect(await impersonate('alice', basic('olivia'))).toMatchObject({ status: 200 })
    })
    test.each([
      ['named by an alias', 'alice@example.com', 'alice'],
      ['who was invited and never signed in', 'ivan', 'ivan'],
    ])('is granted for a subject %s', async (_, asked, username) => {
      const { impersonate } = deployment()
      expect(await impersonate(asked)).toMatchObject({ status: 200, body: { username } })
    })

    test('does not change the subject’s own sign-in', async () => {
      const { impersonate, signIn } = deployment()
      await impersonate('alice')
      const { IdToken, AccessToken } = await signIn('alice')
      for (const token of [IdToken, AccessToken]) {
        expect(claimsOf(token)).not.toHaveProperty('act')
        expect(claimsOf(token)).not.toHaveProperty('impersonation_id')
      }
    })

    test('has a record of actor, subject, reason, times and source, without secrets', async () => {
      const { impersonate, record, subOf, outputs, apiKey } = deployment()
      const reason = `ticket ${randomUUID()}`
      const before = Date.now()
      const answer = await impersonate('alice', undefined, { reason })
      const found = await record(answer.headers.get('impersonation-id'))
      expect(found).toMatchObject({
        state: 'issued',
        actorSub: await subOf('olivia'),
        actorUsername: 'olivia',
        subjectAsked: 'alice',
        subjectSub: await subOf('alice'),
        subjectUsername: 'alice',
        reason,
        clientId: outputs.ImpersonationClientId,
        sourceIp: expect.any(String),
        requestId: expect.any(String),
      })
      const { requestedAt, redeemedAt, issuedAt, endsAt, expiresAt } = found ?? {}
      expect(requestedAt).toBeGreaterThan(before - 60_000)
      expect([requestedAt, redeemedAt, issuedAt, endsAt]).toEqual([requestedAt, redeemedAt, issuedAt, endsAt].sort())
      expect(endsAt - issuedAt).toBe(3_600_000)
      expect(expiresAt).toBeGreaterThan(endsAt / 1000)
      const kept = JSON.stringify(found)
      const { authorization, accessToken } = sessionOf(answer)
      for (const secret of [authorization, accessToken, apiKey, 'Olivia-Local-1!']) expect(kept).not.toContain(secret)
    })

    test('has a record with the subject’s username if the request names an alias', async () => {
      const { impersonate, record } = deployment()
      const answer = await impersonate('alice@example.com')
      expect(await record(answer.headers.get('impersonation-id'))).toMatchObject({
        subjectAsked: 'alice@example.com',
        subjectUsername: 'alice',
      })
    })
  })
}
