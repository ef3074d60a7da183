import { describe, expect, test } from '@jest/globals'
import { matches } from '../../../../infra/local/events/pattern.ts'

const event = {
  source: 'shop',
  tags: ['new', 'paid'],
  detail: { state: 'issued', count: 3, endedBy: { role: 'actor' }, reason: null },
}

describe('an event pattern', () => {
  test.each<[boolean, object]>([
    [true, {}],
    [true, { source: ['shop'] }],
    [true, { source: ['other', 'shop'] }],
    [false, { source: ['Shop'] }],
    [true, { detail: { state: ['issued'], count: [3] } }],
    [false, { detail: { state: ['issued'], count: ['3'] } }],
    [false, { detail: { state: ['issued'], missing: ['x'] } }],
    [true, { tags: ['paid'] }],
    [false, { tags: ['old'] }],
    [true, { detail: { reason: [null] } }],
    [true, { detail: { endedBy: { role: [{ exists: true }] } } }],
    [false, { detail: { endedBy: { sub: [{ exists: true }] } } }],
    [true, { detail: { approvedBy: { sub: [{ exists: false }] } } }],
    [false, { detail: { endedBy: [{ exists: true }] } }],
    [true, { detail: { state: [{ prefix: 'iss' }] } }],
    [false, { detail: { count: [{ prefix: '3' }] } }],
    [true, { detail: { state: [{ 'anything-but': ['ended', 'refused'] }] } }],
    [false, { detail: { state: [{ 'anything-but': 'issued' }] } }],
    [false, { detail: { missing: [{ 'anything-but': 'issued' }] } }],
  ])('matches: %s, %j', (expected, pattern) => {
    expect(matches(pattern, event)).toBe(expected)
  })

  test.each([{ numeric: ['>', 1] }, { prefix: 'a', suffix: 'b' }])(
    'is refused with the unknown comparison %j',
    (unknown) => {
      expect(() => matches({ detail: { count: [unknown] } }, event)).toThrow(
        'event pattern: the local run does not know',
      )
    },
  )
})
