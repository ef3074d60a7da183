// Tests that a policy loses exactly one action.

import { expect, test } from '@jest/globals'
import { documentWithout } from './live-role.ts'

const statement = (Action: string | string[], Resource: string) => ({ Effect: 'Allow', Action, Resource })
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })

test.each([
  ['one of several actions', 'a:Two', [statement(['a:One'], '1'), statement(['b:Three'], '2')]],
  ['the only action of a statement', 'b:Three', [statement(['a:One', 'a:Two'], '1')]],
  [
    'nothing if only the beginning of a name matches',
    'a:T',
    [statement(['a:One', 'a:Two'], '1'), statement(['b:Three'], '2')],
  ],
])('documentWithout: takes away %s', (_, action, left) => {
  const document = policy(statement(['a:One', 'a:Two'], '1'), statement('b:Three', '2'))
  expect(documentWithout(document, action)).toBe(policy(...left))
})
