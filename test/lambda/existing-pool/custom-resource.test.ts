// That CloudFormation is always answered, in time, with what it and the person who deploys need, and that nobody else is.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Context } from 'aws-lambda'
import { answerCloudFormation } from '../../../lambda/existing-pool/cloudformation-response.ts'
import { createCustomResource, type Request } from '../../../lambda/existing-pool/custom-resource.ts'

interface Answer {
  Status: string
  Reason?: string
  PhysicalResourceId: string
}

let answers: { body: string; method: string | undefined; contentType: string | undefined }[] = []
let statuses: number[] = []
const server = createServer(async (request, response) => {
  const { method, headers } = request
  answers.push({ body: await text(request), method, contentType: headers['content-type'] })
  response.writeHead(statuses.shift() ?? 200).end()
})
let ResponseURL = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ResponseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/bucket?Signature=secret`
})
afterAll(() => {
  server.close()
})
beforeEach(() => {
  answers = []
  statuses = []
})

const event = (changes: object = {}) => ({
  RequestType: 'Create' as const,
  ServiceToken: 'arn:function',
  ResponseURL,
  StackId: 'arn:stack',
  RequestId: 'request-1',
  ResourceType: 'Custom::Thing',
  LogicalResourceId: 'Thing',
  ResourceProperties: { ServiceToken: 'arn:function', Name: 'one' },
  ...changes,
})

const logged: unknown[] = []
function handlerOf(work: (request: Request<'Name'>, signal: AbortSignal) => Promise<void> = async () => {}) {
  const answer = (url: string, body: Parameters<typeof answerCloudFormation>[1]) =>
    answerCloudFormation(url, body, [1, 1])
  const log = { info: (line: unknown) => logged.push(line), error: (line: unknown) => logged.push(line) }
  return createCustomResource({ properties: ['Name'], identify: ({ Name }) => `${Name}/thing`, work, log, answer })
}

const inTime = { logStreamName: 'stream', getRemainingTimeInMillis: () => 60_000 } as Context

async function ask(changes: object = {}, ...work: Parameters<typeof handlerOf>): Promise<Answer> {
  await handlerOf(...work)(event(changes), inTime)
  expect(answers).toHaveLength(1)
  return JSON.parse(answers[0]?.body ?? '')
}

describe('an answer', () => {
  test('says that all is done, and for which request', async () => {
    expect(await ask()).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: 'one/thing',
      StackId: 'arn:stack',
      RequestId: 'request-1',
      LogicalResourceId: 'Thing',
    })
    // What the URL is signed for.
    expect(answers).toMatchObject([{ method: 'PUT', contentType: '' }])
  })

  test('says why not, and names what a clean-up would have to find', async () => {
    const failing = async () => {
      throw new Error('do this')
    }
    expect(await ask({}, failing)).toMatchObject({
      Status: 'FAILED',
      Reason: 'do this',
      PhysicalResourceId: 'one/thing',
    })
    answers = []
    expect(await ask({ RequestType: 'Update', PhysicalResourceId: 'old/thing' }, failing)).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'old/thing',
    })
  })

  test('to an update that made another thing names that', async () => {
    expect(await ask({ RequestType: 'Update', PhysicalResourceId: 'old/thing' })).toMatchObject({
      PhysicalResourceId: 'one/thing',
    })
  })

  test('to a delete names what was deleted', async () => {
    expect(await ask({ RequestType: 'Delete', PhysicalResourceId: 'old/thing' })).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'old/thing',
    })
  })

  test.each(['x', 'é', '"'])('is no longer than CloudFormation takes, of %s', async (letter) => {
    const { Reason } = await ask({}, async () => {
      throw new Error(letter.repeat(5_000))
    })
    expect(Buffer.byteLength(answers[0]?.body ?? '')).toBeLessThanOrEqual(4096)
    expect(Reason).toContain(letter.repeat(1_000))
  })
})

describe('a request', () => {
  test('reaches the work as it is', async () => {
    let seen: unknown
    await ask({ RequestType: 'Update', OldResourceProperties: { Name: 'zero', List: ['x'] } }, async (request) => {
      seen = request
    })
    expect(seen).toEqual({
      type: 'Update',
      stackId: 'arn:stack',
      logicalId: 'Thing',
      physicalId: 'one/thing',
      properties: { ServiceToken: 'arn:function', Name: 'one' },
      oldProperties: { Name: 'zero' },
    })
  })

  test.each([
    ['a property', { ResourceProperties: { ServiceToken: 'x' } }, 'Name'],
    ['text in it', { ResourceProperties: { Name: ['one'] } }, 'Name'],
    ['all properties', { ResourceProperties: undefined }, 'Name'],
    ['a type that is known', { RequestType: 'Read' }, 'Read'],
  ])('without %s is answered, not worked on', async (_, changes, said) => {
    let worked = false
    const answer = await ask(changes, async () => {
      worked = true
    })
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(said) })
    expect(worked).toBe(false)
  })

  test('to delete is worked on', async () => {
    let seen: string | undefined
    await ask({ RequestType: 'Delete', PhysicalResourceId: 'one/thing' }, async ({ type }) => {
      seen = type
    })
    expect(seen).toBe('Delete')
  })

  test('to delete what could not have been made succeeds', async () => {
    const changes = { RequestType: 'Delete', PhysicalResourceId: 'undefined/thing', ResourceProperties: {} }
    expect(await ask(changes, () => Promise.reject(new Error('worked on')))).toMatchObject({ Status: 'SUCCESS' })
  })
})

describe('time', () => {
  test('that runs out breaks the work off, and leaves some for the answer', async () => {
    let broken = false
    const work = async (_request: Request<'Name'>, signal: AbortSignal) => {
      await sleep(60_000, undefined, { signal }).catch(() => {
        broken = true
      })
    }
    const soonOver = { ...inTime, getRemainingTimeInMillis: () => 15_020 }
    await handlerOf(work)(event(), soonOver)
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('too long'),
    })
    expect(broken).toBe(true)
  })

  test('is taken for another try where CloudFormation’s store fails', async () => {
    statuses = [503, 500]
    await handlerOf()(event(), inTime)
    expect(answers.map(({ body }) => body)).toEqual(Array(3).fill(answers[0]?.body))
  })

  test('ends with an error where it keeps failing, so that Lambda runs all of it again', async () => {
    statuses = [503, 503, 503]
    await expect(handlerOf()(event(), inTime)).rejects.toThrow('status 503')
    await expect(handlerOf()(event({ ResponseURL: 'http://no url?Signature=secret' }), inTime)).rejects.toThrow(
      'TypeError',
    )
  })
})

test('a request and what became of it are logged', async () => {
  logged.length = 0
  await ask()
  answers = []
  await ask({}, () => Promise.reject(new Error('do this')))
  const line = {
    event: 'custom-resource',
    RequestType: 'Create',
    ResourceType: 'Custom::Thing',
    LogicalResourceId: 'Thing',
    PhysicalResourceId: 'one/thing',
    RequestId: 'request-1',
    properties: { ServiceToken: 'arn:function', Name: 'one' },
  }
  expect(logged).toEqual([line, { ...line, failed: 'do this', error: { name: 'Error' } }])
})

test('the signed URL is in no log and in no error', async () => {
  statuses = Array(3).fill(403)
  const errors: string[] = []
  for (const url of [ResponseURL, 'http://no url?Signature=secret', 'http://127.0.0.1:1/?Signature=secret']) {
    await handlerOf()(event({ ResponseURL: url }), inTime).catch((error) =>
      errors.push(`${error.stack} ${error.cause}`),
    )
  }
  expect(errors).toHaveLength(3)
  expect(logged.length).toBeGreaterThan(0)
  expect(JSON.stringify([errors, logged])).not.toContain('Signature')
})
