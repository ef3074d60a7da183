// The calls that each CloudFormation request leads to.

import { describe, expect, jest, test } from '@jest/globals'
import type { AttachmentConfig } from '../../../lambda/config.ts'
import { createAttachTriggers } from '../../../lambda/existing-pool/attach-triggers-handler.ts'
import type { Attachment } from '../../../lambda/existing-pool/pool-triggers.ts'

const noLimit = new AbortController().signal
const ours = 'arn:aws:lambda:us-east-1:000000000000:function:ours'
const theirs = 'arn:aws:lambda:us-east-1:000000000000:function:theirs'
const second = { UserPoolId: 'us-east-1_A', TriggersArn: ours, DeployedAt: '2026-02-01T00:00:00.000Z' }
const first = { ...second, DeployedAt: '2026-01-01T00:00:00.000Z' }

function setUp(
  failing: 'attach' | 'detach' | 'both' | 'none' = 'none',
  config: Partial<AttachmentConfig> = {},
  sessionLimit: () => Promise<number | undefined> = async () => undefined,
) {
  const calls: string[] = []
  const call =
    (name: 'attach' | 'detach') =>
    async ({ userPoolId, triggersArn, nextTriggers }: Attachment) => {
      calls.push([name, userPoolId, triggersArn, JSON.stringify(nextTriggers)].join(' '))
      if (failing === name || failing === 'both') throw new Error(`no ${name}`)
    }
  const error = jest.fn()
  const warn = jest.fn()
  const { work, identify, properties } = createAttachTriggers(
    { attach: call('attach'), detach: call('detach'), sessionLimit },
    { userPoolId: 'us-east-1_A', triggersArn: ours, nextTriggers: {}, smsRoleArn: undefined, ...config },
    { info() {}, warn, error },
  )
  const ask = (
    type: 'Create' | 'Update' | 'Delete',
    properties: typeof second & { NextTriggers?: string } = second,
    oldProperties: object = {},
  ) =>
    work(
      { type, stackId: 'stack', logicalId: 'Triggers', physicalId: 'us-east-1_A/triggers', properties, oldProperties },
      noLimit,
    )
  return { ask, calls, identify, error, warn, properties }
}

test('a create attaches, an update attaches again, a delete detaches', async () => {
  const { ask, calls } = setUp()
  await ask('Create')
  await ask('Update', second, first)
  await ask('Update', second, {})
  await ask('Delete')
  expect(calls).toEqual([
    `attach us-east-1_A ${ours} {}`,
    `attach us-east-1_A ${ours} {}`,
    `attach us-east-1_A ${ours} {}`,
    `detach us-east-1_A ${ours} {}`,
  ])
})

describe('a limit on the sessions of a user', () => {
  test.each(['Create', 'Update'] as const)('is a warning with the number after a %s', async (type) => {
    const { ask, warn } = setUp('none', {}, async () => 2)
    await ask(type)
    expect(warn).toHaveBeenCalledWith(expect.objectContaining({ event: 'sessions-are-limited', MaxPerUser: 2 }))
  })

  test('is no warning if there is none, if nothing was attached, or after a delete', async () => {
    const unlimited = setUp()
    await unlimited.ask('Create')
    const limited = setUp('attach', {}, async () => 2)
    await expect(limited.ask('Create')).rejects.toThrow('no attach')
    await limited.ask('Delete')
    expect([unlimited.warn, limited.warn].map((warn) => warn.mock.calls)).toEqual([[], []])
  })

  test('does not fail the deployment if it can’t be read', async () => {
    const { ask, warn } = setUp('none', {}, async () => {
      throw new Error('no such operation')
    })
    await ask('Create')
    expect(warn).toHaveBeenCalledWith(expect.objectContaining({ event: 'session-limit-not-read' }))
  })
})

