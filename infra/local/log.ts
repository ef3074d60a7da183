// The log entries of a local run.

/** A line that a function logged, in Lambda's JSON log format. */
export interface FunctionLog {
  source: 'function'
  functionName: string
  /** A console line has `timestamp`, `level`, `requestId` (Lambda's) and `message`. Other lines have other fields. */
  line: Record<string, unknown>
}

/** One HTTP request and its response. */
export interface RequestLog {
  source: 'gateway'
  /** API Gateway's `extendedRequestId` (header `x-amz-apigw-id`), because a caller can choose the other request id. */
  requestId: string
  method: string
  path: string
  status: number
  milliseconds: number
  /** The type of gateway response, when API Gateway responded without calling the function. */
  gatewayResponse?: string
  /** The response header `Impersonation-Id`. */
  impersonationId?: string
}

/** An event on an event bus, as rules and targets get it from EventBridge. */
export interface BusEvent {
  version: '0'
  id: string
  source: string
  'detail-type': string
  account: string
  region: string
  /** RFC 3339, to the second. */
  time: string
  resources: string[]
  detail: Record<string, unknown>
}

/** An event that a function put to an event bus. */
export interface EventLog {
  source: 'events'
  /** The bus's name or ARN. */
  bus: string
  event: BusEvent
}

/** A message about the local run itself. */
export interface RunLog {
  source: 'run'
  message: string
}

export type LogEntry = FunctionLog | RequestLog | EventLog | RunLog
export type Log = (entry: LogEntry) => void
