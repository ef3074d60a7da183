// Groups of an existing pool: the owner's groups stay, missing groups are created, and only these are deleted.

import { beforeEach, describe, expect, jest, test } from '@jest/globals'
import { createUserPoolGroup, madeBy } from '../../../lambda/existing-pool/groups-handler.ts'
import { scriptedCognito } from '../../support/cognito-client.ts'

const properties = { UserPoolId: 'us-east-1_A', GroupName: 'impersonators' }
const config = {
  userPoolId: 'us-east-1_A',
  stackId: 'arn:stack',
  groupNames: ['impersonators'],
  requiredGroups: ['admins'],
}
const ourMark = madeBy({ stackId: 'arn:stack', logicalId: 'Group' })
const missing = { __type: 'ResourceNotFoundException', message: 'no such group' }
const group = (Description?: string) => ({ Group: { GroupName: 'impersonators', Description } })

const noMembers = { Users: [] }
const log = { info() {}, warn: jest.fn(), error: jest.fn() }
beforeEach(() => {
  jest.clearAllMocks()
})

async function ask(
  type: 'Create' | 'Update' | 'Delete',
  answers: Parameters<typeof scriptedCognito>[0],
  changes: object = {},
  oldProperties: object = {},
) {
  const { client, calls } = scriptedCognito(answers)
  const { work } = createUserPoolGroup(client, config, log, [0, 0])
  await work(
    {
      type,
      stackId: 'arn:stack',
      logicalId: 'Group',
      physicalId: 'x',
      properties: { ...properties, ...changes },
      oldProperties,
    },
    new AbortController().signal,
  )
  return calls
}

describe.each(['Create', 'Update'] as const)('%s', (type) => {
  test('creates a missing group with our mark', async () => {
    expect(await ask(type, { GetGroup: missing, CreateGroup: {} })).toEqual([
      { operation: 'GetGroup', input: properties },
      { operation: 'CreateGroup', input: { ...properties, Description: ourMark } },
    ])
  })

  test('leaves the owner’s group unchanged', async () => {
    expect(await ask(type, { GetGroup: group('staff') })).toHaveLength(1)
  })

  test('accepts a group with our mark or without a description', async () => {
    expect(await ask(type, { GetGroup: group(ourMark) })).toHaveLength(1)
    expect(await ask(type, { GetGroup: group() })).toHaveLength(1)
  })

  test('refuses a group that another resource of the stack made', async () => {
    await expect(ask(type, { GetGroup: group(madeBy({ stackId: 'arn:stack', logicalId: 'Former' })) })).rejects.toThrow(
      'another resource',
    )
  })

  test('accepts a group that is created by others at the same time', async () => {
    await ask(type, { GetGroup: missing, CreateGroup: { __type: 'GroupExistsException' } })
  })

  test.each([
    ['GetGroup', { GetGroup: { __type: 'TooManyRequestsException' } }],
    ['CreateGroup, e.g. in a deleted pool', { GetGroup: missing, CreateGroup: missing }],
  ])('fails if Cognito refuses %s', async (_, answers) => {
    await expect(ask(type, answers)).rejects.toThrow()
  })
})

describe('Delete', () => {
  test('deletes the group with our mark', async () => {
    expect(await ask('Delete', { GetGroup: group(ourMark), ListUsersInGroup: noMembers, DeleteGroup: {} })).toEqual([
      { operation: 'GetGroup', input: properties },
      { operation: 'ListUsersInGroup', input: { ...properties, Limit: 1 } },
      { operation: 'DeleteGroup', input: properties },
    ])
  })

  test.each([
    ['members', { Users: [{ Username: 'olivia' }] }],
    ['perhaps members, on the next page', { Users: [], NextToken: 'next' }],
  ])('keeps a group with %s, and their protection or right with it', async (_, ListUsersInGroup) => {
    const calls = await ask('Delete', { GetGroup: group(ourMark), ListUsersInGroup, DeleteGroup: {} })
    expect(calls.map(({ operation }) => operation)).toEqual(['GetGroup', 'ListUsersInGroup'])
    expect(log.warn).toHaveBeenCalledWith({ event: 'group-kept', GroupName: 'impersonators', why: 'has members' })
  })

  test('fails if Cognito does not tell whether the group has members', async () => {
    const answers = {
      GetGroup: group(ourMark),
      ListUsersInGroup: { __type: 'InternalErrorException' },
      DeleteGroup: {},
    }
    await expect(ask('Delete', answers)).rejects.toThrow()
  })

  test.each([
    ['the owner made', group('staff')],
    ['has no description', group()],
    ['another resource of the stack made', group(madeBy({ stackId: 'arn:stack', logicalId: 'Former' }))],
    ['another stack made', group(madeBy({ stackId: 'arn:another', logicalId: 'Group' }))],
    ['is already deleted', missing],
  ])('leaves a group that %s', async (_, GetGroup) => {
    expect(await ask('Delete', { GetGroup })).toHaveLength(1)
  })

  test('succeeds if the group is deleted by others at the same time', async () => {
    await ask('Delete', { GetGroup: group(ourMark), ListUsersInGroup: noMembers, DeleteGroup: missing })
  })
})

