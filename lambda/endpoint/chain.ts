// The HTTP side: the middy chain round the domain, in the order in which the contract wants its checks.

import middy, { type MiddlewareObj } from '@middy/core'
import httpErrorHandler from '@middy/http-error-handler'
import jsonBodyParser from '@middy/http-json-body-parser'
import type { APIGatewayProxyResult } from 'aws-lambda'
import type { EndpointConfig } from '../config.ts'
import { asImpersonationError, ImpersonationError } from '../errors.ts'
import { loggable } from '../loggable.ts'
import type { Actor } from './http/authenticate.ts'
import { envelope } from './http/error-response.ts'
import { baseOf, type Event, headerValues, requestIdOf, sourceOf } from './http/gateway-event.ts'
import type { Decision } from './http/metrics.ts'
import type { Impersonate, Impersonation } from './impersonate.ts'
import { readRequest } from './request.ts'

/** When work on a request stops, ms; what closes its record may take 4 s more, and API Gateway waits 29 s. */
const timeLimit = 20_000

export function createEndpoint(options: {
  config: EndpointConfig
  authenticate: (headers: readonly string[], signal: AbortSignal) => Promise<Actor>
  impersonate: Impersonate
  log: Pick<Console, 'info' | 'warn' | 'error'>
  /** Takes each decision for the metrics. */
  count: (decision: Decision) => void
}) {
  const { config, authenticate, impersonate, log } = options

  /** One line a decision. */
  function report(event: Event, outcome: Impersonation | ImpersonationError): void {
    const { actor, wanted }: Partial<Event> = event
    const { code, status, impersonationId } =
      outcome instanceof ImpersonationError
        ? outcome
        : { code: 'issued' as const, status: 200, impersonationId: outcome.id }
    const decision = { outcome: code, status, milliseconds: Date.now() - event.startedAt }
    const line = {
      event: 'impersonation',
      actor: actor?.sub,
      actorUsername: actor?.username,
      subject: wanted?.username,
      requestId: requestIdOf(event),
      ...decision,
      impersonationId,
    }
    if (status < 400) log.info(line)
    else if (status < 500) log.warn(line)
    else log.error({ ...line, error: loggable(outcome) })
    count(decision)
  }

  /** What can't be counted is no reason to refuse. */
  function count(decision: Decision): void {
    try {
      options.count(decision)
    } catch (error) {
      log.error({ event: 'not-counted', error: loggable(error) })
    }
  }

  return middy<Event, APIGatewayProxyResult>()
    .use(httpErrorHandler({ logger: false }))
    .use(envelope(config))
    .onError((request) => {
      const error = refusalOf(request.error)
      request.error = error
      report(request.event, error)
    })
    .before(async ({ event }) => {
      event.startedAt = Date.now()
      event.signal = AbortSignal.timeout(timeLimit)
      event.actor = await authenticate(headerValues(event, 'authorization'), event.signal)
    })
    .before(({ event }) => assertJson(headerValues(event, 'content-type')))
    .use(jsonBodyParser({ disableContentTypeCheck: true }) as MiddlewareObj<Event>)
    .handler(async (event: Event): Promise<APIGatewayProxyResult> => {
      event.wanted = readRequest(event.body, config)
      const impersonation = await impersonate(event.actor, event.wanted, sourceOf(event), event.signal)
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
}

/** The body parser's errors are middy's own, with a status; the contract has another for them. */
function refusalOf(error: unknown): ImpersonationError {
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
