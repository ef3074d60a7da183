import { describe, expect, test } from '@jest/globals'
import { compileReasonPattern } from '../../../lambda/endpoint/reason-pattern.ts'

/** Patterns with which a backtracking engine needs years for some reasons of 1,000 characters. */
const evil = [
  '(a+)+$',
  '([a-zA-Z]+)*$',
  '(a|aa)+$',
  '(a|a?)+$',
  '(.*a){20}',
  '(x+x+)+y',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(a?){30}a{30}',
  'a*a*a*a*a*a*a*a*b',
  String.raw`(\w+\s?)*!`,
]

test.each(evil)('%s ends: it matches in linear time', (pattern) => {
  const matches = compileReasonPattern(pattern)
  for (const reason of [`${'a'.repeat(999)}!`, 'a'.repeat(1000), `${'x'.repeat(999)}!`, `${'ab '.repeat(333)}-`])
    expect([true, false]).toContain(matches(reason))
})

describe('refuses', () => {
  test.each([
    ['a back-reference', String.raw`(a)\1`],
    ['a named back-reference', String.raw`(?<x>a)\k<x>`],
    ['a look-ahead', '(?=SUP).*'],
    ['a negative look-ahead', '(?!SUP).*'],
    ['a look-behind', '(?<=SUP-).*'],
    ['an open group', '(SUP'],
    ['a group that closes the one around it', 'a)|(b'],
    ['an escape of JavaScript alone', String.raw`\u{1F600}`],
    ['repetitions in repetitions', '((a{1,40}){1,40}){1,40}'],
    ['repetitions that make a large program', '(.{0,30}){0,40}'],
    ['several of them', '[a-z]{0,500}[a-z]{0,500}'],
  ])('%s', (_, pattern) => {
    expect(() => compileReasonPattern(pattern)).toThrow()
  })
})

test.each([
  ['SUP-[0-9]+', 'SUP-1', true],
  ['SUP-[0-9]+', 'SUP-1 ', false],
  ['^SUP-[0-9]+$', 'SUP-1', true],
  ['^SUP-[0-9]+$', 'SUP-1\n', false],
  ['(?m)^SUP$', 'SUP\nx', false],
  ['a|b', 'ab', false],
  ['a|ab', 'ab', true],
  ['(?i)sup', 'SUP', true],
  [String.raw`\p{Lu}+`, 'ÀÉ', true],
  ['..', '😀😀', true],
  ['(INC|CHG)[0-9]{7}: .{1,200}', `INC0000001: ${'x'.repeat(200)}`, true],
])('%s and %j: %p', (pattern, reason, expected) => {
  expect(compileReasonPattern(pattern)(reason)).toBe(expected)
})
