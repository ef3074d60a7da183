// Introspection on the local run: active after the mint, inactive after the end, and when a person loses what it takes.

import {
  AdminAddUserToGroupCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminRemoveUserFromGroupCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { CognitoJwtVerifier } from 'aws-jwt-verify'
import type { Jwks } from 'aws-jwt-verify/jwk'
import { createLiveCheck } from '../infra/live.ts'
import { createLookUps } from '../lambda/http/users.ts'
import { createVerifier } from '../lambda/http/verifier.ts'
import { createCheckPeople } from '../lambda/oversight/check-people.ts'
import { createIntrospect, introspected } from '../lambda/oversight/introspect.ts'
import { createRecordsTable } from '../lambda/records-table.ts'
import { claimsOf } from './acceptance/client.ts'
import { sharedAssembly } from './support/assembly.ts'
import { startDeployment } from './support/deployment.ts'

let deployment: Awaited<ReturnType<typeof startDeployment>>
let resourceServerKey: string
let audrey: string
beforeAll(async () => {
  deployment = await startDeployment({ assembly: await sharedAssembly() })
  resourceServerKey = Object.values(deployment.run.resourceServerKeys)[0] ?? ''
  audrey = (await deployment.signIn('audrey')).IdToken
})
afterAll(() => deployment?.close())

interface Session {
  id: string
  idToken: string
  accessToken: string
}

async function impersonate(): Promise<Session> {
  const { headers, body } = await deployment.impersonate('alice', deployment.olivia)
  const { authorization, accessToken } = body.session as { authorization: string; accessToken: string }
  return { id: String(headers.get('impersonation-id')), idToken: authorization, accessToken }
}

async function introspect(token: string, apiKey = resourceServerKey) {
  const response = await fetch(`${deployment.outputs.ApiUrl}/auth/introspect`, {
    method: 'POST',
    headers: { 'X-API-Key': apiKey },
    body: new URLSearchParams({ token }),
  })
  return {
    status: response.status,
    body: (await response.json()) as object,
    code: response.headers.get('impersonation-error'),
  }
}

async function end(id: string) {
  const response = await fetch(`${deployment.outputs.ApiUrl}/auth/impersonations/${id}`, {
    method: 'DELETE',
    headers: { Authorization: audrey },
  })
  expect(response.status).toBe(200)
}

const inactive = { status: 200, body: { active: false }, code: null }

describe('over HTTP', () => {
  test('both tokens are active, until the impersonation is ended', async () => {
    const { id, idToken, accessToken } = await impersonate()
    for (const [token, type] of [
      [accessToken, 'Bearer'],
      [idToken, 'N_A'],
    ] as const) {
      const { iss, sub, exp, iat } = claimsOf(token)
      const { status, body } = await introspect(token)
      expect([status, body]).toEqual([
        200,
        {
          active: true,
          iss,
          sub,
          client_id: deployment.outputs.ImpersonationClientId,
          username: 'alice',
          token_type: type,
          exp,
          iat,
          act: { sub: await deployment.subOf('olivia') },
          impersonation_id: id,
        },
      ])
    }
    await end(id)
    expect(await introspect(accessToken)).toEqual(inactive)
    expect(await introspect(idToken)).toEqual(inactive)
    await end(id)
    expect(await introspect(accessToken)).toEqual(inactive)
    // Another one of the same people is not affected.
    expect(await introspect((await impersonate()).accessToken)).toMatchObject({ body: { active: true } })
  })

  test('the check for resource servers accepts both tokens, until the impersonation is ended', async () => {
    const {
      UserPoolId: userPoolId,
      ImpersonationClientId: clientId,
      ApiUrl: apiUrl,
      CognitoEndpoint,
    } = deployment.outputs
    const verifier = CognitoJwtVerifier.create({ userPoolId, tokenUse: null, clientId })
    const keys = await fetch(`${CognitoEndpoint}/${userPoolId}/.well-known/jwks.json`)
    verifier.cacheJwks((await keys.json()) as Jwks)
    const live = createLiveCheck({ apiUrl, apiKey: resourceServerKey, memorySeconds: 0 })
    const verify = (token: string) => verifier.verify(token, { customJwtCheck: live(token) })
    const { id, idToken, accessToken } = await impersonate()
    for (const token of [idToken, accessToken]) expect(await verify(token)).toMatchObject({ impersonation_id: id })
    await end(id)
    for (const token of [idToken, accessToken]) await expect(verify(token)).rejects.toMatchObject({ code: 'Inactive' })
    const customers = createLiveCheck({ apiUrl, apiKey: deployment.apiKey })
    await expect(verifier.verify(idToken, { customJwtCheck: customers(idToken) })).rejects.toMatchObject({
      code: 'Unavailable',
      cause: new Error('introspection answered 403 ApiKeyNotAllowed'),
    })
  })

  test('ordinary tokens are inactive', async () => {
    const { IdToken, AccessToken, RefreshToken } = await deployment.signIn('olivia')
    for (const token of [IdToken, AccessToken, RefreshToken]) expect(await introspect(token)).toEqual(inactive)
  })

  test('a customer’s key does not open it, and a resource server’s key opens nothing else', async () => {
    const { accessToken, id } = await impersonate()
    expect(await introspect(accessToken, deployment.apiKey)).toMatchObject({ status: 403, code: 'ApiKeyNotAllowed' })
    const response = await fetch(`${deployment.outputs.ApiUrl}/auth/impersonations/${id}`, {
      headers: { 'X-API-Key': resourceServerKey, Authorization: audrey },
    })
    expect([response.status, response.headers.get('impersonation-error')]).toEqual([403, 'ApiKeyNotAllowed'])
  })

  test('the log has each outcome and no token', async () => {
    const { accessToken, id } = await impersonate()
    deployment.log.length = 0
    await introspect(accessToken)
    await introspect(`${accessToken}x`)
    const text = JSON.stringify(deployment.log)
    expect(text).toContain(id)
    for (const part of accessToken.split('.')) expect(text).not.toContain(part)
  })
})

describe('with its own clock', () => {
  const clock = { later: 0 }
  beforeEach(() => {
    clock.later = 0
  })
  const now = () => Date.now() + clock.later

  /** The function's code in this process, at the Cognito and the table of the local run. */
  function createFunction() {
    const { outputs, cognito, dynamoDB } = deployment
    const config = {
      impersonationClientId: outputs.ImpersonationClientId,
      impersonatorsGroup: 'impersonators',
      mayActAs: 'none' as const,
      lookUpGroup: true,
    }
    const { UserPoolId: userPoolId } = outputs
    const verifier = createVerifier(
      { userPoolId, clientIds: [config.impersonationClientId], tokenUse: null },
      outputs.CognitoEndpoint,
    )
    const table = createRecordsTable({ dynamoDB, tableName: outputs.RecordsTableName, timeout: 5_000 })
    const introspect = createIntrospect({
      config,
      verify: (token) => verifier.verify(token),
      read: (id) => table.read(id, introspected.map((name) => `#${name}`).join(', ')) as never,
      checkPeople: createCheckPeople({
        config,
        lookUps: async () => createLookUps({ cognito, userPoolId }),
        now,
      }),
      now,
    })
    return async (token: string) => (await introspect(token)).response.active
  }

  const user = (Username: string) => ({ UserPoolId: deployment.outputs.UserPoolId, Username })
  const group = () => ({ ...user('olivia'), GroupName: 'impersonators' })

  test.each([
    [
      'the actor leaves the group',
      () => new AdminRemoveUserFromGroupCommand(group()),
      () => new AdminAddUserToGroupCommand(group()),
    ],
    [
      'the actor is disabled',
      () => new AdminDisableUserCommand(user('olivia')),
      () => new AdminEnableUserCommand(user('olivia')),
    ],
    [
      'the subject is disabled',
      () => new AdminDisableUserCommand(user('alice')),
      () => new AdminEnableUserCommand(user('alice')),
    ],
  ])('%s: inactive after 30 s at most, and active 5 s after that is undone', async (_, withdraw, giveBack) => {
    const { accessToken } = await impersonate()
    const isActive = createFunction()
    expect(await isActive(accessToken)).toBe(true)
    deployment.calls.length = 0
    await deployment.cognito.send(withdraw() as AdminDisableUserCommand)
    try {
      clock.later = 30_000
      expect(await isActive(accessToken)).toBe(false)
      // A function without memory refuses at once.
      expect(await createFunction()(accessToken)).toBe(false)
    } finally {
      await deployment.cognito.send(giveBack() as AdminEnableUserCommand)
    }
    clock.later = 35_000
    expect(await isActive(accessToken)).toBe(true)
  })
})
