// The middy chain of POST /auth/impersonate: the contract's checks in the contract's order, and its responses.

import middy, { type MiddlewareObj } from '@middy/core'
import httpErrorHandler from '@middy/http-error-handler'
import jsonBodyParser from '@middy/http-json-body-parser'
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda'
import { errorName } from '../aws-errors.ts'
import type { EndpointConfig } from '../config.ts'
import { asImpersonationError, errorBody, faultMessage, ImpersonationError } from '../errors.ts'
import { errorResponse } from '../http/error-response.ts'
import {
  baseOf,
  contextDataOf,
  type GatewayEvent,
  headerValues,
  isGatewayEvent,
  requestIdOf,
  sourceOf,
} from '../http/gateway-event.ts'
import type { Decision } from '../http/metrics.ts'
import { type Authenticated, limitTime, requireActor, type Timed } from '../http/steps.ts'
import { loggable, withoutSecrets } from '../loggable.ts'
import type { Impersonate, Impersonation } from './impersonate.ts'
import { type ImpersonationRequest, readRequest } from './request.ts'

/** The time limit of a request, in ms. Closing its record may take 4 s more. API Gateway waits 29 s. */
const requestTimeLimit = 20_000

interface Parsed {
  impersonationRequest: ImpersonationRequest
}

export function createEndpoint(options: {
  config: EndpointConfig
  authenticate: Parameters<typeof requireActor>[0]
  impersonate: Impersonate
  log: Pick<Console, 'info' | 'warn' | 'error'>
  /** Adds a decision to the metrics. */
  count: (decision: Decision) => void
}) {
  const { config, authenticate, impersonate, log } = options

  /** Writes one log line for each decision, and counts it. */
  function report(
    event: GatewayEvent & Timed & Partial<Authenticated & Parsed>,
    result: Impersonation | ImpersonationError,
  ): void {
    const { code, status, impersonationId } =
      result instanceof ImpersonationError
        ? result
        : { code: 'issued' as const, status: 200, impersonationId: result.id }
    const decision = { outcome: code, status, milliseconds: Date.now() - event.startedAt }
    const line = {
      event: 'impersonation',
      actor: event.actor?.sub,
      actorUsername: event.actor?.username,
      subject: event.impersonationRequest?.username,
      requestId: requestIdOf(event),
      ...decision,
      impersonationId,
    }
    if (!(result instanceof ImpersonationError)) log.info(line)
    else if (status < 500) log.warn({ ...line, ...callerOf(event, result), cause: causeOf(result) })
    else log.error({ ...line, ...callerOf(event, result), error: loggable(result) })
    count(decision)
  }

  /** A failed metric must not fail the request. */
  function count(decision: Decision): void {
    try {
      options.count(decision)
    } catch (error) {
      log.error({ event: 'not-counted', error: loggable(error) })
    }
  }

  const chain = middy<GatewayEvent, APIGatewayProxyResult>()
    .use(limitTime(requestTimeLimit))
    .use(httpErrorHandler({ logger: false }))
    .use(errorResponse(config))
    .onError((request) => {
      const error = withContractCode(request.error)
      request.error = error
      report(request.event, error)
    })
    .use(requireActor(authenticate))
    .before(({ event }) => assertJson(headerValues(event, 'content-type')))
    .use(jsonBodyParser<APIGatewayProxyEvent>({ disableContentTypeCheck: true }))
    .use(parseRequest(config))
    .handler<GatewayEvent>(async (event) => {
      const caller = {
        source: sourceOf(event),
        contextData: config.subjectContextData ? contextDataOf(event) : undefined,
      }
      const impersonation = await impersonate(event.actor, event.impersonationRequest, caller, event.signal)
      report(event, impersonation)
      return {
        statusCode: 200,
        headers: {
          'Content-Type': 'application/json',
          'Cache-Control': 'no-store',
          'Impersonation-Id': impersonation.id,
        },
        body: JSON.stringify({
          endpointUrl: config.endpointUrl ?? baseOf(event),
          clientId: config.impersonationClientId,
          userPoolId: config.userPoolId,
          username: impersonation.username,
          password: '',
          session: {
            authorization: impersonation.idToken,
            refreshToken: '',
            accessToken: impersonation.accessToken,
            expireEpoch: impersonation.endsAt * 1000,
          },
        }),
      }
    })

  /** Does not log the event, because it may contain anything. */
  function refuseEvent(requestId: string): APIGatewayProxyResult {
    const message = 'the event is not from a REST API of API Gateway, the only supported caller'
    const error = new ImpersonationError('Fault', { message })
    const { code: outcome, status } = error
    log.error({ event: 'impersonation', outcome, status, requestId, error: loggable(error) })
    return {
      statusCode: status,
      headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
      body: errorBody(faultMessage(requestId)),
    }
  }

  return async (event: unknown, context: Context): Promise<APIGatewayProxyResult> =>
    isGatewayEvent(event) ? chain(event, context) : refuseEvent(context.awsRequestId)
}

/**
 * The source of a request without a known actor, to find somebody who guesses passwords. Never contains the password, nor
 * an API key or a token that was sent as the username: some systems expect it there.
 */
function callerOf(event: GatewayEvent & Partial<Authenticated>, { usernameTried }: ImpersonationError) {
  if (event.actor) return {}
  const { sourceIp, apiKeyId } = sourceOf(event)
  return { sourceIp, apiKeyId, usernameTried: usernameTried && withoutSecrets(usernameTried) }
}

/** Returns only the name. The message may quote the caller's input, or a trigger's text about a user. */
function causeOf({ cause }: ImpersonationError): string | undefined {
  return cause === undefined ? undefined : errorName(cause)
}

function parseRequest(config: Pick<EndpointConfig, 'reasonRequired'>): MiddlewareObj<GatewayEvent & Parsed> {
  return {
    before({ event }) {
      event.impersonationRequest = readRequest(event.body, config)
    },
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

function assertJson(contentTypes: string[]): void {
  if (contentTypes.length !== 1 || !/^application\/json[ \t]*(;.*)?$/i.test(contentTypes[0] ?? '')) {
    throw new ImpersonationError('RequestInvalid', { message: 'Content-Type must be application/json' })
  }
}
