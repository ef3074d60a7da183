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
const ticket = 'endpoint, ticket'
const introspection = 'introspection'
const ordinary = 'triggers, ordinary sign-in'
const impersonation = 'triggers, impersonation'

export function goals({ startUp, warm, calls, sizes }: Results): Goal[] {
  const ratio = (name: string, of: (name: string) => number | undefined) => (of(name) ?? NaN) / (of(byHand) ?? NaN)
  const ms = (name: string) => startUp[name]?.loaded.ms
  const cpu = (name: string) => startUp[name]?.loaded.cpu
  const p50 = (name: string) => warm.delayed[name]?.p50 ?? NaN
  const delay = (name: string) => warm.delayed[name]?.delay ?? NaN
  // The triggers of an impersonation make two calls in sequence, and do little else.
  const dynamoDBCall = p50(impersonation) / 2
  const kilobytes = (name: string) => (sizes[name]?.loaded ?? NaN) / 1000
  return [
    { what: 'endpoint start-up ÷ by hand (time)', actual: ratio(endpoint, ms), goal: 0.6 },
    { what: 'endpoint start-up ÷ by hand (CPU)', actual: ratio(endpoint, cpu), goal: 0.6 },
    {
      what: 'endpoint start-up and first answer ÷ by hand, calls answered at once',
      actual: ratio(endpoint, (name) => startUp[name]?.answered.ms),
      goal: 1,
    },
    {
      what: 'endpoint start-up and first answer ÷ by hand (CPU)',
      actual: ratio(endpoint, (name) => startUp[name]?.answered.cpu),
      goal: 1,
    },
    {
      what: 'endpoint start-up and first answer ÷ by hand, calls delayed',
      actual: ratio(endpoint, (name) => startUp[name]?.answered.delayedMs),
      goal: 1.1,
    },
    { what: 'introspection start-up ÷ by hand (time)', actual: ratio(introspection, ms), goal: 0.45 },
    { what: 'introspection start-up ÷ by hand (CPU)', actual: ratio(introspection, cpu), goal: 0.45 },
    { what: 'triggers’ start-up, ordinary ÷ by hand (time)', actual: ratio(ordinary, ms), goal: 0.02 },
    { what: 'triggers’ start-up, ordinary ÷ by hand (CPU)', actual: ratio(ordinary, cpu), goal: 0.02 },
    { what: 'an impersonation, p50 ÷ by hand', actual: p50(endpoint) / p50(byHand), goal: 1.02 },
    {
      what: 'introspection, p50 − one delay, ms',
      actual: p50(introspection) - delay(introspection),
      goal: 2,
    },
    {
      what: 'redeeming a ticket − an impersonation, p50 in DynamoDB calls',
      actual: (p50(ticket) - p50(endpoint)) / dynamoDBCall,
      goal: 1,
    },
    {
      what: 'ordinary sign-in with nextTriggers p50 ÷ the owner’s trigger called directly',
      actual: p50('triggers, nextTriggers') / p50('owner’s trigger, called directly'),
      goal: 1.1,
    },
    { what: 'endpoint, loaded at start, kB', actual: kilobytes(endpoint), goal: 290 },
    { what: 'triggers’ entry, kB', actual: kilobytes(ordinary), goal: 10 },
    // Two sign the subject in. Two look up whether the actor still has the right, and can still sign in.
    { what: 'Cognito calls, ID token', actual: cognitoCalls(calls['issued, by ID token']), goal: 4 },
    { what: 'Cognito calls, Basic', actual: cognitoCalls(calls['issued, by Basic']), goal: 5 },
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
