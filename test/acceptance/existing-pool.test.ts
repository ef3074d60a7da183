// Attributes and scopes of the tokens on an existing pool. CONTRIBUTING.md describes the pool for a deployment at AWS.

import { AdminInitiateAuthCommand, AdminUpdateUserAttributesCommand } from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Client, claimsOf, createClient } from './client.ts'
import { openExistingPool } from './existing-pool.ts'
import { passwords } from './people.ts'
import { openTarget, type Target } from './target.ts'

const { ACCEPTANCE_OUTPUTS, ACCEPTANCE_APP_CLIENT_ID } = process.env
const describeHere = ACCEPTANCE_OUTPUTS && !ACCEPTANCE_APP_CLIENT_ID ? describe.skip : describe

describeHere('an impersonated session on an existing pool', () => {
  let target: Target & { appClientId?: string }
  let client: Client
  let idToken: Record<string, unknown>
  let accessToken: Record<string, unknown>

  beforeAll(async () => {
    target = ACCEPTANCE_OUTPUTS ? await openTarget() : await openExistingPool()
    client = createClient(target)
    await target.cognito.send(
      new AdminUpdateUserAttributesCommand({
        UserPoolId: target.outputs.UserPoolId,
        Username: 'alice',
        UserAttributes: [
          { Name: 'custom:shown', Value: 'acme' },
          { Name: 'custom:hidden', Value: 'a note about alice' },
          { Name: 'birthdate', Value: '1990-01-01' },
        ],
      }),
    )
    const { body } = await client.impersonate('alice')
    const session = body.session as { authorization: string; accessToken: string }
    idToken = claimsOf(session.authorization)
    accessToken = claimsOf(session.accessToken)
  })
  afterAll(() => target?.close())

  test('shows a custom attribute that readAttributes names', () => {
    expect(idToken).toMatchObject({ 'custom:shown': 'acme', email: 'alice@example.com' })
  })

  test('hides a custom attribute that readAttributes does not name, and a standard one', () => {
    expect(idToken).not.toHaveProperty('custom:hidden')
    expect(idToken).not.toHaveProperty('birthdate')
  })

  test('shows the same as the subject’s own ID token, besides the actor and the record', async () => {
    const { AuthenticationResult } = await target.cognito.send(
      new AdminInitiateAuthCommand({
        UserPoolId: target.outputs.UserPoolId,
        ClientId: ACCEPTANCE_APP_CLIENT_ID ?? target.appClientId,
        AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: 'alice', PASSWORD: passwords.alice },
      }),
    )
    const own = Object.keys(claimsOf(AuthenticationResult?.IdToken ?? ''))
    expect(Object.keys(idToken).sort()).toEqual([...own, 'act', 'impersonation_id'].sort())
  })

  test('has the configured scopes, without the self-service scope', () => {
    expect(String(accessToken.scope).split(' ').sort()).toEqual(['openid', 'orders/read'])
  })

  test('shows nearly nothing of the actor, whose client anybody can use', async () => {
    const { IdToken } = await client.signIn('olivia')
    expect(claimsOf(IdToken)).not.toHaveProperty('email')
    expect(claimsOf((await client.signIn('alice')).IdToken)).not.toHaveProperty('custom:shown')
  })
})
