// Lambda's JSON log format: what a function writes to its console, one structured line each.

import { format } from 'node:util'

const levels = { trace: 0, debug: 1, log: 2, info: 2, warn: 3, error: 4 } as const
const names = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const

export function patchConsole(
  leastLevel: string | undefined,
  requestId: () => string | undefined,
  print: (line: Record<string, unknown>) => void,
): void {
  const least = names.indexOf((leastLevel ?? 'INFO') as (typeof names)[number])
  for (const [method, level] of Object.entries(levels)) {
    console[method as keyof typeof levels] = (...values: unknown[]) => {
      if (level >= least) print(toLine(names[level] ?? 'INFO', requestId(), values))
    }
  }
}

function toLine(level: string, requestId: string | undefined, values: unknown[]): Record<string, unknown> {
  const head = { timestamp: new Date().toISOString(), level, ...(requestId !== undefined && { requestId }) }
  if (values.length === 1) {
    try {
      return JSON.parse(JSON.stringify({ ...head, message: values[0] }, spellErrors))
    } catch {}
  }
  const error = values.find((value) => value instanceof Error)
  return { ...head, message: format(...values), ...(error && describeError(error)) }
}

function spellErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? { ...describeError(value), ...value } : value
}

export function describeError(error: unknown) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), stackTrace: [] }
  return { errorType: error.name, errorMessage: error.message, stackTrace: error.stack?.split('\n') ?? [] }
}
