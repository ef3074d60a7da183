// The example resource server, behind a stand-in for introspection.

import { createServer } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import middy from '@middy/core'
import type { APIGatewayProxyEvent, APIGatewayProxyResult, APIGatewayTokenAuthorizerEvent, Context } from 'aws-lambda'
import { listen } from '../../../infra/local/listen.ts'
import { claimsOf, id, key, tokenOf } from '../../support/introspection.ts'
import { newKey, signToken, userPoolId } from '../../support/tokens.ts'

type Modules = typeof import('./middleware.ts') & typeof import('./authorizer.ts')

const ordinary = () =>
  tokenOf('access', { act: undefined, impersonation_id: undefined, client_id: 'app', username: 'alice' })
/** Each test has a session of its own, so that no answer is remembered. */
let session: string
let state: 'live' | 'ended' | 'down'
const server = createServer((_, response) => {
  response.statusCode = state === 'down' ? 503 : 200
  const { iss, sub, client_id, act } = claimsOf.access() as Record<string, unknown>
  response.end(
    JSON.stringify(
      state === 'live' ? { active: true, iss, sub, client_id, act, impersonation_id: session } : { active: false },
    ),
  )
})
let modules: Modules

const originalEnvironment = process.env
beforeAll(async () => {
  const API_URL = `http://127.0.0.1:${await listen(server)}/v1`
  const CLIENT_IDS = 'app,ours'
  process.env = { ...process.env, API_URL, RESOURCE_SERVER_KEY: 'key', USER_POOL_ID: userPoolId, CLIENT_IDS }
  modules = { ...(await import('./middleware.ts')), ...(await import('./authorizer.ts')) }
  const { verifier } = await import('./verify.ts')
  verifier.cacheJwks({ keys: [key.jwk] } as never)
})
afterAll(async () => {
  process.env = originalEnvironment
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
beforeEach(() => {
  session = id.replace(/^.{8}/, String(Math.floor(Math.random() * 1e8)).padStart(8, '0'))
})

const impersonated = () => tokenOf('access', { impersonation_id: session })
const forged = () => signToken(newKey(key.kid), claimsOf.access())
const otherClient = () => tokenOf('access', { impersonation_id: session, client_id: 'other' })

const cases: [string, typeof state, () => string, number][] = [
  ['an ordinary token', 'down', ordinary, 200],
  ['a live session', 'live', impersonated, 200],
  ['an ended session', 'ended', impersonated, 401],
  ['a session that cannot be introspected', 'down', impersonated, 503],
  ['a forged token', 'live', forged, 401],
  ['a token of another client', 'live', otherClient, 401],
  ['an ID token', 'live', () => tokenOf('id', { impersonation_id: session }), 401],
  ['no token', 'live', () => '', 401],
]

describe('the middleware answers', () => {
  test.each(cases)('%s (introspection: %s)', async (_, introspection, token, expected) => {
    state = introspection
    const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
      .use(modules.requireSession())
      .handler(async (event) => ({
        statusCode: 200,
        body: (event as unknown as { claims: { sub: string } }).claims.sub,
      }))
    const event = { headers: { Authorization: `Bearer ${token()}` } } as unknown as APIGatewayProxyEvent
    const { statusCode, body } = await handler(event as never, {} as Context)
    expect([statusCode, body]).toEqual([expected, expected === 200 ? 'sub-of-alice' : ''])
  })
})

describe('the authorizer answers', () => {
  test.each(cases)('%s (introspection: %s)', async (_, introspection, token, expected) => {
    state = introspection
    const event = { authorizationToken: `Bearer ${token()}`, methodArn: 'arn:method' } as APIGatewayTokenAuthorizerEvent
    const outcome = modules.handler(event)
    if (expected !== 200) {
      // API Gateway answers 401 to this message alone, and 500 to any other.
      await expect(outcome).rejects.toThrow(expected === 401 ? /^Unauthorized$/ : 'introspection failed')
      return
    }
    const { principalId, policyDocument, context } = await outcome
    expect([principalId, policyDocument.Statement]).toEqual([
      'sub-of-alice',
      [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: 'arn:method' }],
    ])
    expect(context).toEqual(state === 'live' ? { impersonationId: session, actorSub: 'sub-of-olivia' } : {})
  })
})
