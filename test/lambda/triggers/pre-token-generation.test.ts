import { describe, expect, jest, test } from '@jest/globals'
import type { Records } from '../../../lambda/records.ts'
import type { ImpersonationRecord } from '../../../lambda/records-schema.ts'
import type { TriggerEvent } from '../../../lambda/triggers/event.ts'
import { preTokenGeneration } from '../../../lambda/triggers/pre-token-generation.ts'
import { triggerEvent } from '../../support/trigger-event.ts'

const id = '5f5e7c7e-3d0f-4c39-9d2c-0f1b2a3c4d5e'
const groupConfiguration = { groupsToOverride: ['gold'], iamRolesToOverride: ['arn:role'], preferredRole: 'arn:role' }
const settings = {
  protectedGroups: ['impersonators', 'admins'],
  mayActAs: 'none' as const,
  approvalGroups: [],
  sessionMinutes: 15,
  scopes: [] as string[],
}

function preToken(
  request: Partial<TriggerEvent['request']> = {},
  source = 'TokenGeneration_Authentication',
  issued = true,
  scopes: string[] = [],
) {
  const records = {
    read: jest.fn<Records['read']>(),
    issue: jest
      .fn<Records['issue']>()
      .mockResolvedValue(issued ? ({ id, actorSub: 'sub-of-olivia' } as ImpersonationRecord) : undefined),
    refuse: jest.fn<Records['refuse']>().mockResolvedValue(),
  }
  const event = triggerEvent(source, { clientMetadata: { impersonationId: id }, groupConfiguration, ...request })
  return { response: preTokenGeneration(event, records, { ...settings, scopes }), ...records }
}

test('names the actor and the record in both tokens, removes the self-service scope and keeps the groups', async () => {
  const { response, read, issue, refuse } = preToken()
  const claimsToAddOrOverride = { act: { sub: 'sub-of-olivia' }, impersonation_id: id }
  expect(await response).toEqual({
    claimsAndScopeOverrideDetails: {
      idTokenGeneration: { claimsToAddOrOverride },
      accessTokenGeneration: { claimsToAddOrOverride, scopesToSuppress: ['aws.cognito.signin.user.admin'] },
      groupOverrideDetails: groupConfiguration,
    },
  })
  expect(issue.mock.calls).toEqual([[{ id, clientId: 'ours', subjectSub: 'sub-of-alice', sessionLength: 15 * 60_000 }]])
  expect(read).not.toHaveBeenCalled()
  expect(refuse).not.toHaveBeenCalled()
})
test('issues for a user without groups, for whom Cognito sends an empty list', async () => {
  await expect(preToken({ groupConfiguration: { groupsToOverride: [] } }).response).resolves.toBeDefined()
})

describe('scopes', () => {
  const accessTokenOf = async (scopes: string[]) => {
    const { response } = preToken({}, 'TokenGeneration_Authentication', true, scopes)
    return (await response).claimsAndScopeOverrideDetails.accessTokenGeneration
  }
  test('are added to the access token, and the self-service scope is removed', async () => {
    expect(await accessTokenOf(['orders/read', 'openid'])).toMatchObject({
      scopesToAdd: ['orders/read', 'openid'],
      scopesToSuppress: ['aws.cognito.signin.user.admin'],
    })
  })
  test.each([
    'aws.cognito.signin.user.admin',
    'AWS.Cognito.signin.user.admin',
    'aws.cognito.anything',
    'openid aws.cognito.signin.user.admin',
    ' aws.cognito.signin.user.admin',
    'aws.cognito.signin.user.admin\n',
    'openid\taws.cognito.signin.user.admin',
    '',
  ])('that open the self-service API are never added, even if configured: %j', async (scope) => {
    expect(await accessTokenOf([scope, 'orders/read'])).toMatchObject({ scopesToAdd: ['orders/read'] })
  })
})

