// CloudFormation always gets a response, in time, and with the reason of a failure. The signed URL stays secret.

import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Context } from 'aws-lambda'
import { listen } from '../../../infra/local/listen.ts'
import { answerCloudFormation, isResponseUrl } from '../../../lambda/existing-pool/cloudformation-response.ts'
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
  ResponseURL = `http://127.0.0.1:${await listen(server)}/bucket?Signature=secret`
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
const push = (line: unknown) => logged.push(line)

function handlerOf(work: (request: Request<'Name'>, signal: AbortSignal) => Promise<void> = async () => {}) {
  const answer = (url: string, body: Parameters<typeof answerCloudFormation>[1]) =>
    answerCloudFormation(url, body, [1, 1])
  const log = { info: push, warn: push, error: push }
  return createCustomResource({
    properties: ['Name'],
    identify: ({ Name }) => `${Name}/thing`,
    work,
    log,
    answer,
    isResponseUrl: () => true,
  })
}

const context = { logStreamName: 'stream', getRemainingTimeInMillis: () => 60_000 } as Context

async function ask(changes: object = {}, ...work: Parameters<typeof handlerOf>): Promise<Answer> {
  await handlerOf(...work)(event(changes), context)
  expect(answers).toHaveLength(1)
  return JSON.parse(answers[0]?.body ?? '')
}

describe('the response', () => {
  test('reports success and names the request', async () => {
    expect(await ask()).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: 'one/thing',
      StackId: 'arn:stack',
      RequestId: 'request-1',
      LogicalResourceId: 'Thing',
    })
    // The URL is signed for this method and content type.
    expect(answers).toMatchObject([{ method: 'PUT', contentType: '' }])
  })

  test('reports the reason of a failure and the id to clean up', async () => {
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

  test('to an update names the new physical id', async () => {
    expect(await ask({ RequestType: 'Update', PhysicalResourceId: 'old/thing' })).toMatchObject({
      PhysicalResourceId: 'one/thing',
    })
  })

  test('to a delete names the deleted resource', async () => {
    expect(await ask({ RequestType: 'Delete', PhysicalResourceId: 'old/thing' })).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'old/thing',
    })
  })

  test.each(['x', 'é', '"'])('is at most 4096 bytes long, with a reason of many %s', async (letter) => {
    const { Reason } = await ask({}, async () => {
      throw new Error(letter.repeat(5_000))
    })
    expect(Buffer.byteLength(answers[0]?.body ?? '')).toBeLessThanOrEqual(4096)
    expect(Reason).toContain(letter.repeat(1_000))
  })
})

describe('a request', () => {
  test('is passed on with its string properties', async () => {
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
    ['a required property', { ResourceProperties: { ServiceToken: 'x' } }, 'Name'],
    ['text in a required property', { ResourceProperties: { Name: ['one'] } }, 'Name'],
    ['properties', { ResourceProperties: undefined }, 'Name'],
    ['a known type', { RequestType: 'Read' }, 'Read'],
  ])('without %s fails before any work', async (_, changes, reason) => {
    let worked = false
    const answer = await ask(changes, async () => {
      worked = true
    })
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(reason) })
    expect(worked).toBe(false)
  })

  test('to delete is passed on', async () => {
    let seen: string | undefined
    await ask({ RequestType: 'Delete', PhysicalResourceId: 'one/thing' }, async ({ type }) => {
      seen = type
    })
    expect(seen).toBe('Delete')
  })

  test('to delete a resource that was never created succeeds without any work', async () => {
    const changes = { RequestType: 'Delete', PhysicalResourceId: 'undefined/thing', ResourceProperties: {} }
    expect(await ask(changes, () => Promise.reject(new Error('worked on')))).toMatchObject({ Status: 'SUCCESS' })
  })
})

