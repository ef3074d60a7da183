import { describe, expect, test } from '@jest/globals'
import { decodeCursor, encodeCursor } from '../../../lambda/oversight/cursor.ts'
import { id, noon, otherId } from '../../support/oversight.ts'

const position = { id, at: noon }
const query = { by: 'actor', sub: 'sub-of-olivia', from: undefined, to: undefined } as const
const bounded = { ...query, from: noon - 10, to: noon + 10 }
const encode = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url')

test.each([query, bounded, { ...query, by: 'subject' as const }, { by: 'live' as const }, { by: 'prepared' as const }])(
  'a cursor is accepted for its own query: %j',
  (query) => {
    expect(decodeCursor(encodeCursor(position, query), query)).toEqual(position)
  },
)

describe('a cursor is refused', () => {
  const next = encodeCursor(position, query)
  test.each([
    ['for another user', { ...query, sub: 'sub-of-oscar' }],
    ['for the subject of the same sub', { ...query, by: 'subject' as const }],
    ['for the live sessions', { by: 'live' as const }],
    ['for the prepared impersonations', { by: 'prepared' as const }],
    ['for another begin', { ...query, from: noon - 10 }],
    ['for another end', { ...query, to: noon + 10 }],
  ])('%s', (_, query) => {
    expect(() => decodeCursor(next, query)).toThrow(expect.objectContaining({ code: 'RequestInvalid', status: 400 }))
  })
  test.each([
    ['prepared', 'live'],
    ['live', 'prepared'],
  ] as const)('of the list %s for the list %s', (from, to) => {
    expect(() => decodeCursor(encodeCursor(position, { by: from }), { by: to })).toThrow(
      expect.objectContaining({ code: 'RequestInvalid' }),
    )
  })
  const bounds = ['actor', 'sub-of-olivia', null, null]
  test.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['binary data', 'AAAA'],
    ['null', encode(null)],
    ['an object', encode({ id, at: noon })],
    ['no array inside', encode('x')],
    ['an id that is no UUID', encode(['actor#1', noon, ...bounds])],
    ['an id that is no text', encode([{ S: id }, noon, ...bounds])],
    ['a time that is no number', encode([id, String(noon), ...bounds])],
    ['a time with a fraction', encode([id, 1.5, ...bounds])],
    ['a time before the epoch', encode([id, -1, ...bounds])],
    ['a huge time', encode([id, 2 ** 60, ...bounds])],
    ['no time', encode([id])],
    ['one more part', encode([id, noon, ...bounds, 1])],
    ['another spelling of the same', `${next}=`],
    ['blanks inside', Buffer.from(JSON.stringify([id, noon, ...bounds], null, 1)).toString('base64url')],
    ['standard base64', Buffer.from('[">>>???"]').toString('base64')],
    ['its beginning', next.slice(0, -4)],
    ['a megabyte', 'A'.repeat(1_000_000)],
  ])('if it is forged: %s', (_, text) => {
    expect(() => decodeCursor(text, query)).toThrow(expect.objectContaining({ code: 'RequestInvalid' }))
  })
  test.each([noon - 11, noon + 11])('outside of the query’s times: %d', (at) => {
    expect(() => decodeCursor(encodeCursor({ id: otherId, at }, bounded), bounded)).toThrow(
      expect.objectContaining({ code: 'RequestInvalid' }),
    )
  })
})
