// The routes that list, read, approve and end impersonations, and the middy chain of each.

import type { OversightConfig } from '../config.ts'
import { ImpersonationError } from '../errors.ts'
import type { Authenticate } from '../http/authenticate.ts'
import { createChain, onlyGatewayEvents, respond } from '../http/chain.ts'
import { withoutControls } from '../http/control-characters.ts'
import { preflight, withCors } from '../http/cors.ts'
import type { GatewayEvent } from '../http/gateway-event.ts'
import type { Decision, Outcome } from '../http/metrics.ts'
import { createReport } from '../http/report.ts'
import { createRouter, type Route } from '../http/router.ts'
import { type Authenticated, requireApiKey, requireCaller, type Timed } from '../http/steps.ts'
import { withoutSecrets } from '../loggable.ts'
import { isUuid } from '../uuid.ts'
import type { Oversight } from './oversight.ts'
import { assertNoQuery, readEndAllQuery, readListQuery } from './query.ts'

/** The time limit of a request, in ms. The calls of the records table may take 6 s more. API Gateway waits 29 s. */
const timeLimit = 18_000

/** The `event` of the log lines. */
const name = 'oversight'

type Action = 'list' | 'read' | 'approve' | 'end' | 'end-all'

interface Success {
  outcome: Outcome
  body: object
  /** Added to the log line. */
  details?: Record<string, unknown>
}

type Run = (event: GatewayEvent & Timed & Authenticated) => Promise<Success>

export function createOversightRoutes(options: {
  config: OversightConfig
  authenticate: Authenticate
  /** Authenticates by an ID token only. Without an API key, Basic would be a public way to try passwords. */
  authenticateByToken: Authenticate
  oversight: Oversight
  log: Pick<Console, 'info' | 'warn' | 'error'>
  /** Adds a decision to the metrics. */
  count: (decision: Decision) => void
}) {
  const { config, oversight, log, count } = options
  const write = createReport({ name, log, count })

  function chainOf(action: Action | undefined, challenges: { basic: boolean }) {
    const report = (event: GatewayEvent & Timed & Partial<Authenticated>, error: ImpersonationError) =>
      write(event, error, detailsOf(event, action))
    return createChain({ config: challenges, timeLimit, report })
  }

  const handle = (action: Action, run: Run) => async (event: GatewayEvent & Timed & Authenticated) => {
    const { outcome, body, details } = await run(event)
    write(event, { outcome, status: 200 }, { ...detailsOf(event, action), ...details })
    return respond(200, body)
  }

  const withKey = (action: Action, run: Run): Route =>
    chainOf(action, config)
      .use(requireApiKey(config))
      .use(requireCaller(options.authenticate))
      .handler<GatewayEvent>(handle(action, run))

  const withoutKey = (action: Action, run: Run): Route =>
    chainOf(action, { basic: false })
      .use(requireCaller(options.authenticateByToken))
      .handler<GatewayEvent>(handle(action, run))

  const list = withKey('list', async (event) => {
    const page = await oversight.list(event.caller, readListQuery(event), event.signal)
    return { outcome: 'listed', body: page, details: { records: page.impersonations.length } }
  })

  const read = withKey('read', async (event) => {
    assertNoQuery(event)
    return { outcome: 'read', body: await oversight.read(event.caller, idOf(event), event.signal) }
  })

  const approve = withKey('approve', async (event) => {
    assertNoQuery(event)
    return { outcome: 'approved', body: await oversight.approve(event.caller, idOf(event), event.signal) }
  })

  const end = withoutKey('end', async (event) => {
    assertNoQuery(event)
    const { ended, role } = await oversight.end(event.caller, idOf(event), event.signal)
    return { outcome: 'ended', body: ended, details: { role } }
  })

  const endAll = withKey('end-all', async (event) => {
    const result = await oversight.endAll(event.caller, readEndAllQuery(event), event.signal)
    return { outcome: 'ended', body: result, details: result }
  })

  const unknown: Route = chainOf(undefined, config).handler<GatewayEvent>(async () => {
    throw new ImpersonationError('Fault', { message: 'the function does not have this route' })
  })

  const { appOrigins } = config
  const router = createRouter(
    {
      'GET /auth/impersonations': list,
      'DELETE /auth/impersonations': endAll,
      'GET /auth/impersonations/{id}': read,
      'DELETE /auth/impersonations/{id}': withCors(end, { appOrigins }),
      'POST /auth/impersonations/{id}/approval': approve,
      'OPTIONS /auth/impersonations/{id}': preflight({ appOrigins, method: 'DELETE', requestHeader: 'authorization' }),
    },
    unknown,
  )
  return onlyGatewayEvents(router, { name, log })
}

function idOf({ pathParameters }: GatewayEvent): string | undefined {
  return pathParameters?.id
}

/** The caller, the action and the record, for the log line. */
function detailsOf(event: GatewayEvent & Partial<Authenticated>, action: Action | undefined) {
  const { caller } = event
  const id = idOf(event)
  return {
    action,
    caller: caller?.sub,
    callerUsername: caller?.username,
    // Who is really acting, if the caller is an impersonated session.
    callerActor: caller?.actorSub,
    impersonationId: isUuid(id) ? id : undefined,
    ...askedOf(event),
  }
}

/** The users that the query names. The caller may have sent a secret in place of a name. */
function askedOf({ queryStringParameters }: GatewayEvent) {
  const { actor, subject } = queryStringParameters ?? {}
  const loggable = (name: string | undefined) => name && withoutSecrets(withoutControls(name.slice(0, 128)))
  return { askedActor: loggable(actor), askedSubject: loggable(subject) }
}
