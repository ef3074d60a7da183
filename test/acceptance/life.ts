// The life of an impersonation around the mint: approved, seen, introspected, ended.

import { AdminAddUserToGroupCommand, AdminRemoveUserFromGroupCommand } from '@aws-sdk/client-cognito-identity-provider'
import { describe, expect, test } from '@jest/globals'
import type { Deployment } from './client.ts'

export function life(deployment: Deployment) {
  const minted = async () => {
    const { headers, body } = await deployment().impersonate('alice', undefined, { reason: 'to see' })
    const { authorization, accessToken } = body.session as { authorization: string; accessToken: string }
    return { id: String(headers.get('impersonation-id')), idToken: authorization, accessToken }
  }
  const path = (id: string) => `/auth/impersonations/${id}`
  const auditor = async () => ({ Authorization: (await deployment().signIn('audrey')).IdToken })

  const introspect = async (token: string) => {
    const { send, resourceServerKey } = deployment()
    const { status, body } = await send({
      path: '/auth/introspect',
      headers: { 'X-API-Key': resourceServerKey, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token }).toString(),
    })
    return { status, body }
  }

  /** Puts victor into the approval group. @returns false if the deployment has no group of this name */
  const needsApproval = async () => {
    const { cognito, outputs } = deployment()
    const member = { UserPoolId: outputs.UserPoolId, Username: 'victor', GroupName: 'vips' }
    return cognito.send(new AdminAddUserToGroupCommand(member)).then(
      () => true,
      (error) => {
        if (error.name === 'ResourceNotFoundException') return false
        throw error
      },
    )
  }

  describe('an impersonation', () => {
    // A deployment with -c approvalGroups=vips.
    test('of a member of an approval group waits for somebody else’s approval', async () => {
      if (!(await needsApproval())) return
      const { send, impersonate, signIn, record, subOf } = deployment()
      const direct = await impersonate('victor')
      expect([direct.status, direct.headers.get('impersonation-error')]).toEqual([403, 'ApprovalRequired'])

      const olivia = { Authorization: (await signIn('olivia')).IdToken }
      const prepared = await send({ path: '/auth/impersonations', headers: olivia, body: { username: 'victor' } })
      expect(prepared).toMatchObject({ status: 201, body: { state: 'prepared', approvalRequired: true } })
      const { id, ticket } = prepared.body
      const redeem = () => send({ path: '/auth/session', headers: { 'X-API-Key': undefined }, body: { ticket } })
      expect(await redeem()).toMatchObject({ status: 403 })

      const headers = await auditor()
      const list = await send({ method: 'GET', path: '/auth/impersonations?state=prepared', headers })
      expect(list.body.impersonations).toContainEqual(expect.objectContaining({ id, state: 'prepared' }))
      const approve = (by: typeof headers) => send({ path: `${path(String(id))}/approval`, headers: by, body: {} })
      expect(await approve(olivia)).toMatchObject({ status: 403 })
      const approved = { status: 200, body: { id, state: 'prepared', approvedBy: { sub: await subOf('audrey') } } }
      expect(await approve(headers)).toMatchObject(approved)
      expect(await approve(headers)).toMatchObject(approved)

      expect(await redeem()).toMatchObject({ status: 200, body: { username: 'victor' } })
      expect(await redeem()).toMatchObject({ status: 401 })
      expect(await approve(headers)).toMatchObject({ status: 409 })
      expect(await record(String(id))).toMatchObject({ state: 'issued', approvedSubjectSub: await subOf('victor') })
    })

    test('is seen by an auditor, introspected, ended by its own session, and stays ended', async () => {
      const { send, subOf } = deployment()
      const { id, idToken, accessToken } = await minted()
      const headers = await auditor()
      const list = await send({ method: 'GET', path: '/auth/impersonations?live=true', headers })
      expect(list).toMatchObject({ status: 200 })
      expect(list.body.impersonations).toContainEqual(
        expect.objectContaining({ id, state: 'issued', live: true, reason: 'to see' }),
      )
      expect(await introspect(accessToken)).toMatchObject({
        status: 200,
        body: { active: true, sub: await subOf('alice'), act: { sub: await subOf('olivia') }, impersonation_id: id },
      })

      const end = () =>
        send({ method: 'DELETE', path: path(id), headers: { 'X-API-Key': undefined, Authorization: idToken } })
      const ended = { status: 200, body: { id, state: 'ended', live: false, endedBy: { role: 'session' } } }
      expect(await end()).toMatchObject(ended)
      for (const token of [accessToken, idToken]) {
        expect(await introspect(token)).toEqual({ status: 200, body: { active: false } })
      }
      expect(await end()).toMatchObject(ended)
      expect(await send({ method: 'GET', path: path(id), headers })).toMatchObject(ended)
    })

    test('is ended with all others of its actor', async () => {
      const { send } = deployment()
      const { id } = await minted()
      const answer = await send({
        method: 'DELETE',
        path: '/auth/impersonations?actor=olivia',
        headers: await auditor(),
      })
      expect(answer).toMatchObject({ status: 200, body: { ended: expect.any(Number) } })
      expect(await deployment().record(id)).toMatchObject({ state: 'ended', endedByRole: 'auditor' })
    })

    test('is hidden from others', async () => {
      const { send, signIn } = deployment()
      const { id, idToken } = await minted()
      const bob = { Authorization: (await signIn('bob')).IdToken }
      for (const other of [id, '0f3d8a52-6b1e-4c57-8d9a-2f4e6a7b8c9d', 'x']) {
        expect(await send({ method: 'GET', path: path(other), headers: bob })).toMatchObject({ status: 404 })
        expect(await send({ method: 'DELETE', path: path(other), headers: bob })).toMatchObject({ status: 404 })
      }
      const another = await minted()
      expect(
        await send({ method: 'DELETE', path: path(another.id), headers: { Authorization: idToken } }),
      ).toMatchObject({ status: 404 })
      expect(await send({ method: 'GET', path: '/auth/impersonations?live=true', headers: bob })).toMatchObject({
        status: 403,
      })
    })

    // Takes 30 s. On the local run, test/introspection.test.ts sets the clock.
    const testOnDeployment = process.env.ACCEPTANCE_OUTPUTS ? test : test.skip
    testOnDeployment('is inactive within 30 s after its actor lost the right', async () => {
      const { cognito, outputs } = deployment()
      const { accessToken } = await minted()
      const member = { UserPoolId: outputs.UserPoolId, Username: 'olivia', GroupName: 'impersonators' }
      await cognito.send(new AdminRemoveUserFromGroupCommand(member))
      try {
        // The function may have looked the actor up in the last 30 s.
        const until = Date.now() + 35_000
        let answer = await introspect(accessToken)
        while (answer.body.active && Date.now() < until) {
          await new Promise((resolve) => setTimeout(resolve, 1_000))
          answer = await introspect(accessToken)
        }
        expect(answer).toEqual({ status: 200, body: { active: false } })
      } finally {
        await cognito.send(new AdminAddUserToGroupCommand(member))
      }
    })
  })
}
