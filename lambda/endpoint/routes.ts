// The routes that mint sessions, and the middy chain of each: the contract's checks in the contract's order.

import type { MiddlewareObj } from '@middy/core'
import jsonBodyParser from '@middy/http-json-body-parser'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { EndpointConfig } from '../config.ts'
import { ImpersonationError } from '../errors.ts'
import type { Authenticate } from '../http/authenticate.ts'
import { createChain, onlyGatewayEvents, respond } from '../http/chain.ts'
import { preflight, withCors } from '../http/cors.ts'
import { baseOf, contextDataOf, type GatewayEvent, sourceOf } from '../http/gateway-event.ts'
import type { Decision } from '../http/metrics.ts'
import { createReport, type Success } from '../http/report.ts'
import { createRouter } from '../http/router.ts'
import { type Authenticated, requireApiKey, requireCaller, requireMediaType, type Timed } from '../http/steps.ts'
import { withoutSecrets } from '../loggable.ts'
import { viewOf } from '../record-view.ts'
import type { Claimed, HandOff } from './hand-off.ts'
import type { Impersonate } from './impersonate.ts'
import type { Impersonation } from './mint.ts'
import type { ReasonForm } from './reason-form.ts'
import { assertNoQuery, type ImpersonationRequest, type ReasonRules, readRequest, readTicket } from './request.ts'

/** The time limit of a request, in ms. Its last writes may take 6 s more: `allow`, and closing the record. API Gateway waits 29 s. */
const timeLimit = 19_000

/** The `event` of the log lines. */
const name = 'impersonation'

interface Parsed {
  impersonationRequest: ImpersonationRequest
}

interface WithClaimed {
  claimed: Claimed
}

type Reported = GatewayEvent & Timed & Partial<Authenticated & Parsed & WithClaimed>

export function createEndpoint(options: {
  config: EndpointConfig
  /** Compiled from the config's `reasonPattern`. */
  reasonForm: ReasonForm | undefined
  authenticate: Authenticate
  impersonate: Impersonate
  handOff: HandOff
  log: Pick<Console, 'info' | 'warn' | 'error'>
  /** Adds a decision to the metrics. */
  count: (decision: Decision) => void
}) {
  const { config, reasonForm, authenticate, impersonate, handOff, log, count } = options
  const write = createReport({ name, log, count })
  const report = (event: Reported, result: Success | ImpersonationError) =>
    write(event, result, detailsOf(event, result))
  const createRoute = () => createChain({ config, timeLimit, report })
  const readJson = jsonBodyParser<APIGatewayProxyEvent>({ disableContentTypeCheck: true })

  /** The checks of the routes for the back office. */
  const createActorRoute = () =>
    createRoute()
      .use(requireApiKey(config))
      .use(requireCaller(authenticate))
      .use(requireMediaType('application/json'))
      .use(readJson)
      .use(parseRequest({ ...config, reasonForm }))

  const contextOf = (event: GatewayEvent) => (config.subjectContextData ? contextDataOf(event) : undefined)

  const base = (event: GatewayEvent) => config.endpointUrl ?? baseOf(event)

  /** The contract's response. */
  function respondWithSession(event: Reported, impersonation: Impersonation) {
    report(event, { outcome: 'issued', status: 200, impersonationId: impersonation.id })
    const body = {
      endpointUrl: base(event),
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
  }

  const mintForActor = createActorRoute().handler<GatewayEvent>(async (event) => {
    const origin = { source: sourceOf(event), contextData: contextOf(event) }
    const impersonation = await impersonate(event.caller, event.impersonationRequest, origin, event.signal)
    return respondWithSession(event, impersonation)
  })

  const prepare = createActorRoute().handler<GatewayEvent>(async (event) => {
    const { caller, impersonationRequest, signal } = event
    const { record, ticket } = await handOff.prepare(caller, impersonationRequest, sourceOf(event), signal)
    const { id } = record
    report(event, { outcome: 'prepared', status: 201, impersonationId: id })
    const view = viewOf(record, { viewer: 'actor', now: record.requestedAt, subjectsSeeReason: true })
    const headers = { Location: `${base(event)}/auth/impersonations/${id}`, 'Impersonation-Id': id }
    return respond(201, { ...view, ticket }, headers)
  })

  const mintForTicket = createRoute()
    .use(requireMediaType('application/json'))
    .use(refuseLongBody)
    .use(readJson)
    .use(claimTicket(handOff))
    .handler<GatewayEvent>(async (event) =>
      respondWithSession(event, await handOff.redeem(event.claimed, contextOf(event), event.signal)),
    )

  const unknown = createRoute().handler<GatewayEvent>(async () => {
    throw new ImpersonationError('Fault', { message: 'the function does not have this route' })
  })

  const { appOrigins } = config
  const router = createRouter(
    {
      'POST /auth/impersonate': mintForActor,
      'POST /auth/impersonations': prepare,
      'POST /auth/session': withCors(mintForTicket, { appOrigins }),
      'OPTIONS /auth/session': preflight({ appOrigins, method: 'POST', requestHeader: 'content-type' }),
    },
    unknown,
  )
  return onlyGatewayEvents(router, { name, log })
}

function parseRequest(rules: ReasonRules): MiddlewareObj<GatewayEvent & Parsed> {
  return {
    before({ event }) {
      event.impersonationRequest = readRequest(event.body, rules)
    },
  }
}

/** In characters, as the event has them: perhaps in base64. A body with a ticket and nothing else has 93. */
const longestTicketBody = 8_192

/**
 * A ticket is short, so a longer body has no ticket that opens anything. Without this, a stranger could keep the function busy:
 * to read 6 MB of small JSON values takes about a second.
 */
const refuseLongBody: MiddlewareObj<GatewayEvent> = {
  before({ event: { body } }) {
    if (typeof body === 'string' && body.length > longestTicketBody) throw new ImpersonationError('TicketInvalid')
  },
}

/** Uses the ticket up. */
function claimTicket({ claim }: Pick<HandOff, 'claim'>): MiddlewareObj<GatewayEvent & WithClaimed> {
  return {
    async before({ event }) {
      assertNoQuery(event)
      const { userAgent } = sourceOf(event)
      const browser = { ip: event.requestContext.identity.sourceIp, userAgent }
      event.claimed = await claim(readTicket(event.body), browser)
    },
  }
}

/** The actor and the subject, for the log line. The name of an unknown subject may be a secret, sent by mistake. */
function detailsOf({ caller, claimed, impersonationRequest }: Reported, result: Success | ImpersonationError) {
  const subject = impersonationRequest?.username ?? claimed?.record.subjectAsked
  const isFound = !(result instanceof ImpersonationError) && result.outcome === 'issued'
  return {
    actor: caller?.sub ?? claimed?.record.actorSub,
    actorUsername: caller?.username ?? claimed?.record.actorUsername,
    subject: isFound ? subject : subject && withoutSecrets(subject),
  }
}
