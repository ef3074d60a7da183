// Throttles and quotas, counted as in API Gateway.

/** Milliseconds since the epoch. */
export type Clock = () => number

/** A token bucket. `rate` is in requests per second; `burst` is the size of the bucket. */
export class Throttle {
  readonly #rate: number
  readonly #burst: number
  readonly #now: Clock
  #tokens: number
  #refilledAt: number

  constructor({ rate, burst, now }: { rate: number; burst: number; now: Clock }) {
    this.#rate = rate
    this.#burst = burst
    this.#now = now
    this.#tokens = burst
    this.#refilledAt = now()
  }

  /** Counts a request; false if it exceeds the limit. */
  admit(): boolean {
    const now = this.#now()
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#refilledAt) / 1000) * this.#rate)
    this.#refilledAt = now
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}

export type Period = 'DAY' | 'WEEK' | 'MONTH'

/** A number of requests per day, week or month. Periods begin at midnight UTC, weeks on Sunday. */
export class Quota {
  readonly #limit: number
  readonly #period: Period
  readonly #now: Clock
  #currentPeriod = ''
  #count = 0

  constructor(limit: number, period: Period, now: Clock) {
    this.#limit = limit
    this.#period = period
    this.#now = now
  }

  /** Counts a request; false if it exceeds the limit. */
  admit(): boolean {
    const current = periodKey(this.#period, new Date(this.#now()))
    if (current !== this.#currentPeriod) this.#count = 0
    this.#currentPeriod = current
    if (this.#count >= this.#limit) return false
    this.#count += 1
    return true
  }
}

function periodKey(period: Period, date: Date): string {
  if (period === 'MONTH') return date.toISOString().slice(0, 7)
  if (period === 'DAY') return date.toISOString().slice(0, 10)
  return String(Math.floor((date.getTime() / 86_400_000 + 4) / 7)) // day 0 of the epoch is a Thursday
}
