// The life of an impersonation on the local run: impersonate, list, read, end.

import {
  AdminAddUserToGroupCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminInitiateAuthCommand,
  AdminRemoveUserFromGroupCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sharedAssembly } from './support/assembly.ts'
import { startDeployment } from './support/deployment.ts'

const appClientId = 'shopapp0123456789'
let deployment: Awaited<ReturnType<typeof startDeployment>>
let audrey: string
let alice: string

beforeAll(async () => {
  deployment = await startDeployment({ assembly: await sharedAssembly({ subjectClientIds: appClientId }) })
  const pool = deployment.run.cognito.pools.get(deployment.outputs.UserPoolId)
  pool?.clients.set(appClientId, {
    id: appClientId,
    secret: undefined,
    properties: { ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH'] },
  })
  audrey = (await deployment.signIn('audrey')).IdToken
  alice = await signInToApp('alice', 'Alice-Local-1!')
})
afterAll(() => deployment?.close())

/** @returns the ID token of a subject who is signed in with their app. */
async function signInToApp(USERNAME: string, PASSWORD: string): Promise<string> {
  const { AuthenticationResult } = await deployment.cognito.send(
    new AdminInitiateAuthCommand({
      UserPoolId: deployment.outputs.UserPoolId,
      ClientId: appClientId,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME, PASSWORD },
    }),
  )
  return String(AuthenticationResult?.IdToken)
}

interface Page {
  impersonations: { id: string }[]
  next?: string
}

async function send(method: 'GET' | 'DELETE', path: string, authorization: string, apiKey: string | null = '') {
  const response = await fetch(`${deployment.outputs.ApiUrl}/auth/impersonations${path}`, {
    method,
    headers: { Authorization: authorization, ...(apiKey !== null && { 'X-API-Key': apiKey || deployment.apiKey }) },
  })
  const body = (await response.json()) as Page
  return { status: response.status, body, code: response.headers.get('impersonation-error') }
}

async function impersonate(username = 'alice') {
  const { headers, body } = await deployment.impersonate(username, deployment.olivia, { reason: 'ticket 42' })
  const session = body.session as { authorization: string } | undefined
  return { id: String(headers.get('impersonation-id')), session: String(session?.authorization) }
}

const user = (Username: string) => ({ UserPoolId: deployment.outputs.UserPoolId, Username })
const idsOf = (body: Page) => body.impersonations.map(({ id }) => id)

test('the life of an impersonation', async () => {
  const { id, session } = await impersonate()
  const expected = {
    id,
    state: 'issued',
    live: true,
    actor: { username: 'olivia', sub: await deployment.subOf('olivia') },
    subject: { username: 'alice', sub: await deployment.subOf('alice'), asked: 'alice' },
    reason: 'ticket 42',
  }
  for (const query of ['live=true', 'actor=olivia', 'subject=alice@example.com', `subject=${expected.subject.sub}`]) {
    const { status, body } = await send('GET', `?${query}`, audrey)
    expect([query, status, body.impersonations?.[0]]).toEqual([query, 200, expect.objectContaining(expected)])
  }
  expect(await send('GET', `/${id}`, deployment.olivia)).toMatchObject({ status: 200, body: expected })
  expect(await send('GET', `/${id}`, alice)).toMatchObject({ status: 200, body: expected })
  expect((await send('GET', `/${id}`, alice)).body).not.toHaveProperty('sourceIp')

  const ended = await send('DELETE', `/${id}`, session, null)
  const endedBy = { ...expected.actor, role: 'session' }
  expect(ended).toMatchObject({ status: 200, body: { id, state: 'ended', live: false, endedBy } })
  expect(await send('DELETE', `/${id}`, audrey)).toMatchObject({ status: 200, body: { state: 'ended', endedBy } })
  expect(idsOf((await send('GET', '?live=true', audrey)).body)).not.toContain(id)
  expect(idsOf((await send('GET', '?subject=alice', alice)).body)).toContain(id)
})

test('alice ends hers, and olivia her own', async () => {
  for (const [token, role] of [
    [alice, 'subject'],
    [deployment.olivia, 'actor'],
  ] as const) {
    const { id } = await impersonate()
    const { status, body } = await send('DELETE', `/${id}`, token, null)
    expect({ status, body }).toMatchObject({ status: 200, body: { state: 'ended', endedBy: { role } } })
  }
})

