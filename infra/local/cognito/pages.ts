// Paging of lists, with up to 60 items per page.
import { invalidParameter } from './errors.ts'
import type { Input } from './input.ts'

/**
 * Cuts a page out of a list.
 * @param kind keeps apart the tokens of different lists
 * @throws CognitoError InvalidParameterException
 */
export function page<Item>(input: Input, kind: string, items: Item[]): { items: Item[]; NextToken?: string } {
  const { token, ...found } = cut(input, { kind, token: input.optional('NextToken') }, items)
  return { ...found, ...(token !== undefined && { NextToken: token }) }
}

/** As `page`, for ListUsers: its token is named PaginationToken. */
export function pageOfUsers<Item>(input: Input, items: Item[]): { items: Item[]; PaginationToken?: string } {
  const { token, ...found } = cut(input, { kind: 'users', token: input.optional('PaginationToken') }, items)
  return { ...found, ...(token !== undefined && { PaginationToken: token }) }
}

function cut<Item>(input: Input, from: { kind: string; token: string | undefined }, items: Item[]) {
  const limit = input.number('Limit', { min: 0, max: 60 }) || 60
  const start = readToken(from.kind, from.token)
  const end = start + limit
  const token = end < items.length ? Buffer.from(`${from.kind}:${end}`).toString('base64') : undefined
  return { items: items.slice(start, end), token }
}

function readToken(kind: string, token: string | undefined): number {
  if (token === undefined) return 0
  const [, tokenKind, start] = /^(\w+):(\d+)$/.exec(Buffer.from(token, 'base64').toString()) ?? []
  if (tokenKind !== kind) throw invalidParameter('Invalid pagination token.')
  return Number(start)
}
