// Lists in pages of up to 60; the token says where the next one begins.
import { invalidParameter } from './errors.ts'
import type { Input } from './input.ts'

export function page<Item>(input: Input, kind: string, items: Item[]): { items: Item[]; NextToken?: string } {
  const limit = input.number('Limit', 0, 60) || 60
  const start = readToken(kind, input.optional('NextToken'))
  const end = start + limit
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { NextToken: Buffer.from(`${kind}:${end}`).toString('base64') } : {}),
  }
}

function readToken(kind: string, token: string | undefined): number {
  if (token === undefined) return 0
  const [, of, start] = /^(\w+):(\d+)$/.exec(Buffer.from(token, 'base64').toString()) ?? []
  if (of !== kind) throw invalidParameter('Invalid pagination token.')
  return Number(start)
}
