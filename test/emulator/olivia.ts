// Olivia, who may impersonate: her requests, and their records.

import { AdminInitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider'
import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt'
import { passwords } from '../acceptance/people.ts'
import { connect, type Outputs } from '../acceptance/target.ts'

export interface Access {
  outputs: Outputs
  apiKey: string
  signal: AbortSignal
}

export interface Impersonation {
  status: number
  /** The record's id. */
  id: string | null
  session: Session | undefined
}

export interface Session {
  /** The ID token. */
  authorization: string
  accessToken: string
}

export interface Olivia {
  sub: unknown
  idToken: string
  /** Asks to act as `username`. */
  impersonate(username: string): Promise<Impersonation>
  record(id: string | null): Promise<Record<string, unknown> | undefined>
}

/** Signs Olivia in. */
export async function signInOlivia({ outputs, apiKey, signal }: Access): Promise<Olivia> {
  const { cognito, dynamoDB } = connect(outputs)
  const { AuthenticationResult } = await cognito.send(
    new AdminInitiateAuthCommand({
      UserPoolId: outputs.UserPoolId,
      ClientId: outputs.ActorClientId,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'olivia', PASSWORD: passwords.olivia },
    }),
  )
  const { IdToken = '' } = AuthenticationResult ?? {}
  const headers = { 'X-API-Key': apiKey, 'Content-Type': 'application/json', Authorization: IdToken }

  return {
    sub: decomposeUnverifiedJwt(IdToken).payload.sub,
    idToken: IdToken,
    async impersonate(username) {
      const body = JSON.stringify({ username })
      const answer = await fetch(`${outputs.ApiUrl}/auth/impersonate`, { method: 'POST', signal, headers, body })
      const { session } = (await answer.json()) as Pick<Impersonation, 'session'>
      return { status: answer.status, id: answer.headers.get('impersonation-id'), session }
    },
    async record(id) {
      const Key = { id: { S: id ?? '' } }
      const { Item } = await dynamoDB.send(new GetItemCommand({ TableName: outputs.RecordsTableName, Key }))
      return Item && unmarshall(Item)
    },
  }
}
