// The rule for usernames, compared with Cognito's pattern.

import { expect, test } from '@jest/globals'
import { isUsername } from '../../../lambda/http/username.ts'

/** API reference, UsernameType. */
const cognitoPattern = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u

test('allows the characters that Cognito allows, and no others', () => {
  const codePoints = Array.from({ length: 0x110000 }, (_, codePoint) => String.fromCodePoint(codePoint))
  expect(codePoints.filter((character) => isUsername(character) !== cognitoPattern.test(character))).toEqual([])
})

test.each([
  ['', false],
  ['a'.repeat(128), true],
  ['a'.repeat(129), false],
  ['a b', false],
  [' a', false],
  ['a\n', false],
  [undefined, false],
])('%j is a username: %s', (value, expected) => {
  expect(isUsername(value)).toBe(expected)
})
