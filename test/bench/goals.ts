// Goals for speed ratios, bundle sizes and numbers of calls.

import type { Called } from './calls.ts'
import type { Size } from './sizes.ts'
import type { StartUp } from './start-up.ts'
import type { Warm } from './warm.ts'

export interface Results {
  startUp: Record<string, StartUp>
  warm: { atOnce: Record<string, Warm>; delayed: Record<string, Warm> }
  calls: Record<string, Called>
  sizes: Record<string, Size>
}

export interface Goal {
  what: string
  actual: number
  /** The highest value that meets the goal. */
  goal: number
}

const byHand = 'by hand, bundled'
const endpoint = 'endpoint'
const ordinary = 'triggers, ordinary sign-in'
const impersonation = 'triggers, impersonation'

export function goals({ startUp, warm, calls, sizes }: Results): Goal[] {
  const ratio = (name: string, of: (name: string) => number | undefined) => (of(name) ?? NaN) / (of(byHand) ?? NaN)
  const ms = (name: string) => startUp[name]?.loaded.ms
  const cpu = (name: string) => startUp[name]?.loaded.cpu
  const p50 = (name: string) => warm.delayed[name]?.p50 ?? NaN
  const delay = (name: string) => warm.delayed[name]?.delay ?? NaN
  const [whole, parts] = [sizes[endpoint]?.total ?? NaN, sizes[ordinary]?.loaded ?? NaN]
  return [
    { what: 'endpoint start-up ÷ by hand, bundled (time)', actual: ratio(endpoint, ms), goal: 0.7 },
    { what: 'endpoint start-up ÷ by hand, bundled (CPU)', actual: ratio(endpoint, cpu), goal: 0.7 },
    { what: 'triggers’ start-up, ordinary ÷ by hand, bundled (time)', actual: ratio(ordinary, ms), goal: 0.06 },
    { what: 'triggers’ start-up, ordinary ÷ by hand, bundled (CPU)', actual: ratio(ordinary, cpu), goal: 0.06 },
    { what: 'warm CPU ÷ by hand, bundled', actual: ratio(endpoint, (name) => warm.atOnce[name]?.cpu), goal: 1.6 },
    { what: 'endpoint p50 ÷ two delays', actual: p50(endpoint) / (2 * delay(endpoint)), goal: 1.05 },
    {
      // Redeem and issue run in sequence while Cognito waits.
      what: 'endpoint and triggers p50 ÷ four delays',
      actual: (p50(endpoint) + p50(impersonation)) / (2 * delay(endpoint) + 2 * delay(impersonation)),
      goal: 1.05,
    },
    {
      what: 'ordinary sign-in with nextTriggers p50 ÷ the owner’s trigger called directly',
      actual: p50('triggers, nextTriggers') / p50('owner’s trigger, called directly'),
      goal: 1.1,
    },
    { what: 'endpoint bundle, kB', actual: whole / 1000, goal: 290 },
    { what: 'triggers’ entry, kB', actual: parts / 1000, goal: 10 },
    { what: 'Cognito calls, ID token', actual: cognitoCalls(calls['issued, by ID token']), goal: 3 },
    { what: 'Cognito calls, Basic', actual: cognitoCalls(calls['issued, by Basic']), goal: 4 },
    { what: 'calls at an ordinary sign-in', actual: sum(calls['ordinary sign-in'], () => true), goal: 0 },
  ]
}

function cognitoCalls(called: Called | undefined): number {
  return sum(called, (operation) => operation.startsWith('Admin'))
}

function sum(called: Called | undefined, counts: (operation: string) => boolean): number {
  if (!called) return NaN
  return Object.entries(called.calls).reduce((total, [name, count]) => total + (counts(name) ? count : 0), 0)
}