describe.each(['Create', 'Update'] as const)('%s of a group that must exist', (type) => {
  const required = { GroupName: 'admins', DeployedAt: '2026-02' }
  const page = (names: string[], NextToken?: string) => ({
    Groups: names.map((GroupName) => ({ GroupName })),
    NextToken,
  })
  const askFor = (ListGroups: object | object[], oldProperties: object = { DeployedAt: '2026-01' }) =>
    ask(type, { ListGroups, CreateGroup: {} }, required, oldProperties)

  test('finds it, also on a later page', async () => {
    const calls = await askFor([page(['staff'], 'next'), page(['admins'])])
    expect(calls).toEqual([
      { operation: 'ListGroups', input: { UserPoolId: 'us-east-1_A', Limit: 60 } },
      { operation: 'ListGroups', input: { UserPoolId: 'us-east-1_A', Limit: 60, NextToken: 'next' } },
    ])
  })

  test('fails without it, names the groups there are, and makes none', async () => {
    await expect(askFor([page(['Admins'], 'next'), page(['staff'])])).rejects.toThrow(
      /no group admins.*Nothing was changed.*: Admins, staff\./,
    )
    await expect(askFor(page([]))).rejects.toThrow("The pool's groups: none.")
  })

  test('refuses one that another resource of the stack made', async () => {
    const Description = madeBy({ stackId: 'arn:stack', logicalId: 'Former' })
    await expect(askFor({ Groups: [{ GroupName: 'admins', Description }] })).rejects.toThrow('another resource')
  })

  test('is only logged if it is missing while CloudFormation rolls an update back', async () => {
    const rollback = askFor(page([]), { DeployedAt: '2026-03' })
    if (type === 'Create') return expect(rollback).rejects.toThrow('no group admins')
    await rollback
    expect(log.error).toHaveBeenCalledWith(expect.objectContaining({ event: 'group-missing', GroupName: 'admins' }))
  })
})

describe('access denied, as by a new policy,', () => {
  const denied = { __type: 'AccessDeniedException', message: 'not allowed' }

  test('is retried', async () => {
    const calls = await ask('Create', { GetGroup: [denied, denied, missing], CreateGroup: {} })
    expect(calls.map(({ operation }) => operation)).toEqual(['GetGroup', 'GetGroup', 'GetGroup', 'CreateGroup'])
  })

  test('fails after the last try, and another error fails at once', async () => {
    await expect(ask('Create', { GetGroup: denied })).rejects.toThrow('not allowed')
    const once = [{ __type: 'InvalidParameterException', message: 'not valid' }, group()]
    await expect(ask('Create', { GetGroup: once })).rejects.toThrow('not valid')
  })
})

test('stops when the signal aborts, and requires both properties', async () => {
  const { work, properties: required } = createUserPoolGroup(scriptedCognito({ GetGroup: 'hangs' }).client, config)
  const request = {
    type: 'Create' as const,
    stackId: 'arn:stack',
    logicalId: 'Group',
    physicalId: undefined,
    properties,
    oldProperties: {},
  }
  await expect(work(request, AbortSignal.timeout(5))).rejects.toThrow()
  expect(required).toEqual(['UserPoolId', 'GroupName'])
})

test('the physical id changes with the group and with the pool', () => {
  const { identify } = createUserPoolGroup(scriptedCognito({}).client, config)
  const ids = [properties, { ...properties, GroupName: 'admins' }, { ...properties, UserPoolId: 'us-east-1_B' }].map(
    identify,
  )
  expect(new Set(ids).size).toBe(3)
})

describe('a forged request is refused without a call:', () => {
  const request = {
    type: 'Create' as 'Create' | 'Update' | 'Delete',
    stackId: 'arn:stack',
    logicalId: 'Group',
    physicalId: 'x',
    properties,
    oldProperties: {},
  }
  test.each([
    ['a create in another pool', { properties: { ...properties, UserPoolId: 'us-east-1_B' } }],
    ['a create of another group', { properties: { ...properties, GroupName: 'root' } }],
    ['an update of another group', { type: 'Update' as const, properties: { ...properties, GroupName: 'root' } }],
    ['a create for another stack', { stackId: 'arn:another' }],
    ['a delete in another pool', { type: 'Delete' as const, properties: { ...properties, UserPoolId: 'us-east-1_B' } }],
    ['a delete of another stack’s group', { type: 'Delete' as const, stackId: 'arn:another' }],
  ])('%s', async (_, changes) => {
    const { client, calls } = scriptedCognito({ GetGroup: missing, CreateGroup: {}, DeleteGroup: {} })
    const { work } = createUserPoolGroup(client, config)
    await expect(work({ ...request, ...changes }, new AbortController().signal)).rejects.toThrow('Nothing was changed')
    expect(calls).toEqual([])
  })

  test('but a delete of a group that the settings no longer name is done', async () => {
    const { client, calls } = scriptedCognito({
      GetGroup: group(ourMark),
      ListUsersInGroup: noMembers,
      DeleteGroup: {},
    })
    const { work } = createUserPoolGroup(client, { ...config, groupNames: ['others'], requiredGroups: [] })
    await work({ ...request, type: 'Delete' }, new AbortController().signal)
    expect(calls.map(({ operation }) => operation)).toEqual(['GetGroup', 'ListUsersInGroup', 'DeleteGroup'])
  })
})
