// The middy chain of POST /auth/introspect (RFC 7662).

import urlencodeBodyParser from '@middy/http-urlencode-body-parser'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { IntrospectionConfig } from '../config.ts'
import { ImpersonationError } from '../errors.ts'
import { createChain, onlyGatewayEvents, respond } from '../http/chain.ts'
import type { GatewayEvent } from '../http/gateway-event.ts'
import type { Decision } from '../http/metrics.ts'
import { createReport } from '../http/report.ts'
import { requireApiKey, requireMediaType } from '../http/steps.ts'
import type { Introspect } from './introspect.ts'

/**
 * In ms. No step uses the signal, since each has a time limit of its own: the keys 6 s, the record 2 s, the people 8 s. API
 * Gateway waits 29 s.
 */
const timeLimit = 18_000

/** The `event` of the log lines. */
const name = 'introspection'

/** Much longer than the headers in which a resource server can receive a token. */
const maxTokenLength = 65_536

/** The parser ignores parameters behind this many. */
const maxParameters = 1_000

export function createIntrospectionRoute(options: {
  config: Pick<IntrospectionConfig, 'apiKeyIds'>
  introspect: Introspect
  log: Pick<Console, 'info' | 'warn' | 'error'>
  /** Adds a decision to the metrics. */
  count: (decision: Decision) => void
}) {
  const { config, introspect, log, count } = options
  const report = createReport({ name, log, count })

  const chain = createChain({ config: { basic: false }, timeLimit, report })
    .use(requireApiKey(config))
    .use(requireMediaType('application/x-www-form-urlencoded'))
    .use(urlencodeBodyParser<APIGatewayProxyEvent>({ disableContentTypeCheck: true }))
    .handler<GatewayEvent>(async (event) => {
      const { response, impersonationId } = await introspect(readToken(event.body))
      report(event, { outcome: response.active ? 'active' : 'inactive', status: 200, impersonationId })
      return respond(200, response)
    })

  return onlyGatewayEvents(chain, { name, log })
}

/** @param form the parsed body. A parameter that is sent twice is an array. */
function readToken(form: unknown): string {
  const { token, ...others } = Object(form) as Record<string, string | string[]>
  assertValid(typeof token !== 'object', 'token is sent more than once')
  assertValid(token, 'token is required')
  assertValid(token.length <= maxTokenLength, `token must have at most ${maxTokenLength} characters`)
  assertValid(Object.values(others).flat().length < maxParameters - 1, 'there are too many parameters')
  return token
}

function assertValid(valid: unknown, message: string): asserts valid {
  if (!valid) throw new ImpersonationError('RequestInvalid', { message })
}
