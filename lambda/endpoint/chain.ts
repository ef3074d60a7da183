// The middy chain of POST /auth/impersonate: the contract's checks in the contract's order, and its response.

import type { MiddlewareObj } from '@middy/core'
import jsonBodyParser from '@middy/http-json-body-parser'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { EndpointConfig } from '../config.ts'
import type { ImpersonationError } from '../errors.ts'
import { createChain, onlyGatewayEvents, respond } from '../http/chain.ts'
import { baseOf, contextDataOf, type GatewayEvent, sourceOf } from '../http/gateway-event.ts'
import type { Decision } from '../http/metrics.ts'
import { createReport, type Success } from '../http/report.ts'
import { type Authenticated, requireApiKey, requireCaller, requireMediaType, type Timed } from '../http/steps.ts'
import type { Impersonate } from './impersonate.ts'
import { type ImpersonationRequest, readRequest } from './request.ts'

/** The time limit of a request, in ms. Closing its record may take 4 s more. API Gateway waits 29 s. */
const timeLimit = 20_000

/** The `event` of the log lines. */
const name = 'impersonation'

interface Parsed {
  impersonationRequest: ImpersonationRequest
}

export function createEndpoint(options: {
  config: EndpointConfig
  authenticate: Parameters<typeof requireCaller>[0]
  impersonate: Impersonate
  log: Pick<Console, 'info' | 'warn' | 'error'>
  /** Adds a decision to the metrics. */
  count: (decision: Decision) => void
}) {
  const { config, authenticate, impersonate, log, count } = options
  const write = createReport({ name, log, count })
  const report = (
    event: GatewayEvent & Timed & Partial<Authenticated & Parsed>,
    result: Success | ImpersonationError,
  ) =>
    write(event, result, {
      actor: event.caller?.sub,
      actorUsername: event.caller?.username,
      subject: event.impersonationRequest?.username,
    })

  const chain = createChain({ config, timeLimit, report })
    .use(requireApiKey(config))
    .use(requireCaller(authenticate))
    .use(requireMediaType('application/json'))
    .use(jsonBodyParser<APIGatewayProxyEvent>({ disableContentTypeCheck: true }))
    .use(parseRequest(config))
    .handler<GatewayEvent>(async (event) => {
      const origin = {
        source: sourceOf(event),
        contextData: config.subjectContextData ? contextDataOf(event) : undefined,
      }
      const impersonation = await impersonate(event.caller, event.impersonationRequest, origin, event.signal)
      report(event, { outcome: 'issued', status: 200, impersonationId: impersonation.id })
      const body = {
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
      }
      return respond(200, body, { 'Impersonation-Id': impersonation.id })
    })

  return onlyGatewayEvents(chain, { name, log })
}

function parseRequest(config: Pick<EndpointConfig, 'reasonRequired'>): MiddlewareObj<GatewayEvent & Parsed> {
  return {
    before({ event }) {
      event.impersonationRequest = readRequest(event.body, config)
    },
  }
}
