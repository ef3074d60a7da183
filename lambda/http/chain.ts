// The middy chain and the responses that all routes share.

import middy from '@middy/core'
import httpErrorHandler from '@middy/http-error-handler'
import type { APIGatewayProxyResult, Context } from 'aws-lambda'
import { asImpersonationError, errorBody, faultMessage, ImpersonationError } from '../errors.ts'
import { loggable } from '../loggable.ts'
import { type Challenges, errorHeaders, errorResponse } from './error-response.ts'
import { type GatewayEvent, isGatewayEvent } from './gateway-event.ts'
import { limitTime, type Timed } from './steps.ts'

/**
 * Creates a chain that limits the time, reports refusals and faults, and sends the error response. Add the route's own
 * steps to it.
 */
export function createChain(options: {
  config: Challenges
  /** The time limit of a request, in ms. API Gateway waits 29 s. */
  timeLimit: number
  report: (event: GatewayEvent & Timed, error: ImpersonationError) => void
}) {
  return middy<GatewayEvent, APIGatewayProxyResult>()
    .use(limitTime(options.timeLimit))
    .use(httpErrorHandler({ logger: false }))
    .use(errorResponse(options.config))
    .onError((request) => {
      const error = withContractCode(request.error)
      request.error = error
      options.report(request.event, error)
    })
}

/** @param name the `event` of the log line for an event that is not from API Gateway. The line does not contain the event. */
export function onlyGatewayEvents(
  chain: (event: GatewayEvent, context: Context) => Promise<APIGatewayProxyResult>,
  { name, log }: { name: string; log: Pick<Console, 'error'> },
) {
  function refuse(requestId: string): APIGatewayProxyResult {
    const message = 'the event is not from a REST API of API Gateway, the only supported caller'
    const error = new ImpersonationError('Fault', { message })
    const { code, status } = error
    log.error({ event: name, outcome: code, status, requestId, error: loggable(error) })
    return {
      statusCode: status,
      headers: { 'Content-Type': 'application/json', ...errorHeaders(code) },
      body: errorBody(faultMessage(requestId)),
    }
  }

  return async (event: unknown, context: Context): Promise<APIGatewayProxyResult> =>
    isGatewayEvent(event) ? chain(event, context) : refuse(context.awsRequestId)
}

/** A JSON response. */
export function respond(status: number, body: object, headers: Record<string, string> = {}): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers },
    body: JSON.stringify(body),
  }
}

/** Replaces an error of middy's body parser, whose status differs from the contract's. */
function withContractCode(error: unknown): ImpersonationError {
  return error instanceof Error && 'statusCode' in error
    ? new ImpersonationError('RequestInvalid', {
        message: 'the body must be JSON, without a key such as __proto__',
        cause: error,
      })
    : asImpersonationError(error)
}
