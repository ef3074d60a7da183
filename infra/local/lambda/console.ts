// Lambda's JSON log format: one structured line for each console call of a function.

import { format } from 'node:util'

const levels = { trace: 0, debug: 1, log: 2, info: 2, warn: 3, error: 4 } as const
const names = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const

/** @param leastLevel the lowest level to print; INFO if undefined */
export function patchConsole(
  leastLevel: string | undefined,
  requestId: () => string | undefined,
  print: (line: Record<string, unknown>) => void,
): void {
  const minimum = names.indexOf((leastLevel ?? 'INFO') as (typeof names)[number])
  for (const [method, level] of Object.entries(levels)) {
    console[method as keyof typeof levels] = (...values: unknown[]) => {
      if (level >= minimum) print(toLine(names[level] ?? 'INFO', requestId(), values))
    }
  }
}

function toLine(level: string, requestId: string | undefined, values: unknown[]): Record<string, unknown> {
  const common = { timestamp: new Date().toISOString(), level, ...(requestId !== undefined && { requestId }) }
  if (values.length === 1) {
    try {
      return JSON.parse(JSON.stringify({ ...common, message: values[0] }, describeErrors))
    } catch {}
  }
  const error = values.find((value) => value instanceof Error)
  return { ...common, message: format(...values), ...(error && describeError(error)) }
}

function describeErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? { ...describeError(value), ...value } : value
}

export function describeError(error: unknown) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), stackTrace: [] }
  return { errorType: error.name, errorMessage: error.message, stackTrace: error.stack?.split('\n') ?? [] }
}
