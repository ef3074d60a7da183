// Lambda's Invoke API, for functions that call other functions.
// Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html

import { createServer, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { listen } from '../listen.ts'
import type { Functions } from './functions.ts'
import type { Outcome } from './outcome.ts'

export interface InvokeApi {
  url: string
  close(): Promise<void>
}

const path = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/

/** Starts the server on 127.0.0.1. It checks no permissions, and accepts only ARNs as function names. */
export async function startInvokeApi(run: Functions['run']): Promise<InvokeApi> {
  const server = createServer(async (request, response) => {
    const [, functionArn] = path.exec(request.url ?? '') ?? []
    const event = await json(request)
    if (request.method === 'POST' && functionArn !== undefined) {
      sendOutcome(response, await run(decodeURIComponent(functionArn), event))
    } else {
      sendError(response, 'UnknownOperationException')
    }
  })
  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function sendOutcome(response: ServerResponse, outcome: Outcome): void {
  switch (outcome.kind) {
    case 'denied':
      sendError(response, 'ResourceNotFoundException')
      break
    case 'answer':
      response.end(JSON.stringify(outcome.payload))
      break
    case 'error':
      sendFailure(response, { errorType: outcome.errorType, errorMessage: outcome.errorMessage })
      break
    case 'timeout':
      sendFailure(response, { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out' })
  }
}

/** Reports a failure of the function. The call of Invoke itself succeeds. */
function sendFailure(response: ServerResponse, failure: { errorType: string; errorMessage: string }): void {
  response.writeHead(200, { 'x-amz-function-error': 'Unhandled' }).end(JSON.stringify(failure))
}

function sendError(response: ServerResponse, name: string): void {
  response.writeHead(404, { 'x-amzn-errortype': name }).end(JSON.stringify({ Type: 'User', Message: name }))
}
