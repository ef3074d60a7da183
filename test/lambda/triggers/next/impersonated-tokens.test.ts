// An impersonation's tokens in a pool with a PreTokenGeneration of its own. The subject's protection and our claims win.

import { describe, expect, jest, test } from '@jest/globals'
import type { MayActAs } from '../../../../lambda/config.ts'
import type { NextTriggers } from '../../../../lambda/next-triggers.ts'
import type { Records } from '../../../../lambda/records.ts'
import type { ImpersonationRecord } from '../../../../lambda/records-schema.ts'
import type { TriggerEvent } from '../../../../lambda/triggers/event.ts'
import { runNextTokens } from '../../../../lambda/triggers/next/impersonated-tokens.ts'
import { type Invocation, NextTriggerThrew, NextTriggerUnavailable } from '../../../../lambda/triggers/next/invoke.ts'
import { preTokenGeneration } from '../../../../lambda/triggers/pre-token-generation.ts'
import { triggerEvent } from '../../../support/trigger-event.ts'

const id = '5f5e7c7e-3d0f-4c39-9d2c-0f1b2a3c4d5e'
const selfService = 'aws.cognito.signin.user.admin'
const groupConfiguration = { groupsToOverride: ['gold'], iamRolesToOverride: [], preferredRole: null }
const ours = { act: { sub: 'sub-of-olivia' }, impersonation_id: id }
const next: NextTriggers = { PreTokenGenerationConfig: { LambdaVersion: 'V2_0', LambdaArn: 'arn:theirs' } }

/** @param theirs what their function returns, or throws if it is an error */
async function issue(
  theirs: unknown,
  request: Partial<TriggerEvent['request']> = {},
  { mayActAs = 'none' }: { mayActAs?: MayActAs | 'none' } = {},
) {
  const order: string[] = []
  const invocations: Invocation[] = []
  const records = {
    read: jest.fn<Records['read']>(async () => {
      order.push('read')
      return { id, allowedGroups: ['gold'], allowsEveryone: false } as ImpersonationRecord
    }),
    issue: jest.fn<Records['issue']>(async () => {
      order.push('issue')
      return { id, actorSub: 'sub-of-olivia' } as ImpersonationRecord
    }),
    refuse: jest.fn<Records['refuse']>(async () => {}),
  }
  const event = triggerEvent('TokenGeneration_Authentication', {
    clientMetadata: { impersonationId: id },
    groupConfiguration,
    ...request,
  })
  const context = { getRemainingTimeInMillis: () => 4_000 }
  const settings = {
    protectedGroups: ['impersonators', 'admins'],
    mayActAs,
    approvalGroups: [],
    sessionMinutes: 15,
    scopes: [],
  }
  const result = preTokenGeneration(event, records, settings, (event) =>
    runNextTokens(event, context, next, async (invocation) => {
      order.push('theirs')
      invocations.push(invocation)
      if (theirs instanceof Error) throw theirs
      return theirs
    }),
  )
  const [response, error] = await result.then(
    (response) => [response, undefined],
    (error) => [undefined, error],
  )
  return { details: response?.claimsAndScopeOverrideDetails, error, order, invocations, event, ...records }
}
const answer = (claimsAndScopeOverrideDetails: unknown) => ({ response: { claimsAndScopeOverrideDetails } })
const plain = {
  idTokenGeneration: { claimsToAddOrOverride: ours },
  accessTokenGeneration: { claimsToAddOrOverride: ours, scopesToSuppress: [selfService] },
  groupOverrideDetails: groupConfiguration,
}

