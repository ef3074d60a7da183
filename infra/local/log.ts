// What the local run reports while it runs.

/** A line that a function logged, in the form of Lambda's JSON log format. */
export interface FunctionLog {
  source: 'function'
  functionName: string
  /** `timestamp`, `level`, `requestId` (Lambda's) and `message` for what went through the console; else as printed. */
  line: Record<string, unknown>
}

/** One HTTP request and its answer. */
export interface RequestLog {
  source: 'gateway'
  /** The one that API Gateway made (`extendedRequestId`, the header x-amz-apigw-id); the other a caller can choose. */
  requestId: string
  method: string
  path: string
  status: number
  milliseconds: number
  /** The type of gateway response, where API Gateway answered by itself. */
  gatewayResponse?: string
  /** The response header `Impersonation-Id`. */
  impersonationId?: string
}

/** Something about the local run itself that its user should know. */
export interface RunLog {
  source: 'run'
  message: string
}

export type LogEntry = FunctionLog | RequestLog | RunLog
export type Log = (entry: LogEntry) => void
