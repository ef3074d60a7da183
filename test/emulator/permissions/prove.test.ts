// Tests that prove() rejects permissions that are not needed, have no probe, or are listed wrongly.

import { describe, expect, test } from '@jest/globals'
import { prove, type TestedFunction } from './prove.ts'

/** A function whose calls fail if the role lacks an action of `enforced`. */
function functionWith(
  enforced: string[],
  actions = ['a:Read', 'logs:PutLogEvents'],
  probed = ['a:Read'],
): TestedFunction {
  const missing = new Set<string>()
  const call = (needed: string[]) => async () => (needed.some((action) => missing.has(action)) ? '500' : '200')
  return {
    entry: 'endpoint',
    actions,
    probes: Object.fromEntries(
      probed.map((action) => [
        action,
        { call: call(enforced.filter((name) => name === action)), allowed: '200', denied: '500' },
      ]),
    ),
    logs: { call: call(enforced), allowed: '200' },
    async without(action, work) {
      missing.add(action)
      return work().finally(() => missing.delete(action))
    },
  }
}

describe('prove', () => {
  test('reports the outcome without each action, but no outcome for an unenforced action', async () => {
    expect(await prove(functionWith(['a:Read']))).toEqual([
      { permission: 'endpoint a:Read', action: 'a:Read', denied: '500' },
      { permission: 'endpoint logs:PutLogEvents', action: 'logs:PutLogEvents' },
    ])
  })
  test.each<[string, TestedFunction, string]>([
    ['an action that the call does not need', functionWith([]), 'without endpoint a:Read the outcome is "200"'],
    ['an action without a probe', functionWith(['a:Read'], ['a:Read', 'a:Write']), 'endpoint a:Write has no probe'],
    ['a probe without an action', functionWith(['a:Read'], [], ['a:Read']), 'does not allow a:Read'],
    [
      'an enforced action that unenforced.ts lists',
      functionWith(['a:Read', 'logs:PutLogEvents']),
      'endpoint logs:PutLogEvents is listed as not enforced',
    ],
    [
      'an action with a probe that unenforced.ts lists',
      functionWith([], ['logs:PutLogEvents'], ['logs:PutLogEvents']),
      'has a probe, but is listed',
    ],
    [
      'a call that fails even with the action',
      { ...functionWith(['a:Read']), probes: { 'a:Read': { call: async () => '500', allowed: '200', denied: '500' } } },
      'with endpoint a:Read the outcome is "500"',
    ],
  ])('fails for %s', async (_, given, message) => {
    await expect(prove(given)).rejects.toThrow(message)
  })
})
