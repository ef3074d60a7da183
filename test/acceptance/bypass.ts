// Attempts to get tokens from the public Cognito API without the endpoint.

import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import {
  DescribeUserPoolClientCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { describe, expect, test } from '@jest/globals'
import { claimsOf, type Deployment } from './client.ts'

export function bypass(deployment: Deployment) {
  /** Calls Cognito with the impersonation client's secret. */
  async function asInsider() {
    const { cognito, outputs } = deployment()
    const { UserPoolId, ImpersonationClientId: ClientId } = outputs
    const { UserPoolClient } = await cognito.send(new DescribeUserPoolClientCommand({ UserPoolId, ClientId }))
    const hash = (username: string) =>
      createHmac('sha256', UserPoolClient?.ClientSecret ?? '')
        .update(username + ClientId)
        .digest('base64')
    return {
      start: (username: string) =>
        cognito.send(
          new InitiateAuthCommand({
            ClientId,
            AuthFlow: 'CUSTOM_AUTH',
            AuthParameters: { USERNAME: username, SECRET_HASH: hash(username) },
          }),
        ),
      respond: (username: string, session: string | undefined, answer: string, impersonationId: string) =>
        cognito.send(
          new RespondToAuthChallengeCommand({
            ClientId,
            ChallengeName: 'CUSTOM_CHALLENGE',
            Session: session,
            ChallengeResponses: { USERNAME: username, ANSWER: answer, SECRET_HASH: hash(username) },
            ClientMetadata: { impersonationId },
          }),
        ),
    }
  }
  const randomGrant = (id: string) => `${id}.${randomBytes(32).toString('base64url')}`

  describe('bypassing the endpoint', () => {
    test('the impersonation client refuses a sign-in without its secret', async () => {
      const { cognito, outputs } = deployment()
      const start = new InitiateAuthCommand({
        ClientId: outputs.ImpersonationClientId,
        AuthFlow: 'CUSTOM_AUTH',
        AuthParameters: { USERNAME: 'alice' },
      })
      await expect(cognito.send(start)).rejects.toMatchObject({ name: 'NotAuthorizedException' })
    })
    test.each(['USER_PASSWORD_AUTH', 'USER_SRP_AUTH', 'REFRESH_TOKEN_AUTH'] as const)(
      'the impersonation client does not allow %s',
      async (AuthFlow) => {
        const { cognito, outputs } = deployment()
        const AuthParameters = {
          USERNAME: 'alice',
          PASSWORD: 'Alice-Local-1!',
          SRP_A: 'abc',
          REFRESH_TOKEN: 'abc',
          SECRET_HASH: 'abc',
        }
        const start = new InitiateAuthCommand({ ClientId: outputs.ImpersonationClientId, AuthFlow, AuthParameters })
        await expect(cognito.send(start)).rejects.toMatchObject({
          name: expect.stringMatching(/InvalidParameter|NotAuthorized/),
        })
      },
    )
    test.each([
      ['a random word', () => 'guess', () => randomUUID()],
      ['a random grant in the right form', (id: string) => randomGrant(id), (id: string) => id],
      ['the record id alone', (id: string) => id, (id: string) => id],
    ])('with the secret, the answer “%s” brings no tokens', async (_, answer, metadata) => {
      const { start, respond } = await asInsider()
      const { Session } = await start('alice')
      const id = randomUUID()
      await expect(respond('alice', Session, answer(id), metadata(id))).rejects.toMatchObject({
        name: 'NotAuthorizedException',
      })
    })
    test('with the secret, the id of an issued record brings no tokens and does not change the record', async () => {
      const { impersonate, record } = deployment()
      const id = (await impersonate('alice')).headers.get('impersonation-id') ?? ''
      const before = await record(id)
      const { start, respond } = await asInsider()
      const { Session } = await start('alice')
      await expect(respond('alice', Session, randomGrant(id), id)).rejects.toMatchObject({
        name: 'NotAuthorizedException',
      })
      expect(await record(id)).toEqual(before)
    })
    test('an ordinary sign-in with forged metadata brings ordinary tokens', async () => {
      const { impersonate, signIn } = deployment()
      const impersonationId = (await impersonate('alice')).headers.get('impersonation-id') ?? ''
      const { IdToken, AccessToken } = await signIn('bob', undefined, { impersonationId })
      expect(claimsOf(IdToken)).not.toHaveProperty('act')
      expect(claimsOf(AccessToken)).toMatchObject({ scope: 'aws.cognito.signin.user.admin' })
    })
  })
}
