// Throttles and quotas, as API Gateway counts them.

/** Milliseconds since the epoch. */
export type Clock = () => number

/** A token bucket: `burst` requests at once, refilled at `rate` a second. */
export class Throttle {
  readonly #rate: number
  readonly #burst: number
  readonly #now: Clock
  #tokens: number
  #at: number

  constructor(rate: number, burst: number, now: Clock) {
    this.#rate = rate
    this.#burst = burst
    this.#now = now
    this.#tokens = burst
    this.#at = now()
  }

  /** Counts a request; false when it is one too many. */
  admit(): boolean {
    const now = this.#now()
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#rate)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}

export type Period = 'DAY' | 'WEEK' | 'MONTH'

/** So many requests a day, week or month, which begin at midnight UTC. */
export class Quota {
  readonly #limit: number
  readonly #period: Period
  readonly #now: Clock
  #current = ''
  #count = 0

  constructor(limit: number, period: Period, now: Clock) {
    this.#limit = limit
    this.#period = period
    this.#now = now
  }

  /** Counts a request; false when it is one too many. */
  admit(): boolean {
    const current = nameOf(this.#period, new Date(this.#now()))
    if (current !== this.#current) this.#count = 0
    this.#current = current
    if (this.#count >= this.#limit) return false
    this.#count += 1
    return true
  }
}

function nameOf(period: Period, date: Date): string {
  if (period === 'MONTH') return date.toISOString().slice(0, 7)
  if (period === 'DAY') return date.toISOString().slice(0, 10)
  return String(Math.floor((date.getTime() / 86_400_000 + 4) / 7)) // day 0 of the epoch was a Thursday
}
