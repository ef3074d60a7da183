import { describe, expect, test } from '@jest/globals'
import { Quota, Throttle } from '../../../../infra/local/apigateway/limits.ts'

const repeat = (count: number, admit: () => boolean) => Array.from({ length: count }, admit)

describe('a throttle', () => {
  test('admits the burst at once, then requests at the rate', () => {
    let now = 0
    const throttle = new Throttle({ rate: 2, burst: 3, now: () => now })
    expect(repeat(4, () => throttle.admit())).toEqual([true, true, true, false])
    now += 500
    expect(repeat(2, () => throttle.admit())).toEqual([true, false])
  })

  test('admits no more than the burst after a long pause', () => {
    let now = 0
    const throttle = new Throttle({ rate: 100, burst: 2, now: () => now })
    now += 3_600_000
    expect(repeat(3, () => throttle.admit())).toEqual([true, true, false])
  })
})

describe('a quota', () => {
  const at = (text: string) => Date.parse(text)

  test.each([
    ['DAY', '2026-11-22T23:59:59Z', '2026-11-23T00:00:00Z'],
    ['WEEK', '2026-11-21T23:59:59Z', '2026-11-22T00:00:00Z'],
    ['MONTH', '2026-11-30T23:59:59Z', '2026-12-01T00:00:00Z'],
  ] as const)('of a %s starts again in the next period', (period, last, next) => {
    let now = at(last)
    const quota = new Quota(2, period, () => now)
    expect(repeat(3, () => quota.admit())).toEqual([true, true, false])
    now = at(next)
    expect(quota.admit()).toBe(true)
  })
})