describe('a protected subject', () => {
  test.each([['impersonators'], ['admins'], ['gold', 'admins']])(
    'is refused in the record before the trigger throws: %s %s',
    async (...groups) => {
      const { response, issue, refuse } = preToken({ groupConfiguration: { groupsToOverride: groups } })
      await expect(response).rejects.toMatchObject({ code: 'SubjectProtected', message: 'the subject is protected' })
      expect(refuse.mock.calls).toEqual([[id, 'SubjectProtected']])
      expect(issue).not.toHaveBeenCalled()
    },
  )
  test('is refused even if the record cannot be written', async () => {
    const records = {
      read: jest.fn<Records['read']>(),
      issue: jest.fn<Records['issue']>(),
      refuse: () => Promise.reject(new Error('down')),
    }
    const event = triggerEvent('TokenGeneration_Authentication', {
      clientMetadata: { impersonationId: id },
      groupConfiguration: { groupsToOverride: ['admins'] },
    })
    await expect(preTokenGeneration(event, records, settings)).rejects.toThrow('down')
    expect(records.issue).not.toHaveBeenCalled()
  })
})

test('throws without a redeemed record for this subject: self, replayed or late', async () => {
  await expect(preToken({}, 'TokenGeneration_Authentication', false).response).rejects.toMatchObject({
    code: 'TriggerRefused',
    message: 'no redeemed record for this subject',
  })
})

describe('throws with the reason, without a call to the table,', () => {
  test.each([
    'TokenGeneration_RefreshTokens',
    'TokenGeneration_HostedAuth',
    'TokenGeneration_NewPasswordChallenge',
    'TokenGeneration_AuthenticateDevice',
    'TokenGeneration_ClientCredentials',
    'PostAuthentication_Authentication',
  ])('on %s', async (source) => {
    const { response, issue } = preToken({}, source)
    await expect(response).rejects.toMatchObject({ code: 'TriggerRefused', message: expect.stringContaining(source) })
    expect(issue).not.toHaveBeenCalled()
  })
  test.each<[string, Partial<TriggerEvent['request']>]>([
    ['metadata', { clientMetadata: null }],
    ['the id in the metadata', { clientMetadata: {} }],
    ["the subject's sub", { userAttributes: {} }],
    ["the subject's attributes", { userAttributes: undefined as never }],
  ])('without %s', async (_, request) => {
    const { response, issue } = preToken(request)
    const message = 'the event lacks the impersonation id, the sub or the app client'
    await expect(response).rejects.toMatchObject({ code: 'TriggerRefused', message })
    expect(issue).not.toHaveBeenCalled()
  })
  test.each([{ callerContext: {} }, { callerContext: undefined as never }])(
    'without an app client: %j',
    async (caller) => {
      const { read, issue, refuse } = preToken()
      issue.mockClear()
      const event = {
        ...triggerEvent('TokenGeneration_Authentication', {
          clientMetadata: { impersonationId: id },
          groupConfiguration,
        }),
        ...caller,
      }
      await expect(preTokenGeneration(event, { read, issue, refuse }, settings)).rejects.toMatchObject({
        code: 'TriggerRefused',
      })
      expect(issue).not.toHaveBeenCalled()
    },
  )
  test.each<[unknown]>([
    [undefined],
    [null],
    ['admins'],
    [[]],
    [[{ groupsToOverride: ['admins'] }]],
    [{}],
    [{ groupsToOverride: null }],
    [{ groupsToOverride: 'admins' }],
    [{ groupsToOverride: { 0: 'admins', length: 1 } }],
    [{ groupsToOverride: [['admins']] }],
    [{ groupsToOverride: ['gold', null] }],
    [{ groupsToOverride: [{ groupName: 'admins' }] }],
    [{ groups: ['admins'] }],
  ])('with groups of an unknown shape: %j', async (groupConfiguration) => {
    const { response, issue } = preToken({ groupConfiguration: groupConfiguration as never })
    await expect(response).rejects.toMatchObject({
      code: 'TriggerRefused',
      message: "the event lacks the subject's groups",
    })
    expect(issue).not.toHaveBeenCalled()
  })
})
