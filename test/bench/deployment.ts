// A local run with a client, and a counter of the calls to Cognito and DynamoDB.

import diagnosticsChannel from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { AdminInitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider'
import { makeDemoPeople, people } from '../../infra/local/demo/people.ts'
import { type LocalRunOptions, runLocally } from '../../infra/local/run.ts'
import { connect, type Outputs } from '../acceptance/target.ts'

export type Deployment = Awaited<ReturnType<typeof startDeployment>>

/** Starts a local run without throttle and quota. */
export async function startDeployment(options: LocalRunOptions) {
  const run = await runLocally({ ...options, change: liftLimits })
  const outputs = run.outputs as unknown as Outputs
  const clients = connect(outputs)
  await makeDemoPeople(clients.cognito, outputs.UserPoolId)
  const [apiKey = ''] = Object.values(run.apiKeys)
  return {
    run,
    outputs,
    ...clients,

    async impersonate(authorization: string, body: unknown, headers: Record<string, string> = {}) {
      const response = await fetch(`${outputs.ApiUrl}/auth/impersonate`, {
        method: 'POST',
        headers: { 'x-api-key': apiKey, 'content-type': 'application/json', authorization, ...headers },
        body: JSON.stringify(body),
      })
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    },

    /** Signs a person in with the actors' client. */
    async signIn(username: string) {
      const { AuthenticationResult } = await clients.cognito.send(
        new AdminInitiateAuthCommand({
          UserPoolId: outputs.UserPoolId,
          ClientId: outputs.ActorClientId,
          AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
          AuthParameters: { USERNAME: username, PASSWORD: passwordOf(username) },
        }),
      )
      return AuthenticationResult as { IdToken: string; AccessToken: string }
    },

    async close() {
      clients.cognito.destroy()
      clients.dynamoDB.destroy()
      await run.close()
    },
  }
}

/** Raises the limits of each customer and of the stage. */
const liftLimits: NonNullable<LocalRunOptions['change']> = ({ Resources }) => {
  for (const { Type, Properties = {} } of Object.values(Resources)) {
    if (Type === 'AWS::ApiGateway::UsagePlan') {
      delete Properties.Quota
      Properties.Throttle = { RateLimit: 10_000, BurstLimit: 5_000 }
    }
    if (Type === 'AWS::ApiGateway::Stage') delete Properties.MethodSettings
  }
}

function passwordOf(username: string): string {
  return people.find((person) => person.username === username)?.password ?? ''
}

export function basic(username: string, password = passwordOf(username)): string {
  return `Basic ${btoa(`${username}:${password}`)}`
}

/** Counts the AWS operations and key set requests that the servers of this process receive from now on. */
export function watchCalls() {
  let calls: Record<string, number> = {}
  const count = (message: unknown) => {
    const { headers, url } = (message as { request: IncomingMessage }).request
    const operation = headers['x-amz-target'] ?? (url?.endsWith('/jwks.json') ? '.jwks' : undefined)
    const name = operation?.toString().split('.').at(-1)
    if (name) calls[name] = (calls[name] ?? 0) + 1
  }
  diagnosticsChannel.subscribe('http.server.request.start', count)
  return {
    /** @returns the calls since the last `take`. */
    take() {
      const taken = calls
      calls = {}
      return taken
    },
    stop: () => diagnosticsChannel.unsubscribe('http.server.request.start', count),
  }
}