test('with mayActAs, the record is read first, and theirs does not run for a subject who is not allowed', async () => {
  const settings = { mayActAs: { support: ['gold'] } }
  expect((await issue(answer(null), {}, settings)).order).toEqual(['read', 'theirs', 'issue'])
  const refused = await issue(answer(null), { groupConfiguration: { groupsToOverride: ['silver'] } }, settings)
  expect(refused.error).toMatchObject({ code: 'SubjectNotAllowed' })
  expect(refused.order).toEqual(['read'])
})
test('theirs runs first, with the same event and the time that is left', async () => {
  const { order, invocations, event } = await issue(answer(null))
  expect(order).toEqual(['theirs', 'issue'])
  expect(invocations).toEqual([{ functionArn: 'arn:theirs', event, timeLimit: 3_500 }])
})

test.each([null, undefined, {}, { idTokenGeneration: null, accessTokenGeneration: {} }])(
  'if theirs changes nothing, the tokens are ours alone: %j',
  async (details) => {
    const { details: merged } = await issue(answer(details))
    expect(JSON.parse(JSON.stringify(merged))).toEqual(plain)
  },
)

test('their claims, scopes and suppressions are kept beside ours', async () => {
  const { details } = await issue(
    answer({
      idTokenGeneration: { claimsToAddOrOverride: { tenant_id: '7' }, claimsToSuppress: ['email'] },
      accessTokenGeneration: {
        claimsToAddOrOverride: { plan: { name: 'pro' } },
        claimsToSuppress: ['x'],
        scopesToAdd: ['orders/read'],
        scopesToSuppress: ['openid'],
      },
    }),
  )
  expect(details).toEqual({
    idTokenGeneration: { claimsToAddOrOverride: { tenant_id: '7', ...ours }, claimsToSuppress: ['email'] },
    accessTokenGeneration: {
      claimsToAddOrOverride: { plan: { name: 'pro' }, ...ours },
      claimsToSuppress: ['x'],
      scopesToAdd: ['orders/read'],
      scopesToSuppress: ['openid', selfService],
    },
    groupOverrideDetails: groupConfiguration,
  })
})

describe('theirs can’t', () => {
  test('forge or suppress our claims', async () => {
    const changes = {
      claimsToAddOrOverride: { act: { sub: 'nobody' }, impersonation_id: 'forged' },
      claimsToSuppress: ['act', 'impersonation_id', 'toString'],
    }
    const { details } = await issue(answer({ idTokenGeneration: changes, accessTokenGeneration: changes }))
    for (const token of [details?.idTokenGeneration, details?.accessTokenGeneration]) {
      expect(token).toMatchObject({ claimsToAddOrOverride: ours, claimsToSuppress: ['toString'] })
    }
  })

  test.each([selfService, `x ${selfService}`, `${selfService}\tx`, 'AWS.Cognito.signin.user.admin', 'two scopes'])(
    'add the self-service scope as %j',
    async (scope) => {
      const accessTokenGeneration = { scopesToAdd: [scope, 'orders/read'], claimsToAddOrOverride: { scope } }
      const { details } = await issue(answer({ accessTokenGeneration }))
      expect(details?.accessTokenGeneration).toEqual({
        claimsToAddOrOverride: ours,
        scopesToAdd: ['orders/read'],
        scopesToSuppress: [selfService],
      })
    },
  )

  test('smuggle fields that Cognito does not document', async () => {
    const unknown = { more: true }
    const { details } = await issue({
      ...answer({ ...unknown, idTokenGeneration: unknown, groupOverrideDetails: { groupsToOverride: [], ...unknown } }),
      userName: 'mallory',
    })
    expect(JSON.stringify(details)).not.toContain('more')
  })

  test.each(['impersonators', 'admins'])('open the way to a subject whom the pool protects: %s', async (group) => {
    const theirs = answer({ groupOverrideDetails: { groupsToOverride: [] } })
    const { error, order, refuse } = await issue(theirs, { groupConfiguration: { groupsToOverride: [group] } })
    expect(error).toMatchObject({ code: 'SubjectProtected' })
    expect(refuse.mock.calls).toEqual([[id, 'SubjectProtected']])
    expect(order).toEqual([])
  })

  test('put the subject into a protected group', async () => {
    const { error, order, refuse } = await issue(
      answer({ groupOverrideDetails: { groupsToOverride: ['gold', 'admins'] } }),
    )
    expect(error).toMatchObject({ code: 'SubjectProtected' })
    expect(refuse.mock.calls).toEqual([[id, 'SubjectProtected']])
    expect(order).toEqual(['theirs'])
  })
})

