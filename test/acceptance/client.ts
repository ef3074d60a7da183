// A client of the deployment: sends requests, signs people in, reads records and tokens.

import { AdminGetUserCommand, AdminInitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider'
import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { expect } from '@jest/globals'
import { undescribed } from './contract.ts'
import { type Person, passwords } from './people.ts'
import type { Target } from './target.ts'

export type Client = ReturnType<typeof createClient>

export type Deployment = () => Target & Client

export interface Answer {
  status: number
  headers: Headers
  body: Record<string, unknown>
}

export function createClient({ outputs, apiKey, cognito, dynamoDB }: Target) {
  const { UserPoolId } = outputs

  /**
   * Leaves out headers set to undefined. Sends a string body as it is, any other body as JSON.
   * @throws Error if infra/docs/openapi.yaml does not describe the answer.
   */
  async function send(
    changes: { headers?: Record<string, string | undefined>; body?: unknown; method?: string; path?: string } = {},
  ) {
    const headers = { 'X-API-Key': apiKey, 'Content-Type': 'application/json', ...changes.headers }
    const body = changes.body ?? { username: 'alice' }
    const method = changes.method ?? 'POST'
    const path = changes.path ?? '/auth/impersonate'
    const response = await fetch(outputs.ApiUrl + path, {
      method,
      headers: Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ...(method === 'POST' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const answer: Answer = { status: response.status, headers: response.headers, body: JSON.parse(text) }
    expect(undescribed({ method, path }, answer)).toEqual([])
    return answer
  }

  /** Signs a person in through the actors' client. */
  async function signIn(person: Person, password: string = passwords[person], metadata?: Record<string, string>) {
    const { AuthenticationResult } = await cognito.send(
      new AdminInitiateAuthCommand({
        UserPoolId,
        ClientId: outputs.ActorClientId,
        AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: person, PASSWORD: password },
        ClientMetadata: metadata,
      }),
    )
    return AuthenticationResult as { IdToken: string; AccessToken: string; RefreshToken: string }
  }

  return {
    send,
    signIn,
    basic: (person: Person, password: string = passwords[person]) =>
      `Basic ${Buffer.from(`${person}:${password}`).toString('base64')}`,

    /** Sends a request to act as `username`. The actor is olivia unless `authorization` is given. */
    async impersonate(username: string, authorization?: string, more: object = {}) {
      const headers = { Authorization: authorization ?? (await signIn('olivia')).IdToken }
      return send({ headers, body: { username, ...more } })
    },

    async subOf(username: string): Promise<string> {
      const user = await cognito.send(new AdminGetUserCommand({ UserPoolId, Username: username }))
      return user.UserAttributes?.find(({ Name }) => Name === 'sub')?.Value ?? ''
    },

    async record(id: string | null) {
      if (!id) return undefined
      const command = new GetItemCommand({
        TableName: outputs.RecordsTableName,
        Key: { id: { S: id } },
        ConsistentRead: true,
      })
      const { Item } = await dynamoDB.send(command)
      return Item && unmarshall(Item)
    },
  }
}

export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}
