// Random scenarios for fast-check: requests, and faults at their calls.

import fc from 'fast-check'
import { faults } from './faults.ts'
import type { Trouble, WorldBehaviour } from './world.ts'

const troubles: Trouble[] = ['fails', 'is denied', 'times out', 'runs, and times out', 'gives an invalid response']

/** Bodies that only a broken service or proxy sends. */
const invalidBodies = ['', 'null', '[]', '{}', '"x"', '<html>', '{"Attributes":{}}', '{"Item":null}', '{"Groups":7}']

/** Changes to a response with tokens. `other` holds the tokens of another sign-in. */
const tokenChanges: ((result: Record<string, unknown>, other: object) => object)[] = [
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
  /** How often a ticket is redeemed at the same time. 0: without a ticket. */
  redeems: fc.constantFrom(0, 0, 1, 1, 2),
  caller: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('token', 'Bearer') }, fc.constantFrom(...callers)),
  subject: fc.oneof({ weight: 4, arbitrary: fc.constant('alice') }, fc.constantFrom(...subjects)),
})

export const scenarios = fc.record({
  requests: fc.array(request, { minLength: 1, maxLength: 3 }),
  /** Faults, each at the n-th call of all processes together. */
  calls: fc.array(fc.record({ at: fc.nat(20), fault: fc.constantFrom(...faults) }), { maxLength: 4 }),
  triggers: fc.array(fc.record({ at: fc.nat(12), trouble: fc.constantFrom(...troubles) }), { maxLength: 2 }),
  /** The calls at which an auditor ends everything. */
  ends: fc.array(fc.nat(20), { maxLength: 2 }),
  keysFail: fc.nat(30).map((n) => n === 0),
  withdrawn: fc.nat(8).map((n) => n === 0),
  invalidBody: fc.nat(40),
  delay: fc.integer({ min: 1, max: 90_000 }),
})

export type Scenario = typeof scenarios extends fc.Arbitrary<infer Value> ? Value : never

/** @param other tokens of another sign-in, which a response may contain instead. */
export function behaviourOf(
  { calls, triggers, ends, keysFail, invalidBody: n, delay }: Scenario,
  other: object,
): WorldBehaviour {
  let call = -1
  let trigger = -1
  return {
    fault: () => {
      call++
      return calls.find(({ at }) => at === call)?.fault
    },
    ends: () => ends.includes(call + 1),
    trigger: () => {
      trigger++
      return triggers.find(({ at }) => at === trigger)?.trouble
    },
    keysFail: () => keysFail,
    delay: () => delay,
    invalidBody(_, answer) {
      const result = (answer as { AuthenticationResult?: Record<string, unknown> })?.AuthenticationResult
      const change = tokenChanges[n % tokenChanges.length]
      if (result && change) return JSON.stringify({ AuthenticationResult: change(result, other) })
      return invalidBodies[n % invalidBodies.length] ?? ''
    },
  }
}
