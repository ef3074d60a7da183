// How custom resources are made, changed and deleted, their functions being plain ones.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readCustomResources } from '../../../../infra/local/cloudformation/custom-resource-definitions.ts'
import {
  type DeployedResource,
  deploy,
  destroy,
} from '../../../../infra/local/cloudformation/custom-resource-lifecycle.ts'
import { createAsk } from '../../../../infra/local/cloudformation/custom-resource-requests.ts'
import { type Responses, startResponses } from '../../../../infra/local/cloudformation/custom-resource-responses.ts'
import { Stack } from '../../../../infra/local/cloudformation/stack.ts'
import type { TemplateResource } from '../../../../infra/local/cloudformation/template.ts'
import type { Outcome } from '../../../../infra/local/lambda/outcome.ts'
import { answered, place, until } from '../support.ts'

interface Event {
  RequestType: string
  RequestId: string
  StackId: string
  LogicalResourceId: string
  PhysicalResourceId?: string
  ResponseURL: string
  ResourceProperties: Record<string, unknown>
  [field: string]: unknown
}
type Handler = (event: Event) => Promise<unknown>

let responses: Responses
let events: Event[]
let notes: string[]
beforeEach(async () => {
  responses = await startResponses()
  events = []
  notes = []
})
afterEach(() => responses.close())

const put = (event: Event, body: unknown) =>
  fetch(event.ResponseURL, { method: 'PUT', body: typeof body === 'string' ? body : JSON.stringify(body) })
const identity = ({ RequestId, StackId, LogicalResourceId, PhysicalResourceId }: Event) => ({
  RequestId,
  StackId,
  LogicalResourceId,
  PhysicalResourceId: PhysicalResourceId ?? `physical-${LogicalResourceId}`,
})
const succeed: Handler = (event) => put(event, { Status: 'SUCCESS', ...identity(event) })
const refuse =
  (Reason: string): Handler =>
  (event) =>
    put(event, { Status: 'FAILED', Reason, ...identity(event) })

const resource = (properties: Record<string, unknown> = {}, more: Partial<TemplateResource> = {}) => ({
  Type: 'Custom::Thing',
  Properties: { ServiceToken: 'arn:maker', ...properties },
  ...more,
})
const stackOf = (Resources: Record<string, TemplateResource>) => new Stack({ Resources }, place)

/** @param handler how the function behaves; what it throws is a function that failed */
function cloudFormation(handler: Handler) {
  const run = async (_: string, event: unknown): Promise<Outcome> => {
    events.push(structuredClone(event) as Event)
    try {
      await handler(event as Event)
      return answered(null)
    } catch (error) {
      return { kind: 'error', errorType: 'Error', errorMessage: (error as Error).message }
    }
  }
  const ask = createAsk(stackOf({}).id, responses, run)
  return {
    deploy: (resources: Record<string, TemplateResource>, existing: readonly DeployedResource[] = []) =>
      deploy(ask, readCustomResources(stackOf(resources)), existing, (note) => notes.push(note)),
    destroy: (deployed: readonly DeployedResource[]) => destroy(ask, deployed),
  }
}
const calls = () => events.map(({ RequestType, LogicalResourceId }) => `${RequestType} ${LogicalResourceId}`)

