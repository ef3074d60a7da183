import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createInvoke, NextTriggerThrew, NextTriggerUnavailable } from '../../../../lambda/triggers/next/invoke.ts'

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:theirs'
let answer: { status?: number; headers?: Record<string, string>; body?: string; hangs?: boolean } = {}
let calls: { path: string; event: unknown }[] = []
const server = createServer(async (request, response) => {
  calls.push({ path: decodeURIComponent(request.url ?? ''), event: await json(request) })
  if (!answer.hangs) response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? '')
})
let lambda: LambdaClient
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  lambda = new LambdaClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
})
afterAll(() => {
  lambda.destroy()
  server.close()
  server.closeAllConnections()
})

function invoke(next: typeof answer, timeLimit = 3_000) {
  answer = next
  calls = []
  return createInvoke(lambda)({ functionArn, event: { a: 1 }, timeLimit })
}
const failed = { 'x-amz-function-error': 'Unhandled' }

test('sends the event to this function, and returns what it returned', async () => {
  expect(await invoke({ body: '{"b":[2]}' })).toEqual({ b: [2] })
  expect(calls).toEqual([{ path: `/2015-03-31/functions/${functionArn}/invocations`, event: { a: 1 } }])
})
test.each([
  ['null', null],
  ['', null],
  ['not JSON', null],
])('returns %j as %j', async (body, value) => {
  expect(await invoke({ body })).toBe(value)
})

describe('an error of the function', () => {
  test.each([
    [{ errorType: 'TypeError', errorMessage: 'no tenant' }, 'TypeError', 'no tenant'],
    [
      { errorMessage: '2026-01-01 Task timed out after 3.00 seconds' },
      'Unhandled',
      '2026-01-01 Task timed out after 3.00 seconds',
    ],
    [null, 'Unhandled', 'Unhandled'],
    ['text', 'Unhandled', 'Unhandled'],
  ])('is thrown with its name and text: %j', async (payload, name, message) => {
    const error = await invoke({ headers: failed, body: JSON.stringify(payload) }).catch((error) => error)
    expect(error).toBeInstanceOf(NextTriggerThrew)
    expect(error).toMatchObject({ name, message })
  })
})

describe('a function that can’t be run', () => {
  test.each(['AccessDeniedException', 'ResourceNotFoundException', 'TooManyRequestsException'])('%s', async (name) => {
    const error: Error = await invoke({ status: 403, headers: { 'x-amzn-errortype': name }, body: '{}' }).then(
      () => new Error('ran'),
      (error) => error,
    )
    expect(error).toBeInstanceOf(NextTriggerUnavailable)
    expect(error.message).toBe(`${functionArn} could not be run: ${name}`)
  })
  test.each([20, 0, -5])('within %s ms is given up', async (timeLimit) => {
    const error: Error = await invoke({ hangs: true }, timeLimit).then(
      () => new Error('ran'),
      (error) => error,
    )
    expect(error).toBeInstanceOf(NextTriggerUnavailable)
    expect(error.message).toBe(`${functionArn} could not be run: it did not answer in time`)
  })
})
