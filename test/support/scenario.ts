// Random runs for fast-check: who asks for whom, and what fails at which call.

import fc from 'fast-check'
import { faults } from './faults.ts'
import type { Trouble, WorldBehaviour } from './world.ts'

const troubles: Trouble[] = ['fails', 'is denied', 'times out', 'runs, and times out', 'answers nonsense']

/** Bodies that a service never sends, but that a broken one, or something between, might. */
const nonsense = ['', 'null', '[]', '{}', '"x"', '<html>', '{"Attributes":{}}', '{"Item":null}', '{"Groups":7}']

/** How an answer with tokens may be bent. */
const bends: ((result: Record<string, unknown>, other: object) => object)[] = [
  ({ IdToken: _, ...rest }) => rest,
  ({ AccessToken: _, ...rest }) => rest,
  ({ RefreshToken: _, ...rest }) => rest,
  (result) => ({ ...result, IdToken: result.AccessToken, AccessToken: result.IdToken }),
  (result, other) => ({ ...result, ...other }),
  (result, other) => ({ ...other, AccessToken: result.AccessToken }),
  (result) => ({ ...result, IdToken: `${result.IdToken}`.slice(9) }),
  () => ({}),
]

export const subjects = [
  'alice',
  'alice@example.com',
  'ALICE',
  'bob',
  'ivan',
  'olivia',
  'root',
  'dora',
  'Okta_7',
  'nobody',
]
export const callers = ['token', 'Bearer', 'Basic', 'bob', 'wrong password', 'nothing'] as const

const request = fc.record({
  caller: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('token', 'Bearer') }, fc.constantFrom(...callers)),
  subject: fc.oneof({ weight: 4, arbitrary: fc.constant('alice') }, fc.constantFrom(...subjects)),
})

export const scenario = fc.record({
  requests: fc.array(request, { minLength: 1, maxLength: 3 }),
  /** What fails at the n-th call that any process makes. */
  calls: fc.array(fc.record({ at: fc.nat(16), fault: fc.constantFrom(...faults) }), { maxLength: 4 }),
  triggers: fc.array(fc.record({ at: fc.nat(12), trouble: fc.constantFrom(...troubles) }), { maxLength: 2 }),
  keysFail: fc.nat(30).map((n) => n === 0),
  withdrawn: fc.nat(8).map((n) => n === 0),
  nonsense: fc.nat(40),
  delay: fc.integer({ min: 1, max: 90_000 }),
})

export type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never

/** @param other tokens of another sign-in, to slip in */
export function behaviourOf(
  { calls, triggers, keysFail, nonsense: n, delay }: Scenario,
  other: object,
): WorldBehaviour {
  let call = -1
  let trigger = -1
  return {
    fault: () => {
      call++
      return calls.find(({ at }) => at === call)?.fault
    },
    trigger: () => {
      trigger++
      return triggers.find(({ at }) => at === trigger)?.trouble
    },
    keysFail: () => keysFail,
    delay: () => delay,
    nonsense(_, answer) {
      const result = (answer as { AuthenticationResult?: Record<string, unknown> })?.AuthenticationResult
      const bend = bends[n % bends.length]
      if (result && bend) return JSON.stringify({ AuthenticationResult: bend(result, other) })
      return nonsense[n % nonsense.length] ?? ''
    },
  }
}