describe('a custom resource', () => {
  test('is created with all that CloudFormation says, values as text', async () => {
    const properties = { Number: 1, Truth: true, List: [1, { Deep: false }] }
    const [made] = await cloudFormation(succeed).deploy({ Thing: resource(properties) })
    expect(events).toEqual([
      {
        RequestType: 'Create',
        RequestId: expect.any(String),
        StackId: expect.stringMatching(/^arn:aws:cloudformation:us-east-1:000000000000:stack\/Sample\//),
        ResponseURL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f-]{36}\?/),
        ServiceToken: 'arn:maker',
        LogicalResourceId: 'Thing',
        ResourceType: 'Custom::Thing',
        ResourceProperties: {
          ServiceToken: 'arn:maker',
          Number: '1',
          Truth: 'true',
          List: ['1', { Deep: 'false' }],
        },
      },
    ])
    expect(made?.physicalId).toBe('physical-Thing')
  })

  test('waits for what it depends on, by DependsOn and by reference, over other resources too', async () => {
    const role = { Type: 'AWS::IAM::Role', DependsOn: 'Second' }
    await cloudFormation(succeed).deploy({
      Third: resource({ Role: { 'Fn::GetAtt': ['Role', 'Arn'] } }),
      Role: role,
      Second: resource({}, { DependsOn: ['First'] }),
      First: resource({}, { Type: 'AWS::CloudFormation::CustomResource' }),
    })
    expect(calls()).toEqual(['Create First', 'Create Second', 'Create Third'])
  })

  test('is updated where its properties differ, and left alone where they do not', async () => {
    const { deploy } = cloudFormation(succeed)
    const first = await deploy({ Thing: resource({ A: 1 }), Other: resource() })
    await deploy({ Thing: resource({ A: 2 }), Other: resource() }, first)
    expect(calls().slice(2)).toEqual(['Update Thing'])
    expect(events[2]).toMatchObject({
      PhysicalResourceId: 'physical-Thing',
      ResourceProperties: { A: '2' },
      OldResourceProperties: { A: '1' },
    })
  })

  test('that takes another physical id is deleted by the old one', async () => {
    const first = await cloudFormation(succeed).deploy({ Thing: resource({ A: 1 }) })
    const { deploy } = cloudFormation((event) =>
      put(event, { Status: 'SUCCESS', ...identity(event), PhysicalResourceId: 'another' }),
    )
    const second = await deploy({ Thing: resource({ A: 2 }) }, first)
    expect(calls()).toEqual(['Create Thing', 'Update Thing', 'Delete Thing'])
    expect(events[2]).toMatchObject({ PhysicalResourceId: 'physical-Thing', ResourceProperties: { A: '1' } })
    expect(second[0]?.physicalId).toBe('another')
  })

  test('that the template no longer has is deleted after all else, unless it is retained', async () => {
    const { deploy } = cloudFormation(succeed)
    const first = await deploy({ Old: resource(), Kept: resource({}, { DeletionPolicy: 'Retain' }) })
    await deploy({ New: resource() }, first)
    expect(calls().slice(2)).toEqual(['Create New', 'Delete Old'])
  })

  test('that can’t be cleaned up is told of, and holds up nothing', async () => {
    const first = await cloudFormation(succeed).deploy({ Old: resource() })
    expect(await cloudFormation(refuse('in use')).deploy({}, first)).toEqual([])
    expect(notes).toEqual(['Old (Custom::Thing) was not deleted: in use'])
  })
})

describe('a stack that goes', () => {
  test('deletes its resources, the last one first, and not those that it retains', async () => {
    const { deploy, destroy } = cloudFormation(succeed)
    const Kept = resource({}, { DeletionPolicy: 'RetainExceptOnCreate' })
    await destroy(await deploy({ First: resource(), Kept, Second: resource({}, { DependsOn: 'First' }) }))
    expect(calls().slice(3)).toEqual(['Delete Second', 'Delete First'])
    expect(events[3]).toMatchObject({ PhysicalResourceId: 'physical-Second' })
  })

  test('stays where a resource refuses to go', async () => {
    const made = await cloudFormation(succeed).deploy({
      First: resource(),
      Second: resource({}, { DependsOn: 'First' }),
    })
    await expect(cloudFormation(refuse('in use')).destroy(made)).rejects.toThrow(
      'Second (Custom::Thing) was not deleted: in use',
    )
    expect(calls().slice(2)).toEqual(['Delete Second'])
  })
})

