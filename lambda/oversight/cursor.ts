// Encodes the position where a page ended, as the parameter `next`.
// It is not signed, because it grants no right: the query's `actor` or `subject` decides which records a page can contain.

import { ImpersonationError } from '../errors.ts'
import { parseJson } from '../json.ts'
import { isUuid } from '../uuid.ts'
import type { Position } from './records.ts'

/** The part of a query that must be the same on every page. */
interface Bounds {
  by: 'actor' | 'subject' | 'live' | 'prepared'
  sub?: string
  /** The first and last time, in ms since the epoch. */
  from?: number | undefined
  to?: number | undefined
}

export function encodeCursor({ id, at }: Position, { by, sub, from, to }: Bounds): string {
  return Buffer.from(JSON.stringify([id, at, by, sub, from, to])).toString('base64url')
}

/** @throws ImpersonationError RequestInvalid if `text` is not exactly what `encodeCursor` returns for this query. */
export function decodeCursor(text: string, query: Bounds): Position {
  const parts = parseJson(Buffer.from(text, 'base64url').toString())
  const [id, at] = Array.isArray(parts) ? parts : []
  const { from = 0, to = Number.MAX_SAFE_INTEGER } = query
  if (isUuid(id) && Number.isSafeInteger(at) && at >= from && at <= to && encodeCursor({ id, at }, query) === text)
    return { id, at }
  throw new ImpersonationError('RequestInvalid', {
    message: 'next must be the value from the last response to this query',
  })
}
