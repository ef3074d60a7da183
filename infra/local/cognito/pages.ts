// Paging of lists, with up to 60 items per page.
import { invalidParameter } from './errors.ts'
import type { Input } from './input.ts'

/**
 * Cuts a page out of a list.
 * @param kind keeps apart the tokens of different lists
 * @throws CognitoError InvalidParameterException
 */
export function page<Item>(input: Input, kind: string, items: Item[]): { items: Item[]; NextToken?: string } {
  const limit = input.number('Limit', { min: 0, max: 60 }) || 60
  const start = readToken(kind, input.optional('NextToken'))
  const end = start + limit
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { NextToken: Buffer.from(`${kind}:${end}`).toString('base64') } : {}),
  }
}

function readToken(kind: string, token: string | undefined): number {
  if (token === undefined) return 0
  const [, tokenKind, start] = /^(\w+):(\d+)$/.exec(Buffer.from(token, 'base64').toString()) ?? []
  if (tokenKind !== kind) throw invalidParameter('Invalid pagination token.')
  return Number(start)
}
