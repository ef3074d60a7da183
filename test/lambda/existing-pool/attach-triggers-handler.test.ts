// The calls that each CloudFormation request leads to.

import { describe, expect, jest, test } from '@jest/globals'
import { createAttachTriggers } from '../../../lambda/existing-pool/attach-triggers-handler.ts'
import type { Attachment } from '../../../lambda/existing-pool/pool-triggers.ts'

const noLimit = new AbortController().signal
const second = { UserPoolId: 'us-east-1_A', TriggersArn: 'arn:ours', DeployedAt: '2026-02-01T00:00:00.000Z' }
const first = { ...second, DeployedAt: '2026-01-01T00:00:00.000Z' }

function setUp(failing: 'attach' | 'detach' | 'both' | 'none' = 'none') {
  const calls: string[] = []
  const call =
    (name: 'attach' | 'detach') =>
    async ({ userPoolId, triggersArn, formerArn }: Attachment) => {
      calls.push([name, userPoolId, triggersArn, formerArn ?? '-'].join(' '))
      if (failing === name || failing === 'both') throw new Error(`no ${name}`)
    }
  const error = jest.fn()
  const { work, identify, properties } = createAttachTriggers(
    { attach: call('attach'), detach: call('detach') },
    { info() {}, error },
  )
  const ask = (type: 'Create' | 'Update' | 'Delete', properties = second, oldProperties: object = {}) =>
    work(
      { type, stackId: 'stack', logicalId: 'Triggers', physicalId: 'us-east-1_A/triggers', properties, oldProperties },
      noLimit,
    )
  return { ask, calls, identify, error, properties }
}

test('a create attaches, a delete detaches', async () => {
  const { ask, calls } = setUp()
  await ask('Create')
  await ask('Delete')
  expect(calls).toEqual(['attach us-east-1_A arn:ours -', 'detach us-east-1_A arn:ours -'])
})

test('an update attaches again, and passes the ARN of the former function', async () => {
  const { ask, calls } = setUp()
  await ask('Update', second, first)
  await ask('Update', second, { ...first, TriggersArn: 'arn:former' })
  await ask('Update', second, {})
  expect(calls).toEqual([
    'attach us-east-1_A arn:ours arn:ours',
    'attach us-east-1_A arn:ours arn:former',
    'attach us-east-1_A arn:ours -',
  ])
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
    await expect(ask('Update', otherPool, first)).rejects.toThrow('attachTriggers')
    expect(calls).toEqual([])
    await ask('Update', first, otherPool)
    expect(calls).toEqual(['attach us-east-1_A arn:ours -'])
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
