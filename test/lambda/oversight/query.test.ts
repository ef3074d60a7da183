import { describe, expect, test } from '@jest/globals'
import { readEndAllQuery, readListQuery } from '../../../lambda/oversight/query.ts'
import { gatewayEvent } from '../../support/gateway-event.ts'

/** An event with these query parameters, in the form of API Gateway. */
function eventWith(query: string) {
  const sent = new URLSearchParams(query)
  const values = Object.fromEntries([...sent.keys()].map((name) => [name, sent.getAll(name)]))
  return { ...gatewayEvent({}), multiValueQueryStringParameters: query ? values : null }
}
const list = (query: string) => readListQuery(eventWith(query))
const endAll = (query: string) => readEndAllQuery(eventWith(query))

describe('the query of a list', () => {
  test.each([
    ['actor=olivia', { by: 'actor', name: 'olivia', limit: 20 }],
    ['subject=alice%40example.com&limit=1', { by: 'subject', name: 'alice@example.com', limit: 1 }],
    ['live=true&limit=100', { by: 'live', limit: 100 }],
    ['live=true&next=abc', { by: 'live', limit: 20, next: 'abc' }],
    ['state=prepared', { by: 'prepared', limit: 20 }],
    ['state=prepared&limit=7&next=abc', { by: 'prepared', limit: 7, next: 'abc' }],
    ['actor=a&from=1970-01-01T00:00:00Z', { by: 'actor', name: 'a', limit: 20, from: 0 }],
    ['actor=a&to=1970-01-01t00:00:01.5z', { by: 'actor', name: 'a', limit: 20, to: 1500 }],
    ['actor=a&from=1970-01-01T01:00:00%2B01:00&to=1970-01-01T00:00:00.000Z', { from: 0, to: 0 }],
    ['actor=a&from=2024-02-29T23:59:59-12:00', { from: Date.UTC(2024, 2, 1, 11, 59, 59) }],
  ])('%s', (query, expected) => {
    expect(list(query)).toMatchObject(expected)
  })
  test.each([
    ['', /^send exactly one of the query parameters actor, subject, live, state$/],
    ['limit=5', /exactly one/],
    ['actor=a&subject=b', /exactly one/],
    ['actor=a&live=true', /exactly one/],
    ['actor=', /^actor must/],
    ['subject=a%20b', /^subject must/],
    [`actor=${'a'.repeat(129)}`, /^actor must/],
    ['live=false', /^live must/],
    ['live=', /^live must/],
    ['live=true&from=2026-01-01T00:00:00Z', /^from needs/],
    ['live=true&to=2026-01-01T00:00:00Z', /^to needs/],
    ...['0', '101', '-1', '1.5', '1e1', '', ' 1', '١', '007', '99999999999999999999'].map((limit): [string, RegExp] => [
      `actor=a&limit=${limit}`,
      /^limit must/,
    ]),
    ...[
      '',
      'yesterday',
      '2026-11-25',
      '2026-11-25T15:10',
      '2026-11-25T15:10:00',
      '2026-11-25 15:10:00Z',
      '2026-11-25T15:10:00+01:00', // "+" is a blank
      '2026-11-25T25:00:00Z',
      '2026-11-25T23:59:60Z',
      '2026-02-30T00:00:00Z',
      '2025-02-29T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-11-25T15:10:00%2B25:00',
      '%2B002026-11-25T15:10:00Z',
      '1764083400000',
    ].map((time): [string, RegExp] => [`actor=a&from=${time}`, /^from must be a time/]),
    ['actor=a&to=x', /^to must be a time/],
    ['actor=a&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', /^from must not be later/],
    ['actor=a&Limit=5', /^Limit: there is no such query parameter/],
    ['actor=a&__proto__=5', /^__proto__: there is no such/],
    [`actor=a&${'x'.repeat(5000)}=5`, /^x{64}: there is no such/],
    ['actor=a&state=prepared', /exactly one/],
    ['live=true&state=prepared', /exactly one/],
    ['state=issued', /^state must be prepared$/],
    ['state=', /^state must/],
    ['state=prepared&state=prepared', /^state is sent more than once$/],
    ['state=prepared&from=2026-01-01T00:00:00Z', /^from needs/],
    ['state=prepared&to=2026-01-01T00:00:00Z', /^to needs/],
    ['actor=a&actor=a', /^actor is sent more than once$/],
    ['live=true&next=a&next=b', /^next is sent more than once$/],
  ])('%s: 400', (query, message) => {
    expect(() => list(query)).toThrow(
      expect.objectContaining({ code: 'RequestInvalid', message: expect.stringMatching(message) }),
    )
  })
})

describe('the query of a bulk end', () => {
  test.each([
    ['actor=olivia', { by: 'actor', name: 'olivia' }],
    ['subject=alice', { by: 'subject', name: 'alice' }],
  ])('%s', (query, expected) => {
    expect(endAll(query)).toEqual(expected)
  })
  test.each([
    '',
    'actor=a&subject=b',
    'live=true',
    'state=prepared',
    'actor=',
    'actor=a&limit=1',
    'subject=a&subject=b',
  ])('%s: 400', (query) => {
    expect(() => endAll(query)).toThrow(expect.objectContaining({ code: 'RequestInvalid' }))
  })
})