describe('the groups are', () => {
  const groups = { groupsToOverride: ['silver'], iamRolesToOverride: ['arn:role'], preferredRole: 'arn:role' }
  test.each([
    ['theirs, if it gives any', groups, groups],
    ['none, if it gives none', {}, { groupsToOverride: [], iamRolesToOverride: [] }],
    ['null, if it gives null', null, null],
    ['the pool’s, if it does not say', undefined, groupConfiguration],
  ])('%s', async (_, groupOverrideDetails, expected) => {
    const { details } = await issue(answer({ groupOverrideDetails }))
    expect(details?.groupOverrideDetails).toEqual(expected)
  })
})

describe('no token, and a code in the record,', () => {
  test.each<[string, unknown]>([
    ['null', null],
    ['text', 'text'],
    ['a list', []],
    ['no response', {}],
    ['a response of text', { response: 'text' }],
    ['details of text', answer('text')],
    ['a token of text', answer({ idTokenGeneration: 'text' })],
    ['a list of claims', answer({ accessTokenGeneration: { claimsToAddOrOverride: ['x'] } })],
    ['claims to suppress of text', answer({ idTokenGeneration: { claimsToSuppress: 'act' } })],
    ['scopes that are numbers', answer({ accessTokenGeneration: { scopesToAdd: [7] } })],
    ['scopes to suppress of text', answer({ accessTokenGeneration: { scopesToSuppress: selfService } })],
    ['groups of text', answer({ groupOverrideDetails: 'admins' })],
    ['a list of groups', answer({ groupOverrideDetails: ['admins'] })],
    ['groups as an object', answer({ groupOverrideDetails: { groupsToOverride: { 0: 'admins' } } })],
    ['a group of a list', answer({ groupOverrideDetails: { groupsToOverride: [['admins']] } })],
    ['roles of text', answer({ groupOverrideDetails: { iamRolesToOverride: 'arn' } })],
    ['a preferred role of a list', answer({ groupOverrideDetails: { preferredRole: ['arn'] } })],
    ['no time left', new NextTriggerUnavailable('it did not answer in time')],
    ['its own time-out', named('Sandbox.Timedout')],
    ['a crash', named('Runtime.ExitError')],
    ['an older time-out', named('Unhandled')],
  ])('for %s: NextTriggerFailed', async (_, theirs) => {
    const { error, refuse, issue: issued } = await issue(theirs)
    expect(error).toMatchObject({ code: 'NextTriggerFailed', status: 503 })
    expect(refuse.mock.calls).toEqual([[id, 'NextTriggerFailed']])
    expect(issued).not.toHaveBeenCalled()
  })

  test('if theirs throws: SubjectRefused, without its text', async () => {
    const { error, refuse, issue: issued } = await issue(named('TenantBlocked'))
    expect(error).toMatchObject({
      code: 'SubjectRefused',
      status: 422,
      message: expect.stringContaining('TenantBlocked'),
    })
    expect(`${error.message} ${error.cause}`).not.toContain('private')
    expect(refuse.mock.calls).toEqual([[id, 'SubjectRefused']])
    expect(issued).not.toHaveBeenCalled()
  })

  test('if there is no function for it', async () => {
    const failure = runNextTokens(triggerEvent('PreSignUp_SignUp'), undefined, next)
    await expect(failure).rejects.toMatchObject({ code: 'NextTriggerFailed' })
  })
})

function named(name: string): Error {
  return Object.assign(new NextTriggerThrew('private'), { name })
}
