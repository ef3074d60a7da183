// Reports each request: one log line, and one decision for the metrics.

import { errorName } from '../aws-errors.ts'
import { ImpersonationError } from '../errors.ts'
import { loggable, withoutSecrets } from '../loggable.ts'
import { type GatewayEvent, requestIdOf, sourceOf } from './gateway-event.ts'
import type { Decision, Outcome } from './metrics.ts'
import type { Authenticated, Timed } from './steps.ts'

export interface ReportOptions {
  /** The name of the log line's `event`. */
  name: string
  log: Pick<Console, 'info' | 'warn' | 'error'>
  /** Adds a decision to the metrics. */
  count: (decision: Decision) => void
}

/** A success. */
export interface Success {
  outcome: Outcome
  status: number
  impersonationId?: string | undefined
}

export function createReport({ name, log, count }: ReportOptions) {
  /** @param details are added to the log line, e.g. who the caller is. They must not contain secrets. */
  return function report(
    event: GatewayEvent & Timed & Partial<Authenticated>,
    result: Success | ImpersonationError,
    details: Record<string, unknown> = {},
  ): void {
    const { status, impersonationId } = result
    const outcome = result instanceof ImpersonationError ? result.code : result.outcome
    const decision = { outcome, status, milliseconds: Date.now() - event.startedAt }
    const line = {
      event: name,
      requestId: requestIdOf(event),
      ...decision,
      impersonationId,
      ...details,
    }
    if (!(result instanceof ImpersonationError)) log.info(line)
    else if (status < 500) log.warn({ ...line, ...originOf(event, result), cause: causeOf(result) })
    else log.error({ ...line, ...originOf(event, result), error: loggable(result) })
    tryToCount(decision)
  }

  /** A failed metric must not fail the request. */
  function tryToCount(decision: Decision): void {
    try {
      count(decision)
    } catch (error) {
      log.error({ event: 'not-counted', error: loggable(error) })
    }
  }
}

/**
 * The origin of a request whose caller is unknown, to find somebody who guesses passwords. Never contains the password. Cuts an
 * API key or a token out of the username, because some systems expect it there.
 */
function originOf(event: GatewayEvent & Partial<Authenticated>, { usernameTried }: ImpersonationError) {
  if (event.caller) return {}
  const { sourceIp, apiKeyId } = sourceOf(event)
  return { sourceIp, apiKeyId, usernameTried: usernameTried && withoutSecrets(usernameTried) }
}

/** Returns only the name. The message may quote the caller's input, or a trigger's text about a user. */
function causeOf({ cause }: ImpersonationError): string | undefined {
  return cause === undefined ? undefined : errorName(cause)
}
