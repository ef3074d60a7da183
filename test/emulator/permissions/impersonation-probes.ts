// Calls that need the permissions of the endpoint and of the triggers.

import { AdminInitiateAuthCommand, type CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { passwords } from '../../acceptance/people.ts'
import { connect, type Outputs } from '../../acceptance/target.ts'
import type { Probe, Probes } from './prove.ts'

/** @returns probes by the function's entry */
export async function impersonationProbes({
  outputs,
  apiKey,
  signal,
}: {
  outputs: Outputs
  apiKey: string
  signal: AbortSignal
}): Promise<Record<string, Probes>> {
  const { cognito, dynamoDB } = connect(outputs)
  const authorization = await signInOlivia(cognito, outputs)

  async function impersonate(username: string): Promise<{ status: number; id: string | null }> {
    const answer = await fetch(`${outputs.ApiUrl}/auth/impersonate`, {
      method: 'POST',
      signal,
      headers: { 'X-API-Key': apiKey, 'Content-Type': 'application/json', Authorization: authorization },
      body: JSON.stringify({ username }),
    })
    await answer.body?.cancel()
    return { status: answer.status, id: answer.headers.get('impersonation-id') }
  }
  async function stateOf(id: string | null): Promise<string | undefined> {
    const Key = { id: { S: id ?? '' } }
    const { Item } = await dynamoDB.send(new GetItemCommand({ TableName: outputs.RecordsTableName, Key }))
    return Item?.state?.S
  }
  const asked = (username: string, expected: Pick<Probe, 'allowed' | 'denied'>): Probe => ({
    call: async () => String((await impersonate(username)).status),
    ...expected,
  })
  const withRecord = (username: string, expected: Pick<Probe, 'allowed' | 'denied'>): Probe => ({
    async call() {
      const { status, id } = await impersonate(username)
      return `${status}, the record is ${await stateOf(id)}`
    },
    ...expected,
  })

  return {
    endpoint: {
      'dynamodb:PutItem': asked('alice', { allowed: '200', denied: '503' }),
      // root is protected. The endpoint reads the reason of the refusal from the record.
      'dynamodb:GetItem': asked('root', { allowed: '403', denied: '503' }),
      'dynamodb:UpdateItem': withRecord('nobody', {
        allowed: '422, the record is refused',
        denied: '422, the record is requested',
      }),
      'cognito-idp:AdminInitiateAuth': asked('alice', { allowed: '200', denied: '500' }),
      'cognito-idp:AdminRespondToAuthChallenge': asked('alice', { allowed: '200', denied: '500' }),
      'cognito-idp:AdminGetUser': asked('alice', { allowed: '200', denied: '500' }),
      'cognito-idp:AdminListGroupsForUser': asked('alice', { allowed: '200', denied: '500' }),
    },
    triggers: {
      'dynamodb:UpdateItem': asked('alice', { allowed: '200', denied: '503' }),
    },
  }
}

async function signInOlivia(cognito: CognitoIdentityProviderClient, outputs: Outputs): Promise<string> {
  const { AuthenticationResult } = await cognito.send(
    new AdminInitiateAuthCommand({
      UserPoolId: outputs.UserPoolId,
      ClientId: outputs.ActorClientId,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'olivia', PASSWORD: passwords.olivia },
    }),
  )
  return AuthenticationResult?.IdToken ?? ''
}
