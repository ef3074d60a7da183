// What each request of CloudFormation means for the pool's triggers.

import { describe, expect, jest, test } from '@jest/globals'
import { createAttachTriggers } from '../../../lambda/existing-pool/attach-triggers-handler.ts'

const never = new AbortController().signal
const now = { UserPoolId: 'us-east-1_A', TriggersArn: 'arn:ours', DeployedAt: '2026-02-01T00:00:00.000Z' }
const before = { ...now, DeployedAt: '2026-01-01T00:00:00.000Z' }

function setUp(failing: 'attach' | 'detach' | 'both' | 'none' = 'none') {
  const calls: string[] = []
  const call =
    (name: 'attach' | 'detach') => async (pool: string, arn: string, _signal: AbortSignal, former?: string) => {
      calls.push([name, pool, arn, former ?? '-'].join(' '))
      if (failing === name || failing === 'both') throw new Error(`no ${name}`)
    }
  const error = jest.fn()
  const { work, identify, properties } = createAttachTriggers(
    { attach: call('attach'), detach: call('detach') },
    { info() {}, error },
  )
  const ask = (type: 'Create' | 'Update' | 'Delete', properties = now, oldProperties: object = {}) =>
    work(
      { type, stackId: 'stack', logicalId: 'Triggers', physicalId: 'us-east-1_A/triggers', properties, oldProperties },
      never,
    )
  return { ask, calls, identify, error, properties }
}

test('a create attaches, a delete detaches', async () => {
  const { ask, calls } = setUp()
  await ask('Create')
  await ask('Delete')
  expect(calls).toEqual(['attach us-east-1_A arn:ours -', 'detach us-east-1_A arn:ours -'])
})

test('an update attaches again, and takes what the function before it held', async () => {
  const { ask, calls } = setUp()
  await ask('Update', now, before)
  await ask('Update', now, { ...before, TriggersArn: 'arn:former' })
  await ask('Update', now, {})
  expect(calls).toEqual([
    'attach us-east-1_A arn:ours arn:ours',
    'attach us-east-1_A arn:ours arn:former',
    'attach us-east-1_A arn:ours -',
  ])
})

test('another pool is another resource, which CloudFormation deletes by itself', () => {
  const { identify } = setUp()
  expect(identify({ UserPoolId: 'us-east-1_A' })).toBe(identify({ UserPoolId: 'us-east-1_A', TriggersArn: 'x' }))
  expect(identify({ UserPoolId: 'us-east-1_A' })).not.toBe(identify({ UserPoolId: 'us-east-1_B' }))
})

test('all that a request must have is asked for', () => {
  expect(setUp().properties).toEqual(['UserPoolId', 'TriggersArn', 'DeployedAt'])
})

describe('an update that fails', () => {
  test('where it is to move to another pool, which it never does, changes nothing, and can be taken back', async () => {
    const { ask, calls } = setUp()
    const other = { ...now, UserPoolId: 'us-east-1_B' }
    await expect(ask('Update', other, before)).rejects.toThrow('attachTriggers')
    expect(calls).toEqual([])
    await ask('Update', before, other)
    expect(calls).toEqual(['attach us-east-1_A arn:ours -'])
  })

  test('at the same pool leaves it to CloudFormation to take it back', async () => {
    const { ask, calls } = setUp('attach')
    await expect(ask('Update', now, before)).rejects.toThrow('no attach')
    await expect(ask('Update', now, { ...before, DeployedAt: now.DeployedAt })).rejects.toThrow('no attach')
    const { DeployedAt: _, ...untimed } = before
    await expect(ask('Update', now, untimed)).rejects.toThrow('no attach')
    await expect(ask('Create')).rejects.toThrow('no attach')
    expect(calls).toHaveLength(4)
  })
})

describe('an update that is taken back', () => {
  test('does not fail once more on what was in the way', async () => {
    const { ask, error } = setUp('attach')
    await ask('Update', before, now)
    expect(error).toHaveBeenCalledWith(expect.objectContaining({ event: 'not-attached' }))
  })

  test('fails where the pool may run a function that goes', async () => {
    const { ask } = setUp('attach')
    await expect(ask('Update', before, { ...now, TriggersArn: 'arn:new' })).rejects.toThrow('no attach')
  })
})
