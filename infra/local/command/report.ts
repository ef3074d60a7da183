// One readable line a request and a decision.

import { styleText } from 'node:util'
import type { FunctionLog, Log, RequestLog } from '../log.ts'

type Style = (format: Parameters<typeof styleText>[0], text: string) => string

export interface ReportOptions {
  write(line: string): void
  /** Colours the text; by default only where standard output is a terminal. */
  style?: Style
  now?: () => Date
}

/** What the endpoint logs about a request. */
interface Decision {
  event: 'impersonation'
  actorUsername?: string
  subject?: string
  requestId: string
  outcome: string
}

/** What the triggers log about a sign-in that they stop. */
interface Denial {
  event: 'trigger-denied'
  trigger: string
  subject?: string
  error?: { code?: string; name?: string }
}

/** What a custom resource's function logs once it has done, or failed to do, what CloudFormation asked. */
interface Deployed {
  event: 'custom-resource'
  RequestType: string
  PhysicalResourceId: string
  failed?: string
}

/** Takes the log of a run, and prints it for people. */
export function createReport({ write, style = styleText, now = () => new Date() }: ReportOptions): Log {
  const decisions = new Map<string, Decision>()
  const denied = new Set<unknown>()
  const print = (...parts: (string | undefined)[]) =>
    write([style('dim', now().toTimeString().slice(0, 8)), ...parts.filter(Boolean)].join('  '))

  function reportRequest({ requestId, status, method, path, milliseconds, ...request }: RequestLog): void {
    const decision = decisions.get(requestId)
    decisions.delete(requestId)
    const { impersonationId, gatewayResponse } = request
    print(
      style(colourOf(status), String(status)),
      visible(`${method} ${path}`),
      decision ? tell(decision) : gatewayResponse,
      style('dim', visible(impersonationId ? `impersonation ${impersonationId}` : `request ${requestId}`)),
      `${milliseconds} ms`,
    )
  }

  function reportFunction({ functionName, line }: FunctionLog): void {
    // CloudWatch takes such a line for metrics (embedded metric format); nobody reads it.
    if ('_aws' in line) return
    const { level, message, requestId } = line
    if (isEvent<Decision>(message, 'impersonation')) {
      decisions.set(message.requestId, message)
    } else if (isEvent<Denial>(message, 'trigger-denied')) {
      denied.add(requestId)
      const why = message.error?.code ?? message.error?.name
      const whom = style('bold', visible(message.subject ?? 'somebody'))
      print(style('yellow', 'DENY'), message.trigger, why ? `${whom}: ${why}` : whom)
    } else if (isEvent<Deployed>(message, 'custom-resource')) {
      const { RequestType, PhysicalResourceId, failed } = message
      print(style(failed ? 'red' : 'green', RequestType), visible(PhysicalResourceId), failed && visible(failed))
    } else if (!denied.delete(requestId)) {
      // Lambda logs what a trigger throws once more, after the trigger itself has said why.
      print(style(level === 'ERROR' ? 'red' : 'yellow', String(level ?? 'LOG')), functionName, summary(line))
    }
  }

  function tell({ actorUsername, subject, outcome }: Decision): string {
    const who = actorUsername && style('bold', visible(actorUsername))
    const whom = subject && style('bold', visible(subject))
    const both = whom ? `${who ?? 'somebody'} as ${whom}` : who
    return both ? `${both}: ${outcome}` : outcome
  }

  return (entry) => {
    if (entry.source === 'gateway') reportRequest(entry)
    else if (entry.source === 'function') reportFunction(entry)
    else print(style('red', 'NOTE'), visible(entry.message))
  }
}

function colourOf(status: number): 'green' | 'yellow' | 'red' {
  if (status < 400) return 'green'
  return status < 500 ? 'yellow' : 'red'
}

function isEvent<Event extends { event: string }>(message: unknown, event: Event['event']): message is Event {
  return typeof message === 'object' && message !== null && 'event' in message && message.event === event
}

function summary({ message, ...line }: Record<string, unknown>): string {
  if (message === undefined) return visible(JSON.stringify(line))
  if (typeof message !== 'object' || message === null) return visible(String(message))
  const { errorType, errorMessage } = message as Record<string, unknown>
  return visible(errorType === undefined ? JSON.stringify(message) : `${errorType}: ${errorMessage}`)
}

/** Without the control characters that a terminal would obey. */
function visible(text: string): string {
  return text.replace(/\p{C}/gu, '�')
}
