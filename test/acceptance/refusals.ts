// Refusals: status, error body and record.

import { AdminAddUserToGroupCommand, AdminRemoveUserFromGroupCommand } from '@aws-sdk/client-cognito-identity-provider'
import { describe, expect, test } from '@jest/globals'
import type { Answer, Deployment } from './client.ts'

export function refusals(deployment: Deployment) {
  function expectError({ status, headers, body }: Answer, expected: number) {
    expect({ status, body }).toEqual({
      status: expected,
      body: { status: 'error', message: expect.stringMatching(/./) },
    })
    expect(headers.get('content-type')).toBe('application/json')
  }

  describe('an unknown API key gets', () => {
    test.each([undefined, '', 'a-key-that-nobody-was-given-0001'])('403: %p', async (key) => {
      const { send, basic } = deployment()
      expectError(await send({ headers: { 'X-API-Key': key, Authorization: basic('olivia') } }), 403)
    })
  })

  describe('a missing or invalid Authorization header gets', () => {
    test.each<[string, (target: ReturnType<Deployment>) => Promise<string | undefined> | string | undefined]>([
      ['no header', () => undefined],
      ['an empty header', () => ''],
      ['a value that is not a token', () => 'Bearer nonsense'],
      ['an access token', async ({ signIn }) => (await signIn('olivia')).AccessToken],
      ['a wrong password', ({ basic }) => basic('olivia', 'Wrong-Password-1!')],
      ['an unknown user', () => `Basic ${Buffer.from('nobody:Wrong-Password-1!').toString('base64')}`],
      ['a disabled user', ({ basic }) => basic('dora')],
      [
        'a token with changed claims',
        async ({ signIn }) => {
          const [header, , signature] = (await signIn('bob')).IdToken.split('.')
          const claims = { sub: 'x', 'cognito:groups': ['impersonators'] }
          return `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`
        },
      ],
    ])('401: %s', async (_, authorization) => {
      const target = deployment()
      const answer = await target.send({ headers: { Authorization: await authorization(target) } })
      expectError(answer, 401)
      const challenge = answer.headers.get('www-authenticate') ?? answer.headers.get('x-amzn-remapped-www-authenticate')
      expect(challenge).toMatch(/^Bearer /)
    })
  })

  describe('an invalid request gets', () => {
    test.each<[string, unknown]>([
      ['an array', '["alice"]'],
      ['invalid JSON', '{"username":'],
      ['no username', {}],
      ['a space in the username', { username: 'al ice' }],
      ['a blank reason', { username: 'alice', reason: ' ' }],
    ])('400: %s', async (_, body) => {
      const { send, basic } = deployment()
      expectError(await send({ headers: { Authorization: basic('olivia') }, body }), 400)
    })
    test('400: a Content-Type other than JSON', async () => {
      const { send, basic } = deployment()
      expectError(await send({ headers: { Authorization: basic('olivia'), 'Content-Type': 'text/plain' } }), 400)
    })
  })

  describe('a forbidden impersonation gets', () => {
    test('403: an actor outside the group, who cannot learn which users exist', async () => {
      const { impersonate, signIn } = deployment()
      const { IdToken } = await signIn('bob')
      const [known, unknown] = [await impersonate('alice', IdToken), await impersonate('nobody', IdToken)]
      expectError(known, 403)
      expect(unknown).toMatchObject({ status: known.status, body: known.body })
      expect(known.headers.get('impersonation-id')).toBeNull()
    })
    test.each([
      ['403: a protected subject', 'root', 403, 'SubjectProtected'],
      // Members of the impersonators group are protected too, unless a setting changes that.
      ['403: the actor as subject', 'olivia', 403, expect.stringMatching(/^Subject(IsActor|Protected)$/)],
      ['422: a disabled subject', 'dora', 422, 'SubjectDisabled'],
      ['422: a subject who does not exist', 'nobody', 422, 'SubjectNotFound'],
    ])('%s', async (_, username, status, code) => {
      const { impersonate, record, subOf } = deployment()
      const answer = await impersonate(username, undefined, { reason: 'to see' })
      expectError(answer, status)
      const found = await record(answer.headers.get('impersonation-id'))
      expect(found).toMatchObject({
        state: 'refused',
        code,
        subjectAsked: username,
        actorSub: await subOf('olivia'),
        reason: 'to see',
      })
      expect(found).not.toHaveProperty('issuedAt')
    })
    test('403: an impersonated session as the actor', async () => {
      const { impersonate } = deployment()
      const { session } = (await impersonate('alice')).body as { session: { authorization: string } }
      expectError(await impersonate('bob', session.authorization), 403)
    })
    test('403: an actor who left the group, although their token still names it', async () => {
      const { cognito, outputs, impersonate, signIn } = deployment()
      const member = { UserPoolId: outputs.UserPoolId, Username: 'olivia', GroupName: 'impersonators' }
      const { IdToken } = await signIn('olivia')
      await cognito.send(new AdminRemoveUserFromGroupCommand(member))
      try {
        expectError(await impersonate('alice', IdToken), 403)
      } finally {
        await cognito.send(new AdminAddUserToGroupCommand(member))
      }
      expect(await impersonate('alice', IdToken)).toMatchObject({ status: 200 })
    })
  })
}