describe('a forged request is refused, and nothing is called:', () => {
  const nextTriggers = { DefineAuthChallenge: theirs }
  const NextTriggers = JSON.stringify(nextTriggers)
  const other = 'arn:aws:lambda:us-east-1:000000000000:function:evil'
  test.each<[string, 'Create' | 'Update' | 'Delete', object, object]>([
    ['a create of another pool', 'Create', { UserPoolId: 'us-east-1_B' }, {}],
    ['a create of another function', 'Create', { TriggersArn: other }, {}],
    ['a create with other next triggers', 'Create', { NextTriggers: '{"DefineAuthChallenge":"arn:evil"}' }, {}],
    ['a create without the next triggers', 'Create', { NextTriggers: undefined }, {}],
    ['an update of another pool', 'Update', { UserPoolId: 'us-east-1_B' }, { UserPoolId: 'us-east-1_B' }],
    ['an update to another function', 'Update', { TriggersArn: other }, first],
    ['an update from another function', 'Update', {}, { ...first, TriggersArn: other }],
    ['an update between others', 'Update', { TriggersArn: other }, { ...first, TriggersArn: other }],
    ['a delete of another pool', 'Delete', { UserPoolId: 'us-east-1_B' }, {}],
    ['a delete of another function', 'Delete', { TriggersArn: other }, {}],
  ])('%s', async (_, type, changes, oldProperties) => {
    const { ask, calls } = setUp('none', { nextTriggers })
    await expect(ask(type, { ...second, NextTriggers, ...changes }, oldProperties)).rejects.toThrow(
      /Nothing was changed|was not changed/,
    )
    expect(calls).toEqual([])
  })

  test('an alleged rollback to another function or pool', async () => {
    const { ask, calls, error } = setUp()
    const later = { ...second, TriggersArn: other }
    await ask('Update', { ...first, TriggersArn: other }, later)
    await ask('Update', { ...first, TriggersArn: other }, second)
    await ask('Update', { ...first, UserPoolId: 'us-east-1_B' }, { ...second, UserPoolId: 'us-east-1_B' })
    expect(calls).toEqual([])
    expect(error).toHaveBeenCalledTimes(3)
  })

  test('an alleged rollback to other next triggers', async () => {
    const { ask, calls, error } = setUp('none', { nextTriggers })
    await ask('Update', { ...first, NextTriggers: JSON.stringify({ DefineAuthChallenge: other }) }, second)
    expect(calls).toEqual([])
    expect(error).toHaveBeenCalledTimes(1)
  })
})

test.each(['Create', 'Delete'] as const)('a %s with former properties is not a rollback', async (type) => {
  const { ask, calls } = setUp('both')
  await expect(ask(type, first, second)).rejects.toThrow(type === 'Create' ? 'no attach' : 'no detach')
  expect(calls).toHaveLength(1)
})

