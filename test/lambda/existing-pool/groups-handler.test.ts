// Groups of a pool of somebody else's: those that are there are used and left, those that are not are made and taken away.

import { describe, expect, test } from '@jest/globals'
import { createUserPoolGroup, madeBy } from '../../../lambda/existing-pool/groups-handler.ts'
import { scriptedCognito } from '../../support/cognito-client.ts'

const properties = { UserPoolId: 'us-east-1_A', GroupName: 'impersonators' }
const missing = { __type: 'ResourceNotFoundException', message: 'no such group' }
const group = (Description?: string) => ({ Group: { GroupName: 'impersonators', Description } })

async function ask(type: 'Create' | 'Update' | 'Delete', answers: Parameters<typeof scriptedCognito>[0]) {
  const { client, calls } = scriptedCognito(answers)
  const { work } = createUserPoolGroup(client, undefined, [0, 0])
  await work(
    { type, stackId: 'arn:stack', logicalId: 'Group', physicalId: 'x', properties, oldProperties: {} },
    new AbortController().signal,
  )
  return calls
}

describe.each(['Create', 'Update'] as const)('%s', (type) => {
  test('makes a group that is not there, and marks it', async () => {
    expect(await ask(type, { GetGroup: missing, CreateGroup: {} })).toEqual([
      { operation: 'GetGroup', input: properties },
      { operation: 'CreateGroup', input: { ...properties, Description: madeBy('arn:stack', 'Group') } },
    ])
  })

  test('leaves a group that is there as it is', async () => {
    expect(await ask(type, { GetGroup: group('staff') })).toHaveLength(1)
  })

  test('takes the group that it has made itself', async () => {
    expect(await ask(type, { GetGroup: group(madeBy('arn:stack', 'Group')) })).toHaveLength(1)
    expect(await ask(type, { GetGroup: group() })).toHaveLength(1)
  })

  test('refuses a group that another resource of the stack has made', async () => {
    await expect(ask(type, { GetGroup: group(madeBy('arn:stack', 'Former')) })).rejects.toThrow('another resource')
  })

  test('takes a group that somebody else makes at the same time', async () => {
    await ask(type, { GetGroup: missing, CreateGroup: { __type: 'GroupExistsException' } })
  })

  test.each([
    ['to look', { GetGroup: { __type: 'TooManyRequestsException' } }],
    ['to make it, as where the pool is gone', { GetGroup: missing, CreateGroup: missing }],
  ])('fails where Cognito refuses %s', async (_, answers) => {
    await expect(ask(type, answers)).rejects.toThrow()
  })
})

describe('Delete', () => {
  test('deletes the group that this stack has made', async () => {
    expect(await ask('Delete', { GetGroup: group(madeBy('arn:stack', 'Group')), DeleteGroup: {} })).toEqual([
      { operation: 'GetGroup', input: properties },
      { operation: 'DeleteGroup', input: properties },
    ])
  })

  test.each([
    ['was there before', group('staff')],
    ['has no description', group()],
    ['another resource of the stack has made', group(madeBy('arn:stack', 'Former'))],
    ['another stack has made', group(madeBy('arn:another', 'Group'))],
    ['is gone', missing],
  ])('leaves a group alone that %s', async (_, GetGroup) => {
    expect(await ask('Delete', { GetGroup })).toHaveLength(1)
  })

  test('is done where somebody else was faster', async () => {
    await ask('Delete', { GetGroup: group(madeBy('arn:stack', 'Group')), DeleteGroup: missing })
  })
})

describe('a policy that does not hold yet', () => {
  const denied = { __type: 'AccessDeniedException', message: 'not allowed' }

  test('is waited for', async () => {
    const calls = await ask('Create', { GetGroup: [denied, denied, missing], CreateGroup: {} })
    expect(calls.map(({ operation }) => operation)).toEqual(['GetGroup', 'GetGroup', 'GetGroup', 'CreateGroup'])
  })

  test('is not waited for for ever, nor is anything else', async () => {
    await expect(ask('Create', { GetGroup: denied })).rejects.toThrow('not allowed')
    const once = [{ __type: 'InvalidParameterException', message: 'not valid' }, group()]
    await expect(ask('Create', { GetGroup: once })).rejects.toThrow('not valid')
  })
})

test('ends with its caller’s time, and says what it needs', async () => {
  const { work, properties: needed } = createUserPoolGroup(scriptedCognito({ GetGroup: 'hangs' }).client)
  const request = {
    type: 'Create' as const,
    stackId: 'arn:stack',
    logicalId: 'Group',
    physicalId: undefined,
    properties,
    oldProperties: {},
  }
  await expect(work(request, AbortSignal.timeout(5))).rejects.toThrow()
  expect(needed).toEqual(['UserPoolId', 'GroupName'])
})

test('another group, or one of another pool, is another resource', () => {
  const { identify } = createUserPoolGroup(scriptedCognito({}).client)
  const ids = [properties, { ...properties, GroupName: 'admins' }, { ...properties, UserPoolId: 'us-east-1_B' }].map(
    identify,
  )
  expect(new Set(ids).size).toBe(3)
})
