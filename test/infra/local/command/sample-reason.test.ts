import { expect, test } from '@jest/globals'
import { sampleReason } from '../../../../infra/local/command/sample-reason.ts'

test.each([
  ['none', undefined, 'a first try'],
  ['SUP-[0-9]+', 'a ticket number such as SUP-123', 'SUP-123'],
  ['SUP-[0-9]+( .*)?', 'a ticket number such as SUP-123, and more if you like', 'SUP-123'],
  ['[A-Z]+ [0-9]+', 'a case (for example “CASE 17”).', 'CASE 17'],
  ['.{5,}', 'at least five characters', 'a first try'],
  ['[0-9]{6}', 'the six digits of the ticket', undefined],
  // JavaScript does not know this syntax of RE2.
  ['(?P<number>[0-9]+)', 'a number such as 5', undefined],
])('finds a reason for %s', (pattern, description, reason) => {
  expect(sampleReason(description === undefined ? 'none' : { pattern, description })).toBe(reason)
})