describe('the function', () => {
  test('stops the work in time to send a response', async () => {
    let stopped = false
    const work = async (_request: Request<'Name'>, signal: AbortSignal) => {
      await sleep(60_000, undefined, { signal }).catch(() => {
        stopped = true
      })
    }
    const almostOver = { ...context, getRemainingTimeInMillis: () => 15_020 }
    await handlerOf(work)(event(), almostOver)
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('too long'),
    })
    expect(stopped).toBe(true)
  })

  test('sends the same response again after an error status', async () => {
    statuses = [503, 500]
    await handlerOf()(event(), context)
    expect(answers.map(({ body }) => body)).toEqual(Array(3).fill(answers[0]?.body))
  })

  test('throws after the last try, so that Lambda runs it again', async () => {
    statuses = [503, 503, 503]
    await expect(handlerOf()(event(), context)).rejects.toThrow('status 503')
    await expect(handlerOf()(event({ ResponseURL: 'http://no url?Signature=secret' }), context)).rejects.toThrow(
      'TypeError',
    )
  })
})

test('each request and its outcome are logged', async () => {
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

test('the signed URL appears in no log and in no error', async () => {
  statuses = Array(3).fill(403)
  const errors: string[] = []
  for (const url of [ResponseURL, 'http://no url?Signature=secret', 'http://127.0.0.1:1/?Signature=secret']) {
    await handlerOf()(event({ ResponseURL: url }), context).catch((error) =>
      errors.push(`${error.stack} ${error.cause}`),
    )
  }
  expect(errors).toHaveLength(3)
  expect(logged.length).toBeGreaterThan(0)
  expect(JSON.stringify([errors, logged])).not.toContain('Signature')
})

describe('a response URL', () => {
  const bucket = 'cloudformation-custom-resource-response'
  test.each([
    `https://${bucket}-useast1.s3.amazonaws.com/arn%3Aaws?X-Amz-Signature=x`,
    `https://${bucket}-euwest1.s3-eu-west-1.amazonaws.com/x`,
    `https://${bucket}-eusouth2.s3.eu-south-2.amazonaws.com/x`,
    `https://${bucket}-usgovwest1.s3.us-gov-west-1.amazonaws.com/x`,
    `https://${bucket}-eunorth1.s3.dualstack.eu-north-1.amazonaws.com/x`,
  ])('of CloudFormation is accepted: %s', (url) => {
    expect(isResponseUrl(url, {})).toBe(true)
  })

  test.each([
    'http://bucket.s3.amazonaws.com/x',
    'https://bucket.s3.amazonaws.com:8443/x',
    'https://evil.example/x',
    'https://bucket.s3.amazonaws.com.evil.example/x',
    'https://evil.example/.s3.amazonaws.com/x',
    'https://evil.example\\.s3.amazonaws.com/x',
    'https://evil.example#.s3.amazonaws.com/x',
    'https://bucket.s3.amazonaws.com@evil.example/x',
    'https://user:password@bucket.s3.amazonaws.com/x',
    'https://user@bucket.s3.amazonaws.com/x',
    'https://:password@bucket.s3.amazonaws.com/x',
    'https://bucket.s3.amazonaws.com./x',
    'https://[::1]/bucket.s3.amazonaws.com',
    'https://evils3.amazonaws.com/x',
    'https://s3.execute-api.us-east-1.amazonaws.com/x',
    'https://evil.s3.execute-api.us-east-1.amazonaws.com/x',
    'https://169.254.169.254/latest/meta-data',
    'http://127.0.0.1:9001/2018-06-01/runtime',
    'file:///etc/passwd',
    'not a url',
    '',
    undefined,
    7,
    ['https://bucket.s3.amazonaws.com/x'],
  ])('of anyone else is refused: %s', (url) => {
    expect(isResponseUrl(url, {})).toBe(false)
  })

  test.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER'])(
    'can be any where %s says that AWS is emulated',
    (name) => {
      expect(isResponseUrl('http://127.0.0.1:1/x', { [name]: 'http://127.0.0.1:2' })).toBe(true)
      expect(isResponseUrl('http://127.0.0.1:1/x', { [name]: '' })).toBe(false)
    },
  )

  test('that is refused ends the request: nothing is done, nobody is answered, and the URL is in no log', async () => {
    let worked = false
    logged.length = 0
    const log = { info: push, warn: push, error: push }
    const handler = createCustomResource({
      properties: ['Name'],
      identify: () => 'thing',
      log,
      async work() {
        worked = true
      },
    })
    const error: Error = await handler(event(), context).catch((error) => error)
    expect(error.message).toContain('Nothing was changed')
    expect(`${error.stack} ${JSON.stringify(logged)}`).not.toContain('Signature')
    expect([worked, answers]).toEqual([false, []])
  })
})
