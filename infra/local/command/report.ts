// Prints the log of a local run for people: one line for each request, denial, event and custom resource.

import { styleText } from 'node:util'
import type { EventDetail } from '../../../lambda/events/event.ts'
import type { EventLog, FunctionLog, Log, RequestLog } from '../log.ts'

type Style = (format: Parameters<typeof styleText>[0], text: string) => string

export interface ReportOptions {
  write(line: string): void
  /** Colours a text. By default only if standard output is a terminal. */
  style?: Style
  now?: () => Date
}

/** The functions of the API log this for each request. */
interface DecisionLog {
  event: 'impersonation' | 'oversight' | 'introspection'
  /** The caller of the endpoint. */
  actorUsername?: string
  /** The caller of another route. */
  callerUsername?: string
  subject?: string
  requestId: string
  outcome: string
}

/** A trigger logs this when it denies a sign-in. */
interface DenialLog {
  event: 'trigger-denied'
  trigger: string
  subject?: string
  error?: { code?: string; name?: string }
}

/** The function of a custom resource logs this after each request of CloudFormation. */
interface CustomResourceLog {
  event: 'custom-resource'
  RequestType: string
  PhysicalResourceId: string
  /** Why the request failed. */
  failed?: string
}

/** @returns a log that prints its entries */
export function createReport({ write, style = styleText, now = () => new Date() }: ReportOptions): Log {
  const decisions = new Map<string, DecisionLog>()
  const deniedInvocations = new Set<unknown>()
  const print = (...parts: (string | undefined)[]) =>
    write([style('dim', now().toTimeString().slice(0, 8)), ...parts.filter(Boolean)].join('  '))

  function printRequest({ requestId, status, method, path, milliseconds, ...request }: RequestLog): void {
    const decision = decisions.get(requestId)
    decisions.delete(requestId)
    const { impersonationId, gatewayResponse } = request
    print(
      style(statusColour(status), String(status)),
      printable(`${method} ${path}`),
      decision ? describeDecision(decision) : gatewayResponse,
      style('dim', printable(impersonationId ? `impersonation ${impersonationId}` : `request ${requestId}`)),
      `${milliseconds} ms`,
    )
  }

  function printFunctionLog({ functionName, line }: FunctionLog): void {
    // Metrics in the embedded metric format are for CloudWatch, not for people.
    if ('_aws' in line) return
    const { level, message, requestId } = line
    if (isEvent<DecisionLog>(message, 'impersonation', 'oversight', 'introspection')) {
      decisions.set(message.requestId, message)
    } else if (isEvent<DenialLog>(message, 'trigger-denied')) {
      deniedInvocations.add(requestId)
      const cause = message.error?.code ?? message.error?.name
      const subject = style('bold', printable(message.subject ?? 'somebody'))
      print(style('yellow', 'DENY'), message.trigger, cause ? `${subject}: ${cause}` : subject)
    } else if (isEvent<CustomResourceLog>(message, 'custom-resource')) {
      const { RequestType, PhysicalResourceId, failed } = message
      print(style(failed ? 'red' : 'green', RequestType), printable(PhysicalResourceId), failed && printable(failed))
    } else if (!deniedInvocations.delete(requestId)) {
      // After a denial the trigger throws, and Lambda logs that error. This second line is not printed.
      print(style(level === 'ERROR' ? 'red' : 'yellow', String(level ?? 'LOG')), functionName, summarize(line))
    }
  }

  function printEvent({ event }: EventLog): void {
    const { eventType, id, actor, subject } = event.detail as Partial<EventDetail>
    const subjectName = subject && (subject.username ?? subject.asked)
    print(
      style('cyan', 'EVENT'),
      printable(eventType ?? event['detail-type']),
      actor && subjectName && `${style('bold', printable(actor.username))} as ${style('bold', printable(subjectName))}`,
      id && style('dim', printable(`impersonation ${id}`)),
    )
  }

  function describeDecision({ callerUsername, actorUsername = callerUsername, subject, outcome }: DecisionLog): string {
    const boldActor = actorUsername && style('bold', printable(actorUsername))
    const boldSubject = subject && style('bold', printable(subject))
    const names = boldSubject ? `${boldActor ?? 'somebody'} as ${boldSubject}` : boldActor
    return names ? `${names}: ${outcome}` : outcome
  }

  return (entry) => {
    if (entry.source === 'gateway') printRequest(entry)
    else if (entry.source === 'function') printFunctionLog(entry)
    else if (entry.source === 'events') printEvent(entry)
    else print(style('red', 'NOTE'), printable(entry.message))
  }
}

function statusColour(status: number): 'green' | 'yellow' | 'red' {
  if (status < 400) return 'green'
  return status < 500 ? 'yellow' : 'red'
}

function isEvent<Event extends { event: string }>(message: unknown, ...events: Event['event'][]): message is Event {
  return (
    typeof message === 'object' &&
    message !== null &&
    'event' in message &&
    events.some((name) => name === message.event)
  )
}

function summarize({ message, ...line }: Record<string, unknown>): string {
  if (message === undefined) return printable(JSON.stringify(line))
  if (typeof message !== 'object' || message === null) return printable(String(message))
  const { errorType, errorMessage } = message as Record<string, unknown>
  return printable(errorType === undefined ? JSON.stringify(message) : `${errorType}: ${errorMessage}`)
}

/** Replaces control characters, which could send commands to the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, '�')
}
