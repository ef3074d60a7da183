// An HTTP server in place of AWS, for functions with AWS_ENDPOINT_URL. A callback returns the answers.

import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { listen } from '../../infra/local/listen.ts'

/**
 * @param answer returns the body for an operation. `__type` makes it an error: status 500 for `InternalErrorException`,
 * else 400.
 * @param keys the answer to a GET: a pool's published keys.
 */
export async function startAws(answer: (operation: string) => object, keys: object = {}) {
  const calls: { operation: string; input: unknown }[] = []
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      // `fetch` does not retry. After 5 s without requests it would take up a connection that the server is closing.
      response.setHeader('Connection', 'close')
      response.end(JSON.stringify(keys))
      return
    }
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
    calls.push({ operation, input: await json(request) })
    const body: { __type?: string } = answer(operation)
    response.statusCode = !body.__type ? 200 : body.__type === 'InternalErrorException' ? 500 : 400
    response.end(JSON.stringify(body))
  })
  const port = await listen(server)
  const environment = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  }
  return {
    environment,
    calls,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Lambda's Invoke API: each function returns the event that it got. */
export async function startLambda() {
  const functions: string[] = []
  let errorMessage: string | undefined
  const server = createServer(async (request, response) => {
    functions.push(decodeURIComponent(request.url ?? '').split('/')[3] ?? '')
    const event = await json(request)
    if (errorMessage !== undefined) response.setHeader('x-amz-function-error', 'Unhandled')
    response.end(JSON.stringify(errorMessage === undefined ? { answered: event } : { errorMessage }))
  })
  return {
    environment: {
      AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${await listen(server)}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    functions,
    fail(message: string) {
      errorMessage = message
    },
    reset() {
      errorMessage = undefined
      functions.length = 0
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
