import { describe, expect, test } from '@jest/globals'
import { Quota, Throttle } from '../../../../infra/local/apigateway/limits.ts'

const many = (count: number, admit: () => boolean) => Array.from({ length: count }, admit)

describe('throttle', () => {
  test('admits the burst at once, then the rate', () => {
    let now = 0
    const throttle = new Throttle(2, 3, () => now)
    expect(many(4, () => throttle.admit())).toEqual([true, true, true, false])
    now += 500
    expect(many(2, () => throttle.admit())).toEqual([true, false])
  })

  test('never holds more than the burst', () => {
    let now = 0
    const throttle = new Throttle(100, 2, () => now)
    now += 3_600_000
    expect(many(3, () => throttle.admit())).toEqual([true, true, false])
  })
})

describe('quota', () => {
  const at = (text: string) => Date.parse(text)

  test.each([
    ['DAY', '2026-11-22T23:59:59Z', '2026-11-23T00:00:00Z'],
    ['WEEK', '2026-11-21T23:59:59Z', '2026-11-22T00:00:00Z'],
    ['MONTH', '2026-11-30T23:59:59Z', '2026-12-01T00:00:00Z'],
  ] as const)('of a %s is used up until the next begins', (period, last, next) => {
    let now = at(last)
    const quota = new Quota(2, period, () => now)
    expect(many(3, () => quota.admit())).toEqual([true, true, false])
    now = at(next)
    expect(quota.admit()).toBe(true)
  })
})