test('the auditor ends everything of olivia, and everything of alice', async () => {
  for (const query of ['actor=olivia', 'subject=alice']) {
    await send('DELETE', '?actor=olivia', audrey)
    const ids = [await impersonate(), await impersonate()].map(({ id }) => id)
    expect(await send('DELETE', `?${query}`, audrey)).toMatchObject({ status: 200, body: { ended: 2 } })
    for (const id of ids) expect((await send('GET', `/${id}`, audrey)).body).toMatchObject({ state: 'ended' })
    expect(await send('DELETE', `?${query}`, audrey)).toMatchObject({ status: 200, body: { ended: 0 } })
  }
})

test('lists go on with `next`, newest first', async () => {
  const made = [await impersonate(), await impersonate(), await impersonate()].map(({ id }) => id).reverse()
  const first = await send('GET', '?actor=olivia&limit=2', audrey)
  expect(idsOf(first.body)).toEqual(made.slice(0, 2))
  const next = await send('GET', `?actor=olivia&limit=2&next=${first.body.next}`, audrey)
  expect(idsOf(next.body)[0]).toBe(made[2])
  const live = await send('GET', '?live=true&limit=1', audrey)
  expect(idsOf(live.body)).toHaveLength(1)
  const more = await send('GET', `?live=true&limit=100&next=${live.body.next}`, audrey)
  expect([...idsOf(live.body), ...idsOf(more.body)].sort()).toEqual(expect.arrayContaining([...made].sort()))
  const wrong = await send('GET', `?subject=alice&next=${first.body.next}`, audrey)
  expect(wrong).toMatchObject({ status: 400, code: 'RequestInvalid' })
})

describe('who may not', () => {
  test('somebody without a role sees and ends nothing', async () => {
    const { id } = await impersonate()
    const { IdToken: bob } = await deployment.signIn('bob')
    for (const query of ['?live=true', '?actor=olivia', '?subject=bob'])
      expect(await send('GET', query, bob)).toMatchObject({ status: 403, code: 'NotYours' })
    expect(await send('DELETE', '?actor=olivia', bob)).toMatchObject({ status: 403, code: 'NotYours' })
    for (const method of ['GET', 'DELETE'] as const)
      expect(await send(method, `/${id}`, bob)).toMatchObject({ status: 404, code: 'NoSuchImpersonation' })
    expect((await send('GET', `/${id}`, audrey)).body).toMatchObject({ state: 'issued' })
  })
  test('a session ends no other', async () => {
    const [one, other] = [await impersonate(), await impersonate()]
    expect(await send('DELETE', `/${other.id}`, one.session, null)).toMatchObject({ status: 404 })
    expect(await send('GET', `/${one.id}`, one.session)).toMatchObject({ status: 404 })
    expect((await send('GET', `/${other.id}`, audrey)).body).toMatchObject({ state: 'issued' })
  })
  test('an actor who left the group sees nothing', async () => {
    const { IdToken } = await deployment.signIn('olivia')
    const group = { ...user('olivia'), GroupName: 'impersonators' }
    await deployment.cognito.send(new AdminRemoveUserFromGroupCommand(group))
    try {
      expect(await send('GET', '?actor=olivia', IdToken)).toMatchObject({ status: 403, code: 'NotYours' })
    } finally {
      await deployment.cognito.send(new AdminAddUserToGroupCommand(group))
    }
  })
  test('a disabled subject sees nothing', async () => {
    await deployment.cognito.send(new AdminDisableUserCommand(user('alice')))
    try {
      expect(await send('GET', '?subject=alice', alice)).toMatchObject({ status: 403, code: 'NotYours' })
    } finally {
      await deployment.cognito.send(new AdminEnableUserCommand(user('alice')))
    }
  })
  test('Basic ends nothing without a key, and no call reaches Cognito', async () => {
    const { id } = await impersonate()
    deployment.calls.length = 0
    expect(await send('DELETE', `/${id}`, deployment.basic('olivia'), null)).toMatchObject({ status: 401 })
    expect(deployment.calls).toEqual([])
    expect(await send('GET', `/${id}`, deployment.basic('olivia'))).toMatchObject({ status: 200 })
  })
})

test('a refused attempt on a disabled user is found by subject, and by sub once the user is deleted', async () => {
  const { id } = await impersonate('dora')
  const { body } = await send('GET', '?subject=dora', audrey)
  expect(body.impersonations).toEqual([
    expect.objectContaining({ id, state: 'refused', code: 'SubjectDisabled', live: false }),
  ])
  const sub = await deployment.subOf('dora')
  await deployment.cognito.send(new AdminDeleteUserCommand(user('dora')))
  expect(idsOf((await send('GET', `?subject=${sub}`, audrey)).body)).toHaveLength(1)
  expect(await send('GET', '?subject=dora', audrey)).toMatchObject({ status: 422, code: 'UserNotFound' })
})
