// Creation, update, deletion and rollback of custom resources, with test functions in place of Lambda.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readCustomResources } from '../../../../infra/local/cloudformation/custom-resource-definitions.ts'
import {
  type DeployedResource,
  deploy,
  destroy,
} from '../../../../infra/local/cloudformation/custom-resource-lifecycle.ts'
import { createSendRequest } from '../../../../infra/local/cloudformation/custom-resource-requests.ts'
import {
  type ResponseServer,
  startResponseServer,
} from '../../../../infra/local/cloudformation/custom-resource-responses.ts'
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

let responses: ResponseServer
let events: Event[]
let reports: string[]
beforeEach(async () => {
  responses = await startResponseServer()
  events = []
  reports = []
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

/** @param handler the function. If it throws, the invocation fails */
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
  const send = createSendRequest(stackOf({}).id, responses, run)
  return {
    deploy: (resources: Record<string, TemplateResource>, existing: readonly DeployedResource[] = []) =>
      deploy(send, readCustomResources(stackOf(resources)), existing, (message) => reports.push(message)),
    destroy: (deployed: readonly DeployedResource[]) => destroy(send, deployed),
  }
}
const calls = () => events.map(({ RequestType, LogicalResourceId }) => `${RequestType} ${LogicalResourceId}`)

describe('a deployment', () => {
  test('creates a resource with every field of the request, and property values as text', async () => {
    const properties = { Number: 1, Truth: true, List: [1, { Deep: false }] }
    const [created] = await cloudFormation(succeed).deploy({ Thing: resource(properties) })
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
    expect(created?.physicalId).toBe('physical-Thing')
  })

  test('creates a resource after its direct and indirect dependencies, by DependsOn or by reference', async () => {
    const role = { Type: 'AWS::IAM::Role', DependsOn: 'Second' }
    await cloudFormation(succeed).deploy({
      Third: resource({ Role: { 'Fn::GetAtt': ['Role', 'Arn'] } }),
      Role: role,
      Second: resource({}, { DependsOn: ['First'] }),
      First: resource({}, { Type: 'AWS::CloudFormation::CustomResource' }),
    })
    expect(calls()).toEqual(['Create First', 'Create Second', 'Create Third'])
  })

  test('updates a resource only if its properties differ', async () => {
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

  test('deletes the old physical id when an update returns a new one', async () => {
    const first = await cloudFormation(succeed).deploy({ Thing: resource({ A: 1 }) })
    const { deploy } = cloudFormation((event) =>
      put(event, { Status: 'SUCCESS', ...identity(event), PhysicalResourceId: 'another' }),
    )
    const second = await deploy({ Thing: resource({ A: 2 }) }, first)
    expect(calls()).toEqual(['Create Thing', 'Update Thing', 'Delete Thing'])
    expect(events[2]).toMatchObject({ PhysicalResourceId: 'physical-Thing', ResourceProperties: { A: '1' } })
    expect(second[0]?.physicalId).toBe('another')
  })

  test('deletes removed resources last, and leaves retained ones', async () => {
    const { deploy } = cloudFormation(succeed)
    const first = await deploy({ Old: resource(), Kept: resource({}, { DeletionPolicy: 'Retain' }) })
    await deploy({ New: resource() }, first)
    expect(calls().slice(2)).toEqual(['Create New', 'Delete Old'])
  })

  test('reports a removed resource that cannot be deleted, and succeeds', async () => {
    const first = await cloudFormation(succeed).deploy({ Old: resource() })
    expect(await cloudFormation(refuse('in use')).deploy({}, first)).toEqual([])
    expect(reports).toEqual(['Old (Custom::Thing) was not deleted: in use'])
  })
})

describe('the deletion of a stack', () => {
  test('deletes resources in reverse order, and leaves retained ones', async () => {
    const { deploy, destroy } = cloudFormation(succeed)
    const Kept = resource({}, { DeletionPolicy: 'RetainExceptOnCreate' })
    await destroy(await deploy({ First: resource(), Kept, Second: resource({}, { DependsOn: 'First' }) }))
    expect(calls().slice(3)).toEqual(['Delete Second', 'Delete First'])
    expect(events[3]).toMatchObject({ PhysicalResourceId: 'physical-Second' })
  })

  test('stops at the first resource that cannot be deleted', async () => {
    const deployed = await cloudFormation(succeed).deploy({
      First: resource(),
      Second: resource({}, { DependsOn: 'First' }),
    })
    await expect(cloudFormation(refuse('in use')).destroy(deployed)).rejects.toThrow(
      'Second (Custom::Thing) was not deleted: in use',
    )
    expect(calls().slice(2)).toEqual(['Delete Second'])
  })
})

describe('a failed creation', () => {
  const failing =
    (behaviour: Handler): Handler =>
    (event) =>
      event.LogicalResourceId === 'Second' && event.RequestType === 'Create' ? behaviour(event) : succeed(event)

  test.each<[string, string | RegExp, Handler]>([
    ['responds with FAILED', 'the slot is taken', refuse('the slot is taken')],
    ['responds with FAILED and no Reason', 'Invalid response object: Reason', refuse('')],
    ['returns without a response', 'did not receive a response', async () => {}],
    ['sends invalid JSON', 'not a JSON object', (event) => put(event, 'SUCCESS')],
    ['sends a list', 'not a JSON object', (event) => put(event, [])],
    [
      'sends another Status',
      'Invalid response object: Status',
      (event) => put(event, { Status: 'ok', ...identity(event) }),
    ],
    [
      'responds to another request',
      'RequestId differs from the request',
      (event) => put(event, { Status: 'SUCCESS', ...identity(event), RequestId: 'x' }),
    ],
    [
      'sends no physical id',
      'Invalid PhysicalResourceId',
      (event) => put(event, { Status: 'SUCCESS', ...identity(event), PhysicalResourceId: '' }),
    ],
    [
      'sends more than 4,096 bytes',
      'Response object is too long',
      (event) => put(event, { Status: 'SUCCESS', ...identity(event), Data: { text: 'x'.repeat(4096) } }),
    ],
  ])('is rolled back when the function %s', async (_, reason, behaviour) => {
    const { deploy } = cloudFormation(failing(behaviour))
    const deployment = deploy({ First: resource(), Second: resource({}, { DependsOn: 'First' }) })
    await expect(deployment).rejects.toThrow(/^Second \(Custom::Thing\) was not created: /)
    await expect(deployment).rejects.toThrow(reason)
    expect(calls()).toEqual(['Create First', 'Create Second', 'Delete Second', 'Delete First'])
    expect(events[2]?.PhysicalResourceId).toEqual(expect.stringMatching(/./))
  })

  test('is rolled back when no response arrives in time', async () => {
    const { deploy } = cloudFormation(failing(() => new Promise(() => {})))
    const deployment = deploy({ Second: resource({ ServiceTimeout: 1 }) })
    await expect(deployment).rejects.toThrow('Second (Custom::Thing) was not created: no response within 1 s')
    expect(calls()).toEqual(['Create Second', 'Delete Second'])
  })

  test('is rolled back when the function fails three times', async () => {
    const { deploy } = cloudFormation(failing(() => Promise.reject(new Error('crashed'))))
    await expect(deploy({ Second: resource() })).rejects.toThrow('did not receive a response')
    expect(calls()).toEqual([...Array(3).fill('Create Second'), 'Delete Second'])
    expect(new Set(events.slice(0, 3).map(({ RequestId }) => RequestId)).size).toBe(1)
  })

  test('names a function that does not exist', async () => {
    const send = createSendRequest('stack', responses, async () => ({ kind: 'denied' }))
    const deployment = deploy(send, readCustomResources(stackOf({ Thing: resource() })), [], () => {})
    await expect(deployment).rejects.toThrow('there is no function arn:maker')
  })

  test('reports a rollback that fails too', async () => {
    const { deploy } = cloudFormation((event) => refuse(`no ${event.RequestType}`)(event))
    await expect(deploy({ Thing: resource() })).rejects.toThrow(
      'Thing (Custom::Thing) was not created: no Create; rolling back Thing (Custom::Thing) failed: no Delete',
    )
  })
})

test('a response counts even after failed invocations', async () => {
  const { deploy } = cloudFormation((event) => {
    if (events.length < 3) throw new Error('crashed')
    return succeed(event)
  })
  await deploy({ Thing: resource() })
  expect(calls()).toEqual(Array(3).fill('Create Thing'))
})

test('a function that responds and then fails is not run again', async () => {
  const { deploy, destroy } = cloudFormation(async (event) => {
    await succeed(event)
    throw new Error('crashed')
  })
  await destroy(await deploy({ Thing: resource() }))
  expect(calls()).toEqual(['Create Thing', 'Delete Thing'])
})

test('the first of two responses counts, and both get status 200', async () => {
  const statuses: number[] = []
  const respond = async (behaviour: Handler, event: Event) => {
    statuses.push(((await behaviour(event)) as Response).status)
  }
  const { deploy } = cloudFormation(async (event) => {
    await respond(succeed, event)
    await respond(refuse('after all'), event)
  })
  await deploy({ Thing: resource() })
  await until(() => statuses.length === 2)
  expect(statuses).toEqual([200, 200])
})

test('a failed update is rolled back in reverse order', async () => {
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

test('the response server refuses unknown URLs and other methods', async () => {
  const { url } = responses.expect({ StackId: 's', RequestId: 'r', LogicalResourceId: 'l' })
  expect((await fetch(new URL('/elsewhere', url), { method: 'PUT', body: '{}' })).status).toBe(403)
  expect((await fetch(url)).status).toBe(403)
})