describe('the next triggers', () => {
  const nextTriggers = { DefineAuthChallenge: theirs }
  const NextTriggers = JSON.stringify(nextTriggers)
  test('are the function’s own', async () => {
    const { ask, calls } = setUp('none', { nextTriggers })
    await ask('Create', { ...second, NextTriggers })
    await ask('Delete', { ...second, NextTriggers })
    expect(calls).toEqual([`attach us-east-1_A ${ours} ${NextTriggers}`, `detach us-east-1_A ${ours} ${NextTriggers}`])
  })
  test('come back to the pool even if the request to delete names others', async () => {
    const { ask, calls } = setUp('none', { nextTriggers })
    await ask('Delete', { ...second, NextTriggers: '{"DefineAuthChallenge":"arn:evil"}' })
    expect(calls).toEqual([`detach us-east-1_A ${ours} ${NextTriggers}`])
  })
  test('may be added and may name other functions', async () => {
    const { ask, calls } = setUp('none', { nextTriggers })
    await ask('Update', { ...second, NextTriggers }, first)
    await ask('Update', { ...second, NextTriggers }, { ...first, NextTriggers: '{"DefineAuthChallenge":"arn:old"}' })
    expect(calls).toHaveLength(2)
  })
  test('may not be left out: the message names them and a way out', async () => {
    const { ask, calls } = setUp()
    const dropping = ask('Update', second, { ...first, NextTriggers })
    await expect(dropping).rejects.toThrow(
      new RegExp(`DefineAuthChallenge \\(${theirs}\\).*The user pool was not changed.*attachTriggers=false`),
    )
    expect(calls).toEqual([])
  })
  test('may be left out by a rollback', async () => {
    const { ask, calls } = setUp()
    await ask('Update', first, { ...second, NextTriggers })
    expect(calls).toEqual([`attach us-east-1_A ${ours} {}`])
  })
  test.each([ours, `${ours}:live`])('may not name our own function: %s', async (arn) => {
    const { ask, calls } = setUp('none', { nextTriggers: { CreateAuthChallenge: arn } })
    const NextTriggers = JSON.stringify({ CreateAuthChallenge: arn })
    await expect(ask('Create', { ...second, NextTriggers })).rejects.toThrow('would call itself')
    expect(calls).toEqual([])
  })
  test.each([theirs.replace('000000000000', '111111111111'), theirs.replace('us-east-1', 'eu-west-1')])(
    'may not name a function elsewhere: %s',
    async (arn) => {
      const nextTriggers = { PreTokenGenerationConfig: { LambdaVersion: 'V2_0' as const, LambdaArn: arn } }
      const { ask, calls } = setUp('none', { nextTriggers })
      const NextTriggers = JSON.stringify(nextTriggers)
      await expect(ask('Create', { ...second, NextTriggers })).rejects.toThrow(`PreTokenGenerationConfig is ${arn}`)
      expect(calls).toEqual([])
    },
  )
})

test('the physical id changes with the pool and not with the function', () => {
  const { identify } = setUp()
  expect(identify({ UserPoolId: 'us-east-1_A' })).toBe(identify({ UserPoolId: 'us-east-1_A', TriggersArn: 'x' }))
  expect(identify({ UserPoolId: 'us-east-1_A' })).not.toBe(identify({ UserPoolId: 'us-east-1_B' }))
})

test('all three properties are required', () => {
  expect(setUp().properties).toEqual(['UserPoolId', 'TriggersArn', 'DeployedAt'])
})

describe('an update that fails', () => {
  test('because it names another pool changes nothing, and its rollback succeeds', async () => {
    const { ask, calls } = setUp()
    const otherPool = { ...second, UserPoolId: 'us-east-1_B' }
    const moved = setUp('none', { userPoolId: 'us-east-1_B' })
    await expect(moved.ask('Update', otherPool, first)).rejects.toThrow('attachTriggers')
    expect(moved.calls).toEqual([])
    await ask('Update', first, otherPool)
    expect(calls).toEqual([`attach us-east-1_A ${ours} {}`])
  })

  test('at the same pool reports the failure to CloudFormation', async () => {
    const { ask, calls } = setUp('attach')
    await expect(ask('Update', second, first)).rejects.toThrow('no attach')
    await expect(ask('Update', second, { ...first, DeployedAt: second.DeployedAt })).rejects.toThrow('no attach')
    const { DeployedAt: _, ...untimed } = first
    await expect(ask('Update', second, untimed)).rejects.toThrow('no attach')
    await expect(ask('Create')).rejects.toThrow('no attach')
    expect(calls).toHaveLength(4)
  })
})

describe('the rollback of an update', () => {
  test('succeeds even if attaching fails again', async () => {
    const { ask, error } = setUp('attach')
    await ask('Update', first, second)
    expect(error).toHaveBeenCalledWith(expect.objectContaining({ event: 'not-attached' }))
  })

  test('fails if the pool may still run a function that will be deleted', async () => {
    const { ask } = setUp('attach')
    await expect(ask('Update', first, { ...second, TriggersArn: 'arn:new' })).rejects.toThrow('no attach')
  })
})