describe('a creation fails', () => {
  const failing =
    (behaviour: Handler): Handler =>
    (event) =>
      event.LogicalResourceId === 'Second' && event.RequestType === 'Create' ? behaviour(event) : succeed(event)

  test.each<[string, string | RegExp, Handler]>([
    ['says FAILED', 'the slot is taken', refuse('the slot is taken')],
    ['says FAILED and not why', 'Invalid response object: Reason', refuse('')],
    ['returns without an answer', 'did not receive a response', async () => {}],
    ['puts no JSON', 'not a JSON object', (event) => put(event, 'SUCCESS')],
    ['puts a list', 'not a JSON object', (event) => put(event, [])],
    ['says neither', 'Invalid response object: Status', (event) => put(event, { Status: 'ok', ...identity(event) })],
    [
      'answers another request',
      'RequestId is not the request',
      (event) => put(event, { Status: 'SUCCESS', ...identity(event), RequestId: 'x' }),
    ],
    [
      'has no physical id',
      'Invalid PhysicalResourceId',
      (event) => put(event, { Status: 'SUCCESS', ...identity(event), PhysicalResourceId: '' }),
    ],
    [
      'says more than 4,096 bytes',
      'Response object is too long',
      (event) => put(event, { Status: 'SUCCESS', ...identity(event), Data: { text: 'x'.repeat(4096) } }),
    ],
  ])('where the function %s, and everything is deleted', async (_, reason, behaviour) => {
    const { deploy } = cloudFormation(failing(behaviour))
    const deployment = deploy({ First: resource(), Second: resource({}, { DependsOn: 'First' }) })
    await expect(deployment).rejects.toThrow(/^Second \(Custom::Thing\) was not created: /)
    await expect(deployment).rejects.toThrow(reason)
    expect(calls()).toEqual(['Create First', 'Create Second', 'Delete Second', 'Delete First'])
    expect(events[2]?.PhysicalResourceId).toEqual(expect.stringMatching(/./))
  })

  test('where nothing is answered in time', async () => {
    const { deploy } = cloudFormation(failing(() => new Promise(() => {})))
    const deployment = deploy({ Second: resource({ ServiceTimeout: 1 }) })
    await expect(deployment).rejects.toThrow('Second (Custom::Thing) was not created: no response within 1 s')
    expect(calls()).toEqual(['Create Second', 'Delete Second'])
  })

  test('where the function fails three times', async () => {
    const { deploy } = cloudFormation(failing(() => Promise.reject(new Error('crashed'))))
    await expect(deploy({ Second: resource() })).rejects.toThrow('did not receive a response')
    expect(calls()).toEqual([...Array(3).fill('Create Second'), 'Delete Second'])
    expect(new Set(events.slice(0, 3).map(({ RequestId }) => RequestId)).size).toBe(1)
  })

  test('where there is no such function', async () => {
    const ask = createAsk('stack', responses, async () => ({ kind: 'denied' }))
    const made = deploy(ask, readCustomResources(stackOf({ Thing: resource() })), [], () => {})
    await expect(made).rejects.toThrow('there is no function arn:maker')
  })

  test('and says so where even the way back fails', async () => {
    const { deploy } = cloudFormation((event) => refuse(`no ${event.RequestType}`)(event))
    await expect(deploy({ Thing: resource() })).rejects.toThrow(
      'Thing (Custom::Thing) was not created: no Create; rolling back Thing (Custom::Thing) failed: no Delete',
    )
  })
})

test('a function that fails at first and then answers is believed', async () => {
  const { deploy } = cloudFormation((event) => {
    if (events.length < 3) throw new Error('crashed')
    return succeed(event)
  })
  await deploy({ Thing: resource() })
  expect(calls()).toEqual(Array(3).fill('Create Thing'))
})

test('a function that answers and then fails is believed, and not run again', async () => {
  const { deploy, destroy } = cloudFormation(async (event) => {
    await succeed(event)
    throw new Error('crashed')
  })
  await destroy(await deploy({ Thing: resource() }))
  expect(calls()).toEqual(['Create Thing', 'Delete Thing'])
})

test('of two answers the first one counts, and both are taken', async () => {
  const statuses: number[] = []
  const answer = async (behaviour: Handler, event: Event) => {
    statuses.push(((await behaviour(event)) as Response).status)
  }
  const { deploy } = cloudFormation(async (event) => {
    await answer(succeed, event)
    await answer(refuse('after all'), event)
  })
  await deploy({ Thing: resource() })
  await until(() => statuses.length === 2)
  expect(statuses).toEqual([200, 200])
})

test('an update that fails is taken back, from the last to the first', async () => {
  const { deploy } = cloudFormation((event) =>
    event.LogicalResourceId === 'Second' && event.ResourceProperties.A === '2' ? refuse('no')(event) : succeed(event),
  )
  const version = (A: number) => ({ First: resource({ A }), Second: resource({ A }, { DependsOn: 'First' }) })
  const first = await deploy(version(1))
  await expect(deploy({ ...version(2), Zero: resource() }, first)).rejects.toThrow(
    'Second (Custom::Thing) was not updated: no',
  )
  expect(calls().slice(2)).toEqual([
    'Update First',
    'Create Zero',
    'Update Second',
    'Update Second',
    'Delete Zero',
    'Update First',
  ])
  expect(events.at(-1)).toMatchObject({ ResourceProperties: { A: '1' }, OldResourceProperties: { A: '2' } })
})

test('an address that nobody was given takes nothing', async () => {
  const { url } = responses.await({ StackId: 's', RequestId: 'r', LogicalResourceId: 'l' })
  expect((await fetch(new URL('/elsewhere', url), { method: 'PUT', body: '{}' })).status).toBe(403)
  expect((await fetch(url)).status).toBe(403)
})
